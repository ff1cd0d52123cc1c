interface Options {
  /** Least time between two deliveries of the same name, in ms. */
  leastMs: (name: string) => number;
  deliver: (name: string) => void;
  /** Milliseconds on a clock that is not set back. */
  now: () => number;
}

/** Passes names on, the first at once and what comes soon after it as one: a burst of changes is one thing to tell. */
export class Coalescer {
  readonly #options: Options;
  readonly #last = new Map<string, number>();
  readonly #waiting = new Map<string, NodeJS.Timeout>();

  constructor(options: Options) {
    this.#options = options;
  }

  tell(name: string): void {
    if (this.#waiting.has(name)) return;
    const { leastMs, now } = this.#options;
    const last = this.#last.get(name);
    const waitMs = last === undefined ? 0 : last + leastMs(name) - now();
    if (waitMs <= 0) this.#deliver(name);
    // No reason to stay alive: what a client is not told it reads when it asks again.
    else this.#waiting.set(name, setTimeout(() => this.#deliver(name), waitMs).unref());
  }

  close(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    this.#last.clear();
  }

  #deliver(name: string): void {
    this.#waiting.delete(name);
    this.#last.set(name, this.#options.now());
    this.#options.deliver(name);
  }
}
