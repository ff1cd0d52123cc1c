/** Events so close together that they are one burst; the greatest one counts. */
export class Burst {
  readonly #windowMs: number;
  #times: number[] = [];
  #greatest = 0;
  #since = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** @param at milliseconds since 1970; events of several writers may come a little out of order */
  add(at: number): void {
    this.#times.push(at);
    const [before] = this.#times.slice(-2);
    if (before !== undefined && before > at) this.#times.sort((a, b) => a - b);
    const newest = this.#times.at(-1) ?? at;
    const first = this.#times.findIndex((time) => newest - time < this.#windowMs);
    if (first > 0) this.#times = this.#times.slice(first);
    if (this.#times.length <= this.#greatest) return;
    this.#greatest = this.#times.length;
    this.#since = this.#times[0] ?? at;
  }

  /** Events of the greatest burst. */
  get size(): number {
    return this.#greatest;
  }

  /** When it began, in ms since 1970. */
  get since(): number {
    return this.#since;
  }
}
