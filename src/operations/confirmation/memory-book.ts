import { Mutex } from '../../store/mutex.ts';
import type { Plan } from './plan.ts';
import type { PlanBook, PlanEntries } from './plan-book.ts';

/** Plans and used tokens of this process alone, while the store is away. */
export class MemoryBook implements PlanBook {
  readonly #wallClock: () => number;
  readonly #mutex = new Mutex();
  readonly #plans = new Map<string, Plan>();
  /** Used tokens, and when they expire. */
  readonly #spent = new Map<string, number>();

  constructor({ wallClock }: { wallClock: () => number }) {
    this.#wallClock = wallClock;
  }

  async change<Result>(work: (entries: PlanEntries) => Promise<Result>): Promise<Result> {
    await this.#mutex.lock();
    try {
      this.#forget();
      return await work(this.#entries());
    } finally {
      this.#mutex.unlock();
    }
  }

  read<Result>(work: (entries: PlanEntries) => Promise<Result>): Promise<Result> {
    return this.change(work);
  }

  #entries(): PlanEntries {
    return {
      plan: async (id) => this.#plans.get(id) ?? null,
      plans: async () => [...this.#plans],
      putPlan: async (id, plan) => void this.#plans.set(id, plan),
      spend: async (id, expiresAt) => {
        if (this.#spent.has(id)) return false;
        this.#spent.set(id, expiresAt);
        return true;
      },
    };
  }

  #forget(): void {
    const now = this.#wallClock();
    for (const [id, { expiresAt }] of this.#plans) if (expiresAt <= now) this.#plans.delete(id);
    for (const [id, expiresAt] of this.#spent) if (expiresAt <= now) this.#spent.delete(id);
  }
}
