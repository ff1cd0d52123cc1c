import type { Engine } from '../../store/engine.ts';
import type { Db, Store, Trx } from '../../store/store.ts';
import { fittingHead, type HeadRow, type HeadTrust } from './audit-head.ts';
import { signCheckpoint } from './checkpoint.ts';
import { type AuditRow, type LogHead, type PreparedDraft, sealPrepared } from './entry.ts';
import { Frontier } from './merkle.ts';
import type { NoteSigner } from './signed-note.ts';

/** The lock under which rows get their places in the log. */
export const auditLock = 'audit';

const rowsPerPage = 2_000;

export interface Appended {
  head: LogHead;
  /** The signed head. */
  note: string;
  /** The end of the log that these rows were fastened to. */
  before: Pick<LogHead, 'size' | 'leaf'>;
  /** Rows that this call added; fewer than were given where some had been added before. */
  added: number;
}

interface Signing {
  signer: NoteSigner;
  /** Which signed heads rows may be fastened to. */
  trust: HeadTrust;
  origin: string;
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * Adds one writer's drafts to the log, in a transaction that holds the audit lock. Drafts that are there already, from a
 * call that was given up on and went through all the same, are passed over: each gets into the log once.
 * @throws HybridRoutingError audit_head_invalid where the log's end is not what was signed: nothing is fastened to that
 */
export async function appendDrafts(
  transaction: Trx,
  { elementsOf }: Pick<Engine, 'elementsOf'>,
  drafts: readonly PreparedDraft[],
  { signer, trust, origin, now }: Signing,
): Promise<Appended> {
  const { stored, ...row } = await readHeadBefore(transaction, drafts);
  const head = fittingHead(row, signer, trust);
  const before = { size: head.size, leaf: head.leaf };
  const fresh = stored === 0 ? drafts : await notStored(transaction, drafts);
  if (fresh.length === 0) return { head, note: row.note, before, added: 0 };
  const sealed = sealPrepared(head, fresh);
  await insertRows(transaction, elementsOf, sealed.rows);
  const { size, leaf, frontier } = sealed.head;
  const root = new Frontier(frontier).root();
  const note = await signCheckpoint({ origin, size, root, time: now, chain: leaf }, signer);
  await transaction
    .updateTable('audit_head')
    .set({ size, leaf, frontier: JSON.stringify(frontier.hashes), note })
    .where('id', '=', 1)
    .execute();
  trust.note = note;
  return { head: sealed.head, note, before, added: fresh.length };
}

/** The end of the log as the store has it, unchecked. */
export async function readHead(db: Db | Trx): Promise<HeadRow> {
  const columns = ['size', 'leaf', 'frontier', 'note'] as const;
  return db.selectFrom('audit_head').select(columns).where('id', '=', 1).executeTakeFirstOrThrow();
}

/** The head, and how many of these rows are in the log: one round trip, for every commit makes it. */
async function readHeadBefore(
  transaction: Trx,
  drafts: readonly PreparedDraft[],
): Promise<HeadRow & { stored: number }> {
  const { writer, first, last } = rangeOf(drafts);
  const row = await transaction
    .selectFrom('audit_head')
    .select(['size', 'leaf', 'frontier', 'note'])
    .select(({ selectFrom }) =>
      selectFrom('audit_log')
        .select((select) => select.fn.countAll<number>().as('count'))
        .where('writer', '=', writer)
        .where('writer_seq', '>=', first)
        .where('writer_seq', '<=', last)
        .as('stored'),
    )
    .where('id', '=', 1)
    .executeTakeFirstOrThrow();
  return { ...row, stored: row.stored ?? 0 };
}

async function notStored(transaction: Trx, drafts: readonly PreparedDraft[]): Promise<PreparedDraft[]> {
  const { writer, first, last } = rangeOf(drafts);
  const rows = await transaction
    .selectFrom('audit_log')
    .select('writer_seq')
    .where('writer', '=', writer)
    .where('writer_seq', '>=', first)
    .where('writer_seq', '<=', last)
    .execute();
  const stored = new Set(rows.map(({ writer_seq }) => writer_seq));
  return drafts.filter(({ writerSeq }) => !stored.has(writerSeq));
}

function rangeOf(drafts: readonly PreparedDraft[]) {
  return { writer: drafts[0]?.writer ?? '', first: drafts[0]?.writerSeq ?? 0, last: drafts.at(-1)?.writerSeq ?? 0 };
}

/** All rows as one JSON parameter: the statement stays the same for any number, and is prepared once. */
async function insertRows(transaction: Trx, elementsOf: Engine['elementsOf'], rows: readonly AuditRow[]) {
  const values = rows.map((row) => [
    row.seq,
    row.writer,
    row.writerSeq,
    row.at,
    row.kind,
    row.content,
    row.previous,
    row.leaf,
  ]);
  // With the store that is open by now; not with the server's start.
  const { sql } = await import('kysely');
  await sql`insert into audit_log (seq, writer, writer_seq, at, kind, content, previous, leaf)
    select cast(value ->> 0 as bigint), value ->> 1, cast(value ->> 2 as bigint), cast(value ->> 3 as bigint),
      value ->> 4, value ->> 5, value ->> 6, value ->> 7
    from ${elementsOf(JSON.stringify(values))}`.execute(transaction);
}

const columns = ['seq', 'writer', 'writer_seq as writerSeq', 'at', 'kind', 'content', 'previous', 'leaf'] as const;

/** The rows of a range in their order, page by page, whatever their number. @param to inclusive */
export async function* pagesOf(store: Store, from = 1, to = Number.MAX_SAFE_INTEGER): AsyncGenerator<AuditRow[]> {
  let next = pageAfter(store, from - 1, to);
  for (;;) {
    const page = await next;
    const last = page.at(-1);
    if (!last) return;
    // The store reads the next one while this one is worked on.
    next = pageAfter(store, last.seq, to);
    next.catch(() => undefined); // told when it is asked for
    yield page;
  }
}

function pageAfter(store: Store, after: number, to: number): Promise<AuditRow[]> {
  return store.run((db) =>
    db
      .selectFrom('audit_log')
      .select(columns)
      .where('seq', '>', after)
      .where('seq', '<=', to)
      .orderBy('seq')
      .limit(rowsPerPage)
      .execute(),
  );
}
