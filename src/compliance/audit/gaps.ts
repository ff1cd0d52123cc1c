import type { AuditRow } from './entry.ts';
import { type WriterState, WriterTracker } from './writer-tracker.ts';

/** A stretch of the log that is not, or not fully, there. */
export interface AuditGap {
  /**
   * `rows_missing`, `rows_pruned`, `rows_unanchored`: places in the log; `writer_rows_missing`: places in the writer's own count;
   * `writer_without_close`: the writer's first and last row in the log.
   */
  kind: 'rows_missing' | 'writer_rows_missing' | 'writer_without_close' | 'rows_pruned' | 'rows_unanchored';
  from: number;
  to: number;
  writer: string | null;
  /** Between these times (ms since 1970) it happened; null where nothing tells. */
  since: number | null;
  until: number | null;
}

export interface GapReport {
  /** By kind in the order above, then by place. */
  gaps: AuditGap[];
  /** Further ones that were found, but not kept. */
  more: number;
}

export interface GapRequest {
  /** Rows in order of `seq`. */
  pages: AsyncIterable<readonly AuditRow[]>;
  /** Size of the last valid checkpoint: 0 where there is none. */
  anchoredTo: number;
  /** Rows that there should be, as the signed head says; absent: as many as come. */
  size?: number | undefined;
  /** The last row before the pages, and the writers until then; absent: the pages begin at row 1. */
  start?: { size: number; writers: readonly WriterState[] | null } | undefined;
  /** Gaps that are kept, 1 or more; 1,000 if absent. */
  limit?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** @throws the signal's reason when it is aborted, and what the pages throw */
export async function findGaps({ pages, signal, ...how }: GapRequest): Promise<GapReport> {
  const finder = new GapFinder(how);
  for await (const page of pages) {
    signal?.throwIfAborted();
    for (const row of page) finder.row(row);
  }
  return finder.end();
}

const order = ['rows_missing', 'writer_rows_missing', 'writer_without_close', 'rows_pruned', 'rows_unanchored'];

class GapFinder {
  readonly #how: Omit<GapRequest, 'pages' | 'signal'>;
  readonly #writers: WriterTracker;
  /** First and last time of each writer, ms since 1970. */
  readonly #times = new Map<string, { first: number; last: number }>();
  readonly #gaps: AuditGap[] = [];
  #more = 0;
  #last: number;
  #lastAt: number | null = null;
  #pruned: AuditGap | null = null;
  #unanchoredSince: number | null = null;

  constructor(how: Omit<GapRequest, 'pages' | 'signal'>) {
    this.#how = how;
    this.#last = how.start?.size ?? 0;
    this.#writers = new WriterTracker(how.start ? how.start.writers : []);
  }

  row(row: AuditRow): void {
    const { seq, at } = row;
    if (seq <= this.#last) return; // out of order or repeated: verifyRows reports it, nothing is missing here
    if (seq > this.#last + 1) this.#add('rows_missing', this.#last + 1, seq - 1, this.#lastAt, at);
    this.#followWriter(row);
    this.#followPruned(row);
    if (seq > this.#how.anchoredTo) this.#unanchoredSince ??= at;
    this.#last = seq;
    this.#lastAt = at;
  }

  end(): GapReport {
    const { size, anchoredTo } = this.#how;
    if (size !== undefined && size > this.#last) this.#add('rows_missing', this.#last + 1, size, this.#lastAt, null);
    for (const { writer, firstSeq, lastSeq } of this.#writers.summary().withoutClose) {
      const times = this.#times.get(writer);
      this.#add('writer_without_close', firstSeq, lastSeq, times?.first ?? null, times?.last ?? null, writer);
    }
    const unanchoredFrom = Math.max(anchoredTo, this.#how.start?.size ?? 0) + 1;
    if (unanchoredFrom <= this.#last)
      this.#add('rows_unanchored', unanchoredFrom, this.#last, this.#unanchoredSince, this.#lastAt);
    this.#gaps.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.from - b.from);
    return { gaps: this.#gaps, more: this.#more };
  }

  #followWriter(row: AuditRow): void {
    const times = this.#times.get(row.writer);
    const fault = this.#writers.see(row);
    if (fault?.kind === 'missing')
      this.#add('writer_rows_missing', fault.from, fault.to, times?.last ?? null, row.at, row.writer);
    if (times) times.last = row.at;
    else this.#times.set(row.writer, { first: row.at, last: row.at });
  }

  #followPruned({ seq, at, content }: AuditRow): void {
    if (content !== null) return;
    if (this.#pruned?.to === seq - 1) {
      this.#pruned.to = seq;
      this.#pruned.until = at;
    } else this.#pruned = this.#add('rows_pruned', seq, seq, at, at);
  }

  #add(
    kind: AuditGap['kind'],
    from: number,
    to: number,
    since: number | null,
    until: number | null,
    writer: string | null = null,
  ): AuditGap {
    const gap = { kind, from, to, writer, since, until };
    if (this.#gaps.length < (this.#how.limit ?? 1_000)) this.#gaps.push(gap);
    else this.#more++;
    return gap;
  }
}
