import type { Db, Store } from '../../store/store.ts';
import { readHead } from '../audit/audit-rows.ts';
import { readEntry } from './entry.ts';
import { dayMs } from './period.ts';
import type { ReportSources } from './report-body.ts';
import { type VerificationFacts, verificationSchema } from './row-bodies.ts';

/** The last verification whose result was written down. */
export interface LastVerification extends VerificationFacts {
  /** Milliseconds since 1970. */
  at: number;
  /** Its row. */
  seq: number;
}

/** How the log stands in the store. */
export interface LogFacts {
  size: number;
  /** The signed head; empty while the log is. */
  head: string;
  /** Oldest row's time, in ms since 1970; null in an empty log. */
  oldestAt: number | null;
  /** Oldest row that still has its content, and newest one without, in ms since 1970. */
  oldestContentAt: number | null;
  newestPrunedAt: number | null;
  checkpoints: number;
  /** The newest kept checkpoint. */
  checkpoint: { size: number; at: number; anchoredAt: number | null; note: string } | null;
  lastVerification: LastVerification | null;
  /** Erasures that were begun, and whose end no row tells of; the oldest first. */
  openErasures: readonly OpenErasure[];
}

interface OpenErasure {
  /** The random id that the person had. */
  subject: string;
  seq: number;
  /** Milliseconds since 1970. */
  at: number;
}

type Sources = Pick<ReportSources, 'store' | 'now' | 'justVerified'>;

const readMs = 30_000;

/** @throws StoreError */
export async function readLogFacts({ store, now, justVerified }: Sources): Promise<LogFacts> {
  const { size, note } = await store.run(readHead);
  const times = await store.run(readTimes, readMs);
  const { checkpoints, checkpoint } = await readCheckpoints(store);
  return {
    size,
    head: note,
    ...times,
    checkpoints,
    checkpoint,
    lastVerification: justVerified ?? (await readLastVerification(store, now)),
    openErasures: await readOpenErasures(store),
  };
}

/** By place, which is the primary key: retention takes the oldest rows, so that both ends are found at once. */
async function readTimes(db: Db) {
  const rows = db.selectFrom('audit_log');
  const oldest = await rows.select('at').orderBy('seq').limit(1).executeTakeFirst();
  const content = await rows
    .select(['seq', 'at'])
    .where('content', 'is not', null)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst();
  const pruned = await rows
    .select('at')
    .where('seq', '<', content?.seq ?? Number.MAX_SAFE_INTEGER)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return {
    oldestAt: oldest?.at ?? null,
    oldestContentAt: content?.at ?? null,
    newestPrunedAt: pruned?.at ?? null,
  };
}

async function readCheckpoints(store: Store) {
  return store.run(async (db) => {
    const counted = await db
      .selectFrom('audit_checkpoints')
      .select(({ fn }) => fn.countAll().as('count'))
      .executeTakeFirst();
    const newest = await db
      .selectFrom('audit_checkpoints')
      .select(['size', 'at', 'note', 'anchored_at as anchoredAt'])
      .orderBy('size', 'desc')
      .limit(1)
      .executeTakeFirst();
    return { checkpoints: Number(counted?.count ?? 0), checkpoint: newest ?? null };
  });
}

/** Older ones say nothing of today. */
const verificationDays = 31;
const rowsPerPage = 500;

async function readLastVerification(store: Store, now: number): Promise<LastVerification | null> {
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const page = await store.run((db) =>
      db
        .selectFrom('audit_log')
        .select(['seq', 'at', 'kind', 'content'])
        .where('kind', '=', 'REPORT')
        .where('at', '>=', now - verificationDays * dayMs)
        .where('seq', '<', before)
        .orderBy('seq', 'desc')
        .limit(rowsPerPage)
        .execute(),
    );
    for (const row of page) {
      const entry = readEntry(row);
      const found = entry.kind === 'REPORT' ? verificationSchema.safeParse(entry.body.verification) : null;
      if (found?.success) return { ...found.data, seq: row.seq, at: row.at };
    }
    const last = page.at(-1);
    if (!last) return null;
    before = last.seq;
  }
}

/** Erasures that were requested and have no row that says that they were done. @throws StoreError */
export async function readOpenErasures(store: Store): Promise<OpenErasure[]> {
  const open = new Map<string, OpenErasure>();
  for (let after = 0; ; ) {
    const page = await store.run((db) =>
      db
        .selectFrom('audit_log')
        .select(['seq', 'at', 'kind', 'content'])
        .where('kind', '=', 'ERASURE')
        .where('seq', '>', after)
        .orderBy('seq')
        .limit(rowsPerPage)
        .execute(),
    );
    for (const entry of page.map(readEntry)) {
      if (entry.kind !== 'ERASURE') continue;
      const { seq, at, body } = entry;
      if (body.phase === 'requested') open.set(body.subject, { subject: body.subject, seq, at });
      else open.delete(body.subject);
    }
    const last = page.at(-1);
    if (!last) return [...open.values()];
    after = last.seq;
  }
}
