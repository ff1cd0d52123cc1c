import { createHash } from 'node:crypto';
import { HybridRoutingError } from '../../config/errors.ts';
import type { AuditRow } from './entry.ts';
import {
  type ExportManifest,
  type ExportTrailer,
  exportFormat,
  exportVersion,
  maxProofs,
  otherLine,
  rowLine,
  sealLine,
} from './export-format.ts';
import { includedNotes, lastNoteSize, PlacedNotes } from './export-notes.ts';
import { ExportTree } from './export-tree.ts';
import { noLeaf } from './merkle.ts';

/** Where an export comes from. Places are `seq`s, from 1, `to` included; pages may have any size. All from one snapshot. */
export interface AuditSource {
  size(): Promise<number>;
  /** The signed head; null where there is none. */
  head(): Promise<string | null>;
  /** Signed checkpoints, by size. */
  checkpoints(): AsyncIterable<string>;
  pages(from: number, to: number): AsyncIterable<readonly AuditRow[]>;
  /** Leaf hashes alone. */
  leaves(from: number, to: number): AsyncIterable<readonly string[]>;
}

export interface ExportRequest {
  source: AuditSource;
  /** Name of the log. */
  origin: string;
  /** First and last row; absent: all. */
  from?: number | undefined;
  to?: number | undefined;
  /** Rows to prove the inclusion of, besides the first and the last; 998 at most. */
  proofs?: readonly number[] | undefined;
  /** Public keys as vkey lines. */
  publicKeys: readonly string[];
  /** ms since 1970. */
  createdAt: number;
  signal?: AbortSignal | undefined;
}

/**
 * The lines of an export, each with its newline, as a stream: memory is flat. Reads the checkpoints twice, the leaf hashes outside
 * the range and the rows inside it once.
 * @throws HybridRoutingError for a range or proofs that the log does not have, the signal's reason, and what the source throws
 */
export async function* exportLines(request: ExportRequest): AsyncGenerator<string, void, undefined> {
  const sums = new Sums();
  for await (const { kind, text } of bodyLines(request)) {
    const line = `${text}\n`;
    sums.add(kind, line);
    yield line;
  }
  yield `${otherLine({ trailer: sums.trailer() })}\n`;
}

type Line = { kind: 'manifest' | 'rows' | 'notes' | 'proofs'; text: string };

async function* bodyLines(request: ExportRequest): AsyncGenerator<Line, void, undefined> {
  const { source, origin, createdAt, signal } = request;
  const size = await source.size();
  const range = rangeOf(request, size);
  const { from, to } = range;
  const treeSize = await lastNoteSize(includedNotes(source, range), size);
  const proofs = proofsOf(request, range).filter((seq) => seq <= treeSize);
  const tree = new ExportTree(proofs, treeSize);
  const previous = await follow(tree, source, from - 1, signal);
  const notes = new PlacedNotes(includedNotes(source, range), tree, to);
  const firstNote = await notes.start();
  const manifest = { format: exportFormat, version: exportVersion, origin, from, to, rows: to - from + 1 } as const;
  const rest = { treeSize, prefix: tree.state(), previous, firstNote, proofs, createdAt };
  const publicKeys = [...request.publicKeys];
  yield { kind: 'manifest', text: sealLine({ ...manifest, ...rest, publicKeys } satisfies ExportManifest) };
  try {
    for await (const text of notes.due()) yield { kind: 'notes', text };
    for await (const page of source.pages(from, to)) {
      signal?.throwIfAborted();
      for (const row of page) {
        tree.append(row.leaf);
        yield { kind: 'rows', text: rowLine(row) };
        if (notes.isDue()) for await (const text of notes.due()) yield { kind: 'notes', text };
      }
    }
    for (let next = notes.next; next; next = await notes.advance()) {
      if (next.size !== null && next.size > tree.size && next.size <= size) {
        tree.aim(next);
        await follow(tree, source, next.size, signal);
      }
      yield { kind: 'notes', text: notes.line(next) };
    }
  } finally {
    await notes.close();
  }
  for (const seq of proofs) yield { kind: 'proofs', text: otherLine({ inclusion: tree.inclusion(seq) }) };
}

/** Takes the leaves up to `to` into the tree; gives the last one. */
async function follow(
  tree: ExportTree,
  source: AuditSource,
  to: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  let last = noLeaf;
  if (tree.size >= to) return last;
  for await (const leaves of source.leaves(tree.size + 1, to)) {
    signal?.throwIfAborted();
    for (const leaf of leaves) {
      tree.append(leaf);
      last = leaf;
    }
  }
  return last;
}

class Sums {
  readonly #sha256 = createHash('sha256');
  readonly #counts = { manifest: 0, rows: 0, notes: 0, proofs: 0 };

  add(kind: Line['kind'], line: string): void {
    this.#sha256.update(line);
    this.#counts[kind]++;
  }

  trailer(): ExportTrailer {
    const { rows, notes, proofs } = this.#counts;
    const lines = 1 + rows + notes + proofs;
    return { lines, rows, notes, proofs, sha256: this.#sha256.digest('hex') };
  }
}

function rangeOf(request: ExportRequest, size: number): { from: number; to: number } {
  const { from = 1, to = size } = request;
  if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 1 && from <= to && to <= size)
    return { from, to };
  throw new HybridRoutingError(
    'audit_range_invalid',
    `there are no rows ${from} to ${to}: the log has ${size} rows`,
    size === 0 ? 'Export when the log has rows.' : `Give whole numbers with 1 <= from <= to <= ${size}.`,
  );
}

function proofsOf({ proofs = [] }: ExportRequest, { from, to }: { from: number; to: number }): number[] {
  const all = [...new Set([from, ...proofs, to])].sort((a, b) => a - b);
  if (all.length <= maxProofs && all.every((seq) => Number.isSafeInteger(seq) && seq >= from && seq <= to)) return all;
  throw new HybridRoutingError(
    'audit_proofs_invalid',
    `inclusion proofs are asked for ${all.length} rows, or for one outside rows ${from} to ${to}`,
    `Ask for at most ${maxProofs - 2} rows of the range.`,
  );
}
