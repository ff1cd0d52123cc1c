import { HybridRoutingError } from '../../config/errors.ts';
import { canonicalJson, hasLoneSurrogate, quoted } from './canonical-json.ts';
import { Frontier, type FrontierState, leafHash, noLeaf } from './merkle.ts';

/** Kinds with which a server process says that it begins to write, and that it ends as it should. */
export const writerOpened = 'WRITER_OPENED';
export const writerClosed = 'WRITER_CLOSED';

/** A row of the audit log as it is stored. */
export interface AuditRow {
  /** Place in the log, from 1, without gaps. */
  seq: number;
  /** Id of the server process that wrote it. */
  writer: string;
  /** Place among this writer's rows, from 1, without gaps. */
  writerSeq: number;
  /** ms since 1970, by the writer's clock. */
  at: number;
  kind: string;
  /** Canonical JSON of `{v: 1, seq, writer, writerSeq, at, kind, previous, body}`; null when retention pruned it. */
  content: string | null;
  /** Leaf hash of the row before, hex; 64 zeros in the first row. */
  previous: string;
  /** SHA-256(0x00 || content), hex. */
  leaf: string;
}

/** What a row says, before it has its place in the log. */
export interface AuditDraft {
  writer: string;
  /** From 1, without gaps. */
  writerSeq: number;
  /** Whole ms since 1970. */
  at: number;
  kind: string;
  /** Anything that canonical JSON can hold. */
  body: unknown;
}

/** A draft with its checks done and its text built: sealing it again at another place costs two hashes. */
export interface PreparedDraft {
  writer: string;
  writerSeq: number;
  at: number;
  kind: string;
  /** Content up to where the place in the log matters. */
  before: string;
  /** Writer's part of what follows. */
  after: string;
}

/** The end of the log: what the next row is fastened to. */
export interface LogHead {
  /** Rows in the log. */
  size: number;
  /** Leaf hash of the last row. */
  leaf: string;
  frontier: FrontierState;
}

/** The head of a log without rows. */
export const emptyHead: LogHead = { size: 0, leaf: noLeaf, frontier: { size: 0, hashes: [] } };

/**
 * Fastens drafts to the log in their order. Pure: on a conflict with another writer, seal the same drafts to the newer head.
 * @throws HybridRoutingError for a draft that no row can be made of; then none is sealed
 */
export function sealRows(head: LogHead, drafts: readonly AuditDraft[]): { rows: AuditRow[]; head: LogHead } {
  return sealPrepared(head, drafts.map(prepareDraft));
}

/** `sealRows` for drafts that were prepared before, off the path that waits for the log. */
export function sealPrepared(head: LogHead, drafts: readonly PreparedDraft[]): { rows: AuditRow[]; head: LogHead } {
  const frontier = new Frontier(head.frontier);
  let { size: seq, leaf } = head;
  const rows = drafts.map(({ writer, writerSeq, at, kind, before, after }) => {
    const previous = leaf;
    seq++;
    const content = `${before}${previous}","seq":${seq}${after}`;
    leaf = leafHash(content);
    frontier.append(leaf);
    return { seq, writer, writerSeq, at, kind, content, previous, leaf };
  });
  return { rows, head: { size: seq, leaf, frontier: frontier.state() } };
}

/** @throws HybridRoutingError for a draft that no row can be made of */
export function prepareDraft({ writer, writerSeq, at, kind, body }: AuditDraft): PreparedDraft {
  if (!isName(writer)) throw draftError('writer', 'a well-formed text that is not empty');
  if (!isName(kind)) throw draftError('kind', 'a well-formed text that is not empty');
  if (!Number.isSafeInteger(writerSeq) || writerSeq < 1) throw draftError('writerSeq', 'a whole number from 1');
  if (!Number.isSafeInteger(at) || at < 0) throw draftError('at', 'whole milliseconds since 1970');
  const [before, after] = frameOf({ writer, writerSeq, kind });
  return { writer, writerSeq, at, kind, before: `{"at":${at},"body":${canonicalJson(body)}${before}`, after };
}

/** Start and end of a row's content as its columns have it: all of the content but the body. */
export function contentFrame(row: Omit<AuditRow, 'content' | 'leaf'>): { start: string; end: string } {
  const [before, after] = frameOf(row);
  return { start: `{"at":${row.at},"body":`, end: `${before}${row.previous}","seq":${row.seq}${after}` };
}

/** What stands between body and previous, and after seq. The keys are in canonical order as they stand here. */
function frameOf(row: { kind: string; writer: string; writerSeq: number }): [before: string, after: string] {
  return [
    `,"kind":${quoted(row.kind)},"previous":"`,
    `,"v":1,"writer":${quoted(row.writer)},"writerSeq":${row.writerSeq}}`,
  ];
}

function isName(text: string): boolean {
  return text !== '' && !hasLoneSurrogate(text);
}

function draftError(field: string, wanted: string): HybridRoutingError {
  return new HybridRoutingError(
    'audit_draft_invalid',
    `an audit entry's ${field} is not ${wanted}`,
    `Give ${field} as ${wanted}.`,
  );
}
