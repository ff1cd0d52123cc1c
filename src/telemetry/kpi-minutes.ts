import { z } from 'zod';
import { messageOf } from '../config/errors.ts';
import type { Store } from '../store/store.ts';
import type { MinuteSummary, OperationMetrics } from './operation-metrics.ts';

const count = z.int();
const latencySchema = z.object({
  n: count,
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
});
const minuteSchema = z.object({
  answered: count,
  refused: count,
  failed: count,
  fellBack: count,
  overridden: count,
  eligible: count,
  efficient: count,
  latencyByClass: z.object({ emergency: latencySchema, critical: latencySchema, standard: latencySchema }),
});

interface Dependencies {
  store: Store;
  metrics: OperationMetrics;
  writer: string;
  /** Milliseconds since 1970. */
  wallClock: () => number;
  onFault: (cause: string) => void;
}

interface Unwritten {
  taken_at: number;
  writer: string;
  data: string;
}

const minuteMs = 60_000;
/** Minutes that wait for a store that is away: a day of them; older ones are given up. */
const mostUnwritten = 1_440;

/** Keeps what this process measured, minute by minute, in the store, so that a day or a week can be looked back on. */
export class KpiMinutes {
  readonly #dependencies: Dependencies;
  readonly #unwritten: Unwritten[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  start(): void {
    this.#timer = setInterval(() => void this.keep(), minuteMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.keep();
  }

  /** Never throws: what the store does not take now it is given with the next minute. */
  async keep(): Promise<void> {
    const { store, metrics, writer, wallClock, onFault } = this.#dependencies;
    const taken = metrics.take();
    if (taken) this.#unwritten.push({ taken_at: wallClock(), writer, data: JSON.stringify(taken) });
    this.#unwritten.splice(0, Math.max(0, this.#unwritten.length - mostUnwritten));
    const rows = [...this.#unwritten];
    if (rows.length === 0) return;
    try {
      // What was written by a call that gave no answer is there already.
      await store.run((db) =>
        db
          .insertInto('kpi_minutes')
          .values(rows)
          .onConflict((conflict) => conflict.columns(['taken_at', 'writer']).doNothing())
          .execute(),
      );
      this.#unwritten.splice(0, rows.length);
    } catch (thrown) {
      onFault(messageOf(thrown));
    }
  }
}

/** Counts over a time, of every process on the same state. */
export type KpiTotals = Omit<MinuteSummary, 'latencyByClass'> & { minutes: number };

/** @param from and @param to milliseconds since 1970; `to` is not included. @throws StoreError */
export async function kpiTotals(store: Store, from: number, to: number): Promise<KpiTotals> {
  const rows = await store.run((db) =>
    db
      .selectFrom('kpi_minutes')
      .select(['taken_at', 'data'])
      .where('taken_at', '>=', from)
      .where('taken_at', '<', to)
      .execute(),
  );
  const totals = { answered: 0, refused: 0, failed: 0, fellBack: 0, overridden: 0, eligible: 0, efficient: 0 };
  for (const { data } of rows) {
    const { latencyByClass: _, ...counts } = minuteSchema.parse(JSON.parse(data));
    totals.answered += counts.answered;
    totals.refused += counts.refused;
    totals.failed += counts.failed;
    totals.fellBack += counts.fellBack;
    totals.overridden += counts.overridden;
    totals.eligible += counts.eligible;
    totals.efficient += counts.efficient;
  }
  return { ...totals, minutes: new Set(rows.map(({ taken_at }) => Math.floor(taken_at / minuteMs))).size };
}
