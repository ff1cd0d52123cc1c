import { scanEntries } from './audit-scan.ts';
import { cursorAt, placeOf } from './cursor.ts';
import type { Entry } from './entry.ts';
import { dayMs, type Period, periodOf } from './period.ts';
import { progressOf } from './progress.ts';
import type { ReportOrder, ReportRow, ReportSources } from './report-body.ts';

/** A week, where nothing else is asked for. */
const defaultDays = 7;

export interface EntryPage {
  period: Period;
  rows: ReportRow[];
  nextCursor: string | null;
  /** Rows that were looked at. */
  looked: number;
}

interface Kinds {
  kinds: ReadonlySet<string>;
  /** The line of an entry; null where it is none of the list. */
  line: (entry: Entry) => ReportRow | null;
  /** Told every entry of the period; without it the scan ends with the page. */
  count?: (entry: Entry) => void;
}

/** A page of a list of rows, the newest first. @throws StoreError; HybridRoutingError `invalid_input` for a bad cursor or period */
export async function newestEntries(
  { store, now }: Pick<ReportSources, 'store' | 'now'>,
  order: ReportOrder,
  { kinds, line, count }: Kinds,
): Promise<EntryPage> {
  const { report, cursor, limit, signal } = order;
  const period = periodOf(order, now, defaultDays * dayMs);
  const before = placeOf(cursor, report);
  const page: EntryPage = { period, rows: [], nextCursor: null, looked: 0 };
  const onProgress = progressOf(order.onProgress, 'rows read');
  // What is counted is counted over the whole period, so that each page tells the same numbers.
  const from = count ? undefined : before;
  let last = 0;
  for await (const entries of scanEntries({
    store,
    period,
    order: 'newest_first',
    before: from,
    kinds,
    signal,
    onProgress,
  }))
    for (const entry of entries) {
      page.looked += 1;
      count?.(entry);
      if (page.nextCursor !== null || (before !== undefined && entry.seq >= before)) continue;
      const row = line(entry);
      if (!row) continue;
      if (page.rows.length < limit) {
        page.rows.push(row);
        last = entry.seq;
        continue;
      }
      page.nextCursor = cursorAt(report, last);
      if (!count) return page;
    }
  return page;
}
