/** Names that callers choose (purposes, clients) must not fill the memory: further ones count together. */
const mostNames = 100;
export const otherNames = '(other)';

/** Counts by name, of a bounded number of names. */
export class Tally {
  readonly #counts = new Map<string, number>();
  #total = 0;

  add(name: string, count = 1): void {
    const key = this.#counts.has(name) || this.#counts.size < mostNames ? name : otherNames;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
    this.#total += count;
  }

  get total(): number {
    return this.#total;
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** The greatest first, then by name. */
  entries(): [name: string, count: number][] {
    return [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  }

  /** `4 EMAIL, 1 IBAN`: the greatest ones; empty where nothing was counted. */
  text(most = 5): string {
    const entries = this.entries();
    const more = entries.length - most;
    const shown = entries.slice(0, most).map(([name, count]) => `${count} ${name}`);
    return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ');
  }
}
