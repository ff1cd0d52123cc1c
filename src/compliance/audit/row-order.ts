import type { AuditBreak, BreakList } from './breaks.ts';

/** Rows that were not where they should be, and may still come late. */
interface Gap {
  from: number;
  to: number;
  /** How many of them have not come. */
  open: number;
  found: AuditBreak;
}

/** Only so many gaps are watched for rows that come late: as many as breaks are reported. */
const watchedGaps = 20;

/** Follows the places of the rows: tells gaps, repetitions and rows out of order. */
export class RowOrder {
  #last: number;
  #disturbedAt = 0;
  readonly #gaps: Gap[] = [];
  readonly #breaks: BreakList;

  /** @param last the place of the row before the first one */
  constructor(last: number, breaks: BreakList) {
    this.#last = last;
    this.#breaks = breaks;
  }

  get last(): number {
    return this.#last;
  }

  /** The last place at which rows were missing or altered. */
  get disturbedAt(): number {
    return this.#disturbedAt;
  }

  disturb(seq: number): void {
    this.#disturbedAt = seq;
  }

  place(seq: number): 'next' | 'after_gap' | 'late' {
    const expected = this.#last + 1;
    if (seq === expected) {
      this.#last = seq;
      return 'next';
    }
    if (seq > expected) {
      this.#missing(expected, seq - 1);
      this.#last = seq;
      return 'after_gap';
    }
    this.#late(seq);
    return 'late';
  }

  #missing(from: number, to: number): void {
    const rows = from === to ? `row ${from} was` : `rows ${from} to ${to} were`;
    const message = `${rows} removed: row ${to + 1} stands in its place`;
    const found: AuditBreak = { seq: from, kind: 'row_missing', message, from };
    this.#breaks.add(found);
    this.#disturbedAt = to + 1;
    if (this.#gaps.length < watchedGaps) this.#gaps.push({ from, to, open: to - from + 1, found });
  }

  #late(seq: number): void {
    const gap = this.#gaps.find(({ from, to, open }) => open > 0 && seq >= from && seq <= to);
    if (!gap) {
      const message = `row ${seq} is here again, after row ${this.#last}: it was inserted`;
      this.#breaks.add({ seq, kind: 'row_repeated', message, from: seq });
      return;
    }
    gap.open--;
    if (gap.open > 0) return;
    gap.found.kind = 'row_order';
    gap.found.message = `row ${gap.to + 1} stands before row ${gap.from}: rows were put into another order`;
  }
}
