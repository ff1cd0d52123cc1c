import type { CircuitState, IBreaker } from 'cockatiel';

/** The runbook settles "its last 20 calls" as what a path is judged by. */
export const judgedCalls = 20;

interface Limits {
  /** Failures in a row that open the breaker. */
  consecutiveFailures: number;
  /** Failures among the last 20 calls that open it; asked each time, since it can be changed while running. */
  failuresOfLast20: () => number;
}

/** When a breaker opens: too many failures in a row, too many of the last 20 calls, or one that waiting cannot mend. */
export class OpeningRule implements IBreaker {
  readonly #limits: Limits;
  #calls: boolean[] = [];
  #atOnce = false;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** cockatiel keeps and restores this; we never restore, so it is for reading alone. */
  get state(): unknown {
    return this.#calls;
  }

  /** The failure that is about to be told opens the breaker whatever came before it. */
  openAtOnce(): void {
    this.#atOnce = true;
  }

  success(_state: CircuitState): void {
    this.#remember(true);
  }

  failure(_state: CircuitState): boolean {
    this.#remember(false);
    const inARow = this.#calls.length - 1 - this.#calls.lastIndexOf(true);
    const failures = this.#calls.filter((succeeded) => !succeeded).length;
    const opens =
      this.#atOnce || inARow >= this.#limits.consecutiveFailures || failures >= this.#limits.failuresOfLast20();
    if (opens) this.#calls = [];
    this.#atOnce = false;
    return opens;
  }

  #remember(succeeded: boolean): void {
    this.#calls = [...this.#calls.slice(1 - judgedCalls), succeeded];
  }
}
