import { z } from 'zod';
import type { SharedValue, StateScope } from '../store/shared-state.ts';

/** An order as it is stored. @param target what it can be about */
export function orderSchema<Target extends string>(target: z.ZodType<Target>) {
  return z.object({
    /** Random, so that each order is followed once. */
    id: z.string(),
    targets: z.array(target),
  });
}

export interface Order<Target> {
  id: string;
  targets: Target[];
}

interface Dependencies<Target> {
  shared: SharedValue<Order<Target>>;
  /** Does it in this process. Must not throw. */
  apply: (target: Target) => void | Promise<void>;
  newId: () => string;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** How long an order is looked for, in ms: a process that starts later has nothing to do. */
const keptMs = 60_000;

/** What every process on the same state is told to do once: breakers and connections are in each process. */
export class Orders<Target extends string> {
  readonly #dependencies: Dependencies<Target>;
  #followed: string | null = null;
  #done: Promise<unknown> = Promise.resolve();

  constructor(dependencies: Dependencies<Target>) {
    this.#dependencies = dependencies;
    dependencies.shared.onChange(() => this.#follow());
  }

  /** Does it here at once, and elsewhere as soon as the others are told; resolves when it is done here. */
  async order(targets: readonly Target[]): Promise<StateScope> {
    const { shared, newId, wallClock } = this.#dependencies;
    const scope = await shared.replace({ id: newId(), targets: [...targets] }, wallClock() + keptMs);
    await this.#done;
    return scope;
  }

  #follow(): void {
    const { shared, apply } = this.#dependencies;
    const order = shared.current();
    if (!order || order.id === this.#followed) return;
    this.#followed = order.id;
    this.#done = Promise.all(order.targets.map((target) => apply(target)));
  }
}
