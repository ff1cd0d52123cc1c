import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createState } from '../../src/app-state.ts';
import { KpiMinutes, kpiTotals } from '../../src/telemetry/kpi-minutes.ts';
import { OperationMetrics, type OperationRecord } from '../../src/telemetry/operation-metrics.ts';
import { configWith } from '../support-files/config.ts';
import { recordingLogger } from '../support-files/log-lines.ts';

const start = Date.UTC(2026, 0, 1);
const minuteMs = 60_000;
const config = configWith();

function processOn(clock: { now: number }, writer: string) {
  const { logger } = recordingLogger();
  const { store } = createState({ config, logger, env: {}, wallClock: () => clock.now });
  const metrics = new OperationMetrics(() => clock.now);
  const faults: string[] = [];
  const minutes = new KpiMinutes({
    store,
    metrics,
    writer,
    wallClock: () => clock.now,
    onFault: (cause) => faults.push(cause),
  });
  const operation = (changes: Partial<OperationRecord> = {}) => {
    metrics.started();
    const usual = { class: 'emergency', status: 'answered', path: 'direct', durationMs: 10 } as const;
    metrics.finished({ ...usual, efficient: true, overridden: false, fellBack: false, ...changes });
  };
  return { store, minutes, operation, faults };
}

describe('KPI minutes', () => {
  const clock = { now: start };
  const a = processOn(clock, 'a');
  const b = processOn(clock, 'b');
  beforeEach(() => {
    clock.now += 10 * minuteMs;
  });
  afterEach(async () => {
    await a.store.run((db) => db.deleteFrom('kpi_minutes').execute());
  });

  afterAll(() => a.store.close());

  it('of every process on the same state add up', async () => {
    a.operation();
    a.operation({ status: 'failed', path: null, efficient: false });
    await a.minutes.keep();
    clock.now += minuteMs;
    a.operation({ fellBack: true, efficient: false });
    b.operation({ status: 'refused' });
    await Promise.all([a.minutes.keep(), b.minutes.keep()]);
    expect(await kpiTotals(b.store, clock.now - 2 * minuteMs, clock.now + 1)).toEqual({
      answered: 2,
      refused: 1,
      failed: 1,
      fellBack: 1,
      overridden: 0,
      eligible: 3,
      efficient: 1,
      minutes: 2,
    });
    expect(await kpiTotals(b.store, clock.now, clock.now)).toMatchObject({ answered: 0, minutes: 0 });
  });

  it('are each counted once, and a minute without operations has no row', async () => {
    a.operation();
    await a.minutes.keep();
    clock.now += 1;
    await a.minutes.keep();
    expect(await kpiTotals(a.store, 0, clock.now + 1)).toMatchObject({ answered: 1, minutes: 1 });
  });

  it('wait while the store is away', async () => {
    b.operation();
    await b.store.close();
    await b.minutes.keep();
    expect(b.faults).toEqual([expect.stringContaining('closed')]);
    expect(await kpiTotals(a.store, 0, clock.now + 1)).toMatchObject({ answered: 0 });
  });
});
