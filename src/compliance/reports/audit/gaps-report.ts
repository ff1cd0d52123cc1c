import type { Store } from '../../../store/store.ts';
import { pagesOf, readHead } from '../../audit/audit-rows.ts';
import { openCheckpoint } from '../../audit/checkpoint.ts';
import { type AuditGap, findGaps, type GapReport } from '../../audit/gaps.ts';
import type { TrustedKey } from '../../audit/note-keys.ts';
import { type ControlStatus, reportCall } from '../control.ts';
import { cursorAt, placeOf } from '../cursor.ts';
import { isoTime } from '../period.ts';
import type { Report, ReportBody, ReportRow } from '../report-body.ts';

/** A process says that it lives every 30 s: after three times that it is taken to have ended, in ms. */
const liveMs = 90_000;

/** What is missing from the log, or not vouched for, and why that may be. */
export const auditGaps: Report = async ({ store, trail, now }, { cursor, limit, signal, report }) => {
  const from = placeOf(cursor, report) ?? 0;
  const { size } = await store.run(readHead);
  const anchoredTo = await lastSigned(store, await trail.trustedKeys());
  // Rows that come from here on belong to the next look.
  const found = await findGaps({ pages: pagesOf(store, 1, size), anchoredTo, size, signal });
  const live = await liveWriters(store, now);
  return gapsBody({ found, live, size }, { report, from, limit });
};

/** Size of the newest checkpoint that a trusted key has signed; whether it fits the rows, audit_verify tells. */
async function lastSigned(store: Store, keys: readonly TrustedKey[]): Promise<number> {
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const kept = await store.run((db) =>
      db
        .selectFrom('audit_checkpoints')
        .select(['size', 'note'])
        .where('size', '<', before)
        .orderBy('size', 'desc')
        .limit(1)
        .executeTakeFirst(),
    );
    if (!kept) return 0;
    const opened = openCheckpoint(kept.note, keys);
    if (opened.ok && opened.checkpoint.size === kept.size) return kept.size;
    before = kept.size;
  }
}

async function liveWriters(store: Store, now: number): Promise<ReadonlySet<string>> {
  const rows = await store.run((db) =>
    db
      .selectFrom('writers')
      .select('id')
      .where('closed_at', 'is', null)
      .where('seen_at', '>', now - liveMs)
      .execute(),
  );
  return new Set(rows.map(({ id }) => id));
}

interface Found {
  found: GapReport;
  live: ReadonlySet<string>;
  size: number;
}

interface PageOrder {
  report: string;
  from: number;
  limit: number;
}

const missing: readonly AuditGap['kind'][] = ['rows_missing', 'writer_rows_missing'];

export function gapsBody({ found, live, size }: Found, { report, from, limit }: PageOrder): ReportBody {
  const gaps = found.gaps.filter(({ kind, writer }) => !isLive({ kind, writer }, live));
  const running = found.gaps.length - gaps.length;
  const rows = gaps.slice(from, from + limit).map(gapRow);
  const counts = countsOf(gaps);
  return {
    status: size === 0 ? 'not_assessed' : statusOf(gaps),
    summary: [
      size === 0
        ? 'The audit log is empty: there is nothing that could be missing.'
        : `${size} rows: ${counts === '' ? 'no gap' : counts}; ${running} running writers have no close yet.`,
      ...(found.more > 0 ? [`${found.more} further gaps were found and are not listed.`] : []),
      ...(gaps.some(({ kind }) => kind === 'writer_without_close')
        ? [
            'A writer without a close was killed, or its last rows are gone: its spool is brought in by the next process.',
          ]
        : []),
      ...(gaps.some(({ kind }) => kind === 'rows_unanchored')
        ? ['The last checkpoint does not cover the unanchored rows yet.']
        : []),
    ],
    rows,
    nextCursor: from + limit < gaps.length ? cursorAt(report, from + limit) : null,
    next: gaps.some(({ kind }) => missing.includes(kind))
      ? [reportCall('audit_verify', 'see the breaks with their places')]
      : [],
    audited: { rows: rows.length },
  };
}

function isLive({ kind, writer }: Pick<AuditGap, 'kind' | 'writer'>, live: ReadonlySet<string>): boolean {
  return kind === 'writer_without_close' && writer !== null && live.has(writer);
}

function gapRow({ kind, from, to, writer, since, until }: AuditGap): ReportRow {
  const time = (at: number | null) => (at === null ? null : isoTime(at));
  return { kind, from, to, writer, since: time(since), until: time(until) };
}

function countsOf(gaps: readonly AuditGap[]): string {
  const kinds = [...new Set(gaps.map(({ kind }) => kind))];
  return kinds.map((kind) => `${gaps.filter((gap) => gap.kind === kind).length} ${kind}`).join(', ');
}

/** Rows that are gone are a failure; pruned and unanchored ones are as the rules have it. */
function statusOf(gaps: readonly AuditGap[]): ControlStatus {
  if (gaps.some(({ kind }) => missing.includes(kind))) return 'fail';
  return gaps.some(({ kind }) => kind === 'writer_without_close') ? 'warn' : 'pass';
}
