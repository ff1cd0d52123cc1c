import { z } from 'zod';
import { type PathName, pathNameSchema } from '../config/operation-types.ts';
import type { SharedValue, StateScope } from '../store/shared-state.ts';

export const breakerResetSchema = z.object({
  /** Random, so that each order is followed once. */
  id: z.string(),
  paths: z.array(pathNameSchema),
});
type BreakerReset = z.infer<typeof breakerResetSchema>;

interface Dependencies {
  shared: SharedValue<BreakerReset>;
  /** Closes the breakers of a path in this process, and forgets why it was left. */
  apply: (path: PathName) => void;
  newId: () => string;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** How long an order is looked for, in ms: a process that starts later has nothing to forget. */
const keptMs = 60_000;

/** Breaker truth is in each process; an order to reset reaches every one on the same state. */
export class BreakerResets {
  readonly #dependencies: Dependencies;
  #followed: string | null = null;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    dependencies.shared.onChange(() => this.#follow());
  }

  /** Resets here at once, and elsewhere as soon as the others are told. */
  order(paths: readonly PathName[]): Promise<StateScope> {
    const { shared, newId, wallClock } = this.#dependencies;
    return shared.replace({ id: newId(), paths: [...paths] }, wallClock() + keptMs);
  }

  #follow(): void {
    const { shared, apply } = this.#dependencies;
    const reset = shared.current();
    if (!reset || reset.id === this.#followed) return;
    this.#followed = reset.id;
    for (const path of reset.paths) apply(path);
  }
}
