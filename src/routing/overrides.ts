import { z } from 'zod';
import { pathNameSchema } from '../config/operation-types.ts';
import type { SharedValue, StateScope } from '../store/shared-state.ts';

/** An override with when it was set, for health and for the operator's answer. */
export const activeOverrideSchema = z.object({
  route: pathNameSchema,
  reason: z.string(),
  /** Milliseconds since 1970. */
  setAt: z.number(),
  /** Milliseconds since 1970. */
  expiresAt: z.number(),
});
export type ActiveOverride = z.infer<typeof activeOverrideSchema>;

/** The operator's override: at most one, for every process on the same state, and it always expires. */
export class RouteOverrides {
  readonly #value: SharedValue<ActiveOverride>;

  constructor(value: SharedValue<ActiveOverride>) {
    this.#value = value;
  }

  /** Puts an override in force here at once, or with null goes back to routing by policy. */
  replace(override: ActiveOverride | null): Promise<StateScope> {
    return this.#value.replace(override, override?.expiresAt ?? null);
  }

  current(): ActiveOverride | null {
    return this.#value.current();
  }
}
