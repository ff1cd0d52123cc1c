import type { RouteOverride } from './decide.ts';

/** An override with when it was set, for health and for the operator's answer. */
export interface ActiveOverride extends RouteOverride {
  /** Milliseconds since 1970. */
  setAt: number;
}

/** The operator's override of this process: at most one, and it always expires. */
export class RouteOverrides {
  readonly #wallClock: () => number;
  #active: ActiveOverride | null = null;

  /** @param wallClock milliseconds since 1970 */
  constructor(wallClock: () => number) {
    this.#wallClock = wallClock;
  }

  /** Puts an override in force, or with null goes back to routing by policy. */
  replace(override: ActiveOverride | null): void {
    this.#active = override;
  }

  current(): ActiveOverride | null {
    if (this.#active && this.#active.expiresAt <= this.#wallClock()) this.#active = null;
    return this.#active;
  }
}
