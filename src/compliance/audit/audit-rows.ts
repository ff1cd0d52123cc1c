import { z } from 'zod';
import type { Db, Store, Trx } from '../../store/store.ts';
import { signCheckpoint } from './checkpoint.ts';
import { type AuditRow, type LogHead, type PreparedDraft, sealPrepared } from './entry.ts';
import { Frontier } from './merkle.ts';
import type { NoteSigner } from './signed-note.ts';

/** The lock under which rows get their places in the log. */
export const auditLock = 'audit';

/** Rows of one insert: SQLite takes 32,766 parameters a statement, eight a row. */
const rowsPerInsert = 1_000;
const rowsPerPage = 2_000;
const hashesSchema = z.array(z.string());

export interface Appended {
  head: LogHead;
  /** The signed head. */
  note: string;
  /** Rows that this call added; fewer than were given where some had been added before. */
  added: number;
}

interface Signing {
  signer: NoteSigner;
  origin: string;
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * Adds one writer's drafts to the log, in a transaction that holds the audit lock. Drafts that are there already, from a
 * call that was given up on and went through all the same, are passed over: each gets into the log once.
 */
export async function appendDrafts(
  transaction: Trx,
  drafts: readonly PreparedDraft[],
  { signer, origin, now }: Signing,
): Promise<Appended> {
  const { note, ...head } = await readHead(transaction);
  const known = await lastWriterSeq(transaction, drafts[0]?.writer ?? '');
  const fresh = drafts.filter(({ writerSeq }) => writerSeq > known);
  if (fresh.length === 0) return { head, note, added: 0 };
  const sealed = sealPrepared(head, fresh);
  for (let at = 0; at < sealed.rows.length; at += rowsPerInsert) {
    const values = sealed.rows.slice(at, at + rowsPerInsert).map(columnsOf);
    await transaction.insertInto('audit_log').values(values).execute();
  }
  const { size, leaf, frontier } = sealed.head;
  const root = new Frontier(frontier).root();
  const signed = await signCheckpoint({ origin, size, root, time: now, chain: leaf }, signer);
  await transaction
    .updateTable('audit_head')
    .set({ size, leaf, frontier: JSON.stringify(frontier.hashes), note: signed })
    .where('id', '=', 1)
    .execute();
  return { head: sealed.head, note: signed, added: fresh.length };
}

/** The end of the log as the store has it, with its signed note; the note is empty while the log is. */
export async function readHead(db: Db | Trx): Promise<LogHead & { note: string }> {
  const row = await db.selectFrom('audit_head').selectAll().where('id', '=', 1).executeTakeFirstOrThrow();
  const { size, leaf, note } = row;
  return { size, leaf, note, frontier: { size, hashes: hashesSchema.parse(JSON.parse(row.frontier)) } };
}

async function lastWriterSeq(db: Db | Trx, writer: string): Promise<number> {
  const row = await db
    .selectFrom('audit_log')
    .select((select) => select.fn.max('writer_seq').as('last'))
    .where('writer', '=', writer)
    .executeTakeFirst();
  return Number(row?.last ?? 0);
}

function columnsOf({ seq, writer, writerSeq, at, kind, content, previous, leaf }: AuditRow) {
  return { seq, writer, writer_seq: writerSeq, at, kind, content, previous, leaf };
}

const columns = ['seq', 'writer', 'writer_seq as writerSeq', 'at', 'kind', 'content', 'previous', 'leaf'] as const;

/** The rows of a range in their order, page by page, whatever their number. @param to inclusive */
export async function* pagesOf(store: Store, from = 1, to = Number.MAX_SAFE_INTEGER): AsyncGenerator<AuditRow[]> {
  let after = from - 1;
  for (;;) {
    const page = await store.run((db) =>
      db
        .selectFrom('audit_log')
        .select(columns)
        .where('seq', '>', after)
        .where('seq', '<=', to)
        .orderBy('seq')
        .limit(rowsPerPage)
        .execute(),
    );
    const last = page.at(-1);
    if (!last) return;
    yield page;
    after = last.seq;
  }
}

export interface RowFilter {
  kinds: readonly string[];
  /** Milliseconds since 1970; from inclusive, to exclusive. */
  from: number;
  to: number;
  /** Newest first: rows before this place in the log. */
  before?: number | undefined;
  limit: number;
}

/** Rows of some kinds in a time range, the newest first. */
export async function findRows(store: Store, { kinds, from, to, before, limit }: RowFilter): Promise<AuditRow[]> {
  return store.run((db) => {
    const rows = db
      .selectFrom('audit_log')
      .select(columns)
      .where('kind', 'in', kinds)
      .where('at', '>=', from)
      .where('at', '<', to);
    return (before === undefined ? rows : rows.where('seq', '<', before)).orderBy('seq', 'desc').limit(limit).execute();
  });
}
