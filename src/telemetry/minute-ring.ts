const minuteMs = 60_000;

/** A slot of `T` for each of the last minutes; a minute without a record has none. */
export class MinuteRing<T> {
  readonly #slots = new Map<number, T>();
  readonly #minutes: number;
  readonly #create: () => T;
  readonly #now: () => number;

  /** @param minutes how many minutes are kept; @param now milliseconds */
  constructor(minutes: number, create: () => T, now: () => number) {
    this.#minutes = minutes;
    this.#create = create;
    this.#now = now;
  }

  /** The slot of this minute, made when it is first needed. */
  current(): T {
    const minute = Math.floor(this.#now() / minuteMs);
    const known = this.#slots.get(minute);
    if (known) return known;
    this.#forgetBefore(minute - this.#minutes + 1);
    const slot = this.#create();
    this.#slots.set(minute, slot);
    return slot;
  }

  /** The slots of the window that ends with this minute. */
  window(): T[] {
    this.#forgetBefore(Math.floor(this.#now() / minuteMs) - this.#minutes + 1);
    return [...this.#slots.values()];
  }

  #forgetBefore(minute: number): void {
    for (const known of this.#slots.keys()) if (known < minute) this.#slots.delete(known);
  }
}
