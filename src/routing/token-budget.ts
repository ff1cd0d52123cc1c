/** A token bucket that is filled by what happens, not by time: each success earns a part of a token, each use takes one. */
export class TokenBudget {
  readonly #ratio: number;
  readonly #capacity: number;
  #tokens: number;

  /**
   * @param ratio tokens earned by each event, 0 to 1: 0.1 allows one use for ten events
   * @param capacity most tokens that are saved, and what it starts with: the longest burst
   */
  constructor(ratio: number, capacity: number) {
    if (!(ratio >= 0 && ratio <= 1)) throw new RangeError(`ratio is ${ratio}, must be 0 to 1`);
    if (!(capacity >= 0)) throw new RangeError(`capacity is ${capacity}, must be 0 or more`);
    this.#ratio = ratio;
    this.#capacity = capacity;
    this.#tokens = capacity;
  }

  earn(): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + this.#ratio);
  }

  /** As it was at the start. */
  reset(): void {
    this.#tokens = this.#capacity;
  }

  /** Takes a token; false where there is none. */
  take(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
