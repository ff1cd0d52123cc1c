import { hourMs } from '../period.ts';

/** Counts by the hour, back from now; bin 0 is the last hour. */
export class Hours {
  readonly #counts: number[];
  readonly #now: number;

  /** @param now milliseconds since 1970 */
  constructor(now: number, hours: number) {
    this.#now = now;
    this.#counts = new Array<number>(hours).fill(0);
  }

  /** What is older than the bins is passed over; what a clock puts ahead of now is of the last hour. */
  add(at: number, count: number): void {
    const hour = Math.max(0, Math.floor((this.#now - at) / hourMs));
    const before = this.#counts[hour];
    if (before !== undefined) this.#counts[hour] = before + count;
  }

  get last(): number {
    return this.#counts[0] ?? 0;
  }

  /** The hours before the last one, the newest first. @param most so many at most */
  before(most: number): readonly number[] {
    return this.#counts.slice(1, 1 + most);
  }
}

/** The middle one, or the mean of the middle two; null of nothing. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? 0;
  const high = sorted[Math.floor(middle)] ?? 0;
  return (low + high) / 2;
}
