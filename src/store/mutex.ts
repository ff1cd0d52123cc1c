/** First come, first served. */
export class Mutex {
  readonly #waiting: (() => void)[] = [];
  #locked = false;

  async lock(): Promise<void> {
    if (this.#locked) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#locked = true;
  }

  unlock(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#locked = false;
  }
}
