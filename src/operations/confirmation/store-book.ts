import { writeChange } from '../../store/state-table.ts';
import type { Db, Store, Trx } from '../../store/store.ts';
import { type Plan, planSchema } from './plan.ts';
import type { PlanBook, PlanEntries } from './plan-book.ts';

interface Dependencies {
  store: Store;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

const planKind = 'plan';
const spentKind = 'confirmation';

/**
 * Plans and used tokens of every process on the state: rows of the state table, read where they lie, since a decision that
 * another process took a moment ago counts. Housekeeping removes them some days after they have expired.
 */
export class StoreBook implements PlanBook {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  change<Result>(work: (entries: PlanEntries) => Promise<Result>): Promise<Result> {
    return this.#dependencies.store.change((transaction) => work(this.#entries(transaction)));
  }

  read<Result>(work: (entries: Pick<PlanEntries, 'plan' | 'plans'>) => Promise<Result>): Promise<Result> {
    return this.#dependencies.store.run((db) => work(this.#reads(db)));
  }

  #reads(db: Db): Pick<PlanEntries, 'plan' | 'plans'> {
    const now = this.#dependencies.wallClock();
    const rows = db
      .selectFrom('state')
      .select(['name', 'value'])
      .where('kind', '=', planKind)
      .where('expires_at', '>', now);
    return {
      async plan(id) {
        const row = await rows.where('name', '=', id).executeTakeFirst();
        return planOf(row?.value ?? null);
      },
      async plans() {
        const all = await rows.orderBy('revision').execute();
        return all.flatMap(({ name, value }): [string, Plan][] => {
          const plan = planOf(value);
          return plan ? [[name, plan]] : [];
        });
      },
    };
  }

  #entries(transaction: Trx): PlanEntries {
    const setAt = this.#dependencies.wallClock();
    const put = async (kind: string, name: string, value: object, expiresAt: number) => {
      await writeChange(transaction, { kind, name, value: JSON.stringify(value), expiresAt, setAt, late: false });
    };
    return {
      ...this.#reads(transaction),
      putPlan: (id, plan) => put(planKind, id, plan, plan.expiresAt),
      async spend(id, expiresAt) {
        const known = await transaction
          .selectFrom('state')
          .select('name')
          .where('kind', '=', spentKind)
          .where('name', '=', id)
          .executeTakeFirst();
        if (known) return false;
        await put(spentKind, id, { usedAt: setAt }, expiresAt);
        return true;
      },
    };
  }
}

/** A plan that another version wrote is none: it cannot be approved here. */
function planOf(text: string | null): Plan | null {
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // the row is no plan of ours
  }
  const { success, data } = planSchema.safeParse(value);
  return success ? data : null;
}
