/** Places for what stays open. No caller takes more than half of them, so that one cannot shut the others out. */
export class Shares {
  readonly #places: number;
  readonly #taken = new Map<string, number>();
  #all = 0;

  /** @param places how many there are, 1 or more */
  constructor(places: number) {
    this.#places = places;
  }

  /** @returns what gives the place back, once; null where the caller has its share, or all are taken */
  take(principal: string): (() => void) | null {
    const mine = this.#taken.get(principal) ?? 0;
    if (this.#all >= this.#places || mine >= Math.ceil(this.#places / 2)) return null;
    this.#all += 1;
    this.#taken.set(principal, mine + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#all -= 1;
      const left = (this.#taken.get(principal) ?? 0) - 1;
      if (left > 0) this.#taken.set(principal, left);
      else this.#taken.delete(principal);
    };
  }
}
