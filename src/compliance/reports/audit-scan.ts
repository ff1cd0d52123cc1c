import { setImmediate } from 'node:timers/promises';
import type { Store } from '../../store/store.ts';
import { type Entry, readEntry, type StoredRow } from './entry.ts';
import type { Period } from './period.ts';

interface Scan {
  store: Store;
  period: Period;
  order: 'oldest_first' | 'newest_first';
  /** Newest first: rows before this place alone. */
  before?: number | undefined;
  /** The kinds of rows to read; all where absent. */
  kinds?: ReadonlySet<string> | undefined;
  signal: AbortSignal;
  /** Told the rows read so far, after each page, and how many there are at most. */
  onProgress?: ((rows: number, of: number) => void) | undefined;
}

const rowsPerPage = 2_000;
/** The event loop gets its turn after so many rows: about 3 ms of parsing. */
const rowsATurn = 200;
/** A count over an index of many million rows takes seconds, and holds nobody's answer up. */
const boundsMs = 30_000;

/**
 * The rows of a period as entries, page by page, at a steady memory. Pages go by place in the log, and time and kind are
 * looked at here: with either in the query, an engine may choose their index and sort the whole period anew for each page.
 */
export async function* scanEntries(scan: Scan): AsyncGenerator<Entry[]> {
  const { period, kinds, signal, onProgress } = scan;
  const bounds = await boundsOf(scan);
  if (!bounds) return;
  const of = bounds.last - bounds.first + 1;
  let read = 0;
  for await (const page of pages(scan, bounds)) {
    for (let at = 0; at < page.length; at += rowsATurn) {
      signal.throwIfAborted();
      const rows = page.slice(at, at + rowsATurn).filter((row) => isAsked(row, period, kinds));
      yield rows.map(readEntry);
      await setImmediate();
    }
    read += page.length;
    onProgress?.(read, of);
  }
}

function isAsked({ at, kind }: StoredRow, { from, to }: Period, kinds: Scan['kinds']): boolean {
  return at >= from && at < to && (kinds?.has(kind) ?? true);
}

interface Bounds {
  first: number;
  last: number;
}

/** Rows of several writers, and those that waited in a spool, are not in the order of their times: first and last by place. */
async function boundsOf({ store, period, before }: Scan): Promise<Bounds | null> {
  const row = await store.run(
    (db) =>
      db
        .selectFrom('audit_log')
        .select(({ fn }) => [fn.min('seq').as('first'), fn.max('seq').as('last')])
        .where('at', '>=', period.from)
        .where('at', '<', period.to)
        .executeTakeFirst(),
    boundsMs,
  );
  if (row?.first === null || row?.first === undefined) return null;
  const last = before === undefined ? Number(row.last) : Math.min(Number(row.last), before - 1);
  return Number(row.first) <= last ? { first: Number(row.first), last } : null;
}

/** The next page is read while this one is worked on. */
async function* pages(scan: Scan, bounds: Bounds): AsyncGenerator<StoredRow[]> {
  let { first, last } = bounds;
  const begin = () => {
    const page = readPage(scan, { first, last });
    // Its fault is told where it is awaited; who stops early has no use for it.
    page.catch(() => undefined);
    return page;
  };
  for (let coming = begin(); ; ) {
    const page = await coming;
    const end = page.at(-1);
    if (!end) return;
    if (scan.order === 'oldest_first') first = end.seq + 1;
    else last = end.seq - 1;
    coming = begin();
    yield page;
  }
}

async function readPage({ store, order }: Scan, { first, last }: Bounds): Promise<StoredRow[]> {
  if (first > last) return [];
  return store.run((db) =>
    db
      .selectFrom('audit_log')
      .select(['seq', 'at', 'kind', 'content'])
      .where('seq', '>=', first)
      .where('seq', '<=', last)
      .orderBy('seq', order === 'oldest_first' ? 'asc' : 'desc')
      .limit(rowsPerPage)
      .execute(),
  );
}
