import { z } from 'zod';
import { HybridRoutingError } from '../../config/errors.ts';
import { openCheckpoint } from './checkpoint.ts';
import { emptyHead, type LogHead } from './entry.ts';
import { Frontier } from './merkle.ts';
import { trustedKey } from './note-keys.ts';
import type { NoteSigner } from './signed-note.ts';

/** The end of the log as the store has it. */
export interface HeadRow {
  size: number;
  leaf: string;
  /** JSON: an array of hashes. */
  frontier: string;
  /** Signed note over size and root; empty while the log is. */
  note: string;
}

/** The head that this process itself has signed or checked last: it is not checked again. */
export interface HeadTrust {
  note: string;
}

const hashesSchema = z.array(z.string());

/**
 * The head to fasten rows to. Whoever changes rows and head without the key must not have their work signed with the
 * next row.
 * @throws HybridRoutingError audit_head_invalid
 */
export function fittingHead(row: HeadRow, signer: NoteSigner, trust: HeadTrust): LogHead {
  const problem = headProblem(row, row.note === trust.note ? null : signer);
  if (problem !== null) throw headError(problem);
  trust.note = row.note;
  return { size: row.size, leaf: row.leaf, frontier: { size: row.size, hashes: hashesOf(row) ?? [] } };
}

/**
 * Why the columns of the head do not say what its note says; null where they do.
 * @param signer the log's key, whose signature is checked; null where it is known to be good
 */
export function headProblem(row: HeadRow, signer: Pick<NoteSigner, 'publicKey'> | null): string | null {
  const { size, leaf, note } = row;
  if (note === '') return size === 0 && leaf === emptyHead.leaf && row.frontier === '[]' ? null : 'it is not signed';
  // Under whatever name: the log may have had another one before.
  const verdict = openCheckpoint(note, signer ? [trustedKey(null, signer.publicKey)] : []);
  if (signer && !verdict.ok) return verdict.reason;
  const said = verdict.checkpoint;
  const root = rootOf(size, hashesOf(row));
  const fits = said?.size === size && said.chain === leaf && said.root === root;
  return fits ? null : `its columns say ${size} rows that end in ${leaf}, its signed note says something else`;
}

function hashesOf({ frontier }: HeadRow): string[] | null {
  try {
    return hashesSchema.parse(JSON.parse(frontier));
  } catch {
    return null; // then it has no root, and fits no note
  }
}

/** Null where these are not the hashes of a tree of this size. */
function rootOf(size: number, hashes: string[] | null): string | null {
  try {
    return hashes && new Frontier({ size, hashes }).root();
  } catch {
    return null;
  }
}

function headError(problem: string): HybridRoutingError {
  return new HybridRoutingError(
    'audit_head_invalid',
    `The audit log's head was altered, and no row is added to it: ${problem}`,
    'Verify the log, and restore the store from a backup; rows are kept in the spool until then.',
  );
}
