import { createPrivateKey, type KeyObject } from 'node:crypto';
import { type Checkpoint, signCheckpoint } from '../../../src/compliance/audit/checkpoint.ts';
import { type AuditRow, emptyHead, type LogHead, sealRows } from '../../../src/compliance/audit/entry.ts';
import { Frontier } from '../../../src/compliance/audit/merkle.ts';
import { trustedKey } from '../../../src/compliance/audit/note-keys.ts';
import type { AuditVerification, VerifiedState } from '../../../src/compliance/audit/row-verifier.ts';
import { ed25519Signer, type NoteSigner } from '../../../src/compliance/audit/signed-note.ts';
import { verifyRows } from '../../../src/compliance/audit/verify-rows.ts';

export const origin = 'hybrid-routing-mcp/audit/test';
export const signer = ed25519Signer('audit.example', keyOf(7));
export const trustedKeys = [trustedKey(signer.name, signer.publicKey)];
/** Somebody else's key under the same name. */
export const strangerSigner = ed25519Signer('audit.example', keyOf(8));

export interface SampleLog {
  rows: AuditRow[];
  checkpoints: string[];
  head: string;
}

export const startedAt = 1_767_225_600_000;
const writers = ['alpha', 'beta', 'gamma'];

/** A log of three writers that take turns; `gamma` does not close. A checkpoint each `every` rows, and a signed head. */
export async function sampleLog(count: number, every = 10): Promise<SampleLog> {
  let head: LogHead = emptyHead;
  const log: SampleLog = { rows: [], checkpoints: [], head: '' };
  for (let at = 0; at < count; at++) {
    const sealed = sealRows(head, [draftAt(at, count)]);
    head = sealed.head;
    log.rows.push(...sealed.rows);
    if (head.size % every === 0) log.checkpoints.push(await signedAt(head));
  }
  log.head = await signedAt(head);
  return log;
}

export async function signedAt(head: LogHead, by: NoteSigner = signer): Promise<string> {
  return signCheckpoint(checkpointAt(head), by);
}

export function checkpointAt({ size, leaf, frontier }: LogHead): Checkpoint {
  return { origin, size, root: new Frontier(frontier).root(), time: startedAt + size, chain: leaf };
}

export function draftAt(at: number, count: number) {
  const writer = writers[at % 3] ?? '';
  const writerSeq = Math.floor(at / 3) + 1;
  const isLast = at + 3 >= count && writer !== 'gamma';
  const kind = writerSeq === 1 ? 'WRITER_OPENED' : isLast ? 'WRITER_CLOSED' : 'OPERATION_ROUTED';
  const body = {
    operationType: 'emergency',
    latencyMs: 812.5 + at,
    path: at % 2 === 0 ? 'direct' : 'mcp',
    note: 'Zürich "42" 😀',
  };
  return { writer, writerSeq, at: startedAt + at, kind, body };
}

/** Rows sealed anew from the first changed one on, as somebody without the key would do it. */
export function resealed(
  rows: readonly AuditRow[],
  change: (body: unknown, seq: number) => unknown,
): SampleLog['rows'] {
  const drafts = rows.map(({ writer, writerSeq, at, kind, content, seq }) => {
    const { body } = JSON.parse(content ?? '');
    return { writer, writerSeq, at, kind, body: change(body, seq) };
  });
  return sealRows(emptyHead, drafts).rows;
}

export async function* pagesOf(rows: readonly AuditRow[], size = 7): AsyncGenerator<AuditRow[]> {
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}

export async function verify(
  log: SampleLog | (Omit<SampleLog, 'head'> & { head: string | null }),
  start?: VerifiedState,
): Promise<AuditVerification> {
  const { rows, checkpoints, head } = log;
  return verifyRows({ pages: pagesOf(rows), checkpoints, head, trustedKeys, start });
}

/** The same key in each run, so that signatures can stand in a snapshot. */
function keyOf(seed: number): KeyObject {
  const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex'); // RFC 8410, 7: what stands before the 32 bytes
  return createPrivateKey({ key: Buffer.concat([pkcs8, Buffer.alloc(32, seed)]), format: 'der', type: 'pkcs8' });
}
