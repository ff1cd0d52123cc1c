import { describe, expect, it } from 'vitest';
import { OperationMetrics, type OperationRecord } from '../../src/telemetry/operation-metrics.ts';

function recording() {
  const clock = { now: 0 };
  const metrics = new OperationMetrics(() => clock.now);
  const finish = (changes: Partial<OperationRecord> = {}) => {
    metrics.started();
    metrics.finished({
      class: 'emergency',
      status: 'answered',
      path: 'direct',
      durationMs: 100,
      efficient: true,
      overridden: false,
      fellBack: false,
      ...changes,
    });
  };
  return { clock, metrics, finish };
}

describe('OperationMetrics', () => {
  it('has nothing to tell before the first operation', () => {
    expect(recording().metrics.summary()).toMatchSnapshot();
  });

  it('counts by outcome, and what is under way', () => {
    const { metrics, finish } = recording();
    finish();
    finish({ fellBack: true, efficient: false, path: 'mcp' });
    finish({ status: 'failed', path: null, efficient: false });
    finish({ status: 'refused', path: null, efficient: false });
    metrics.started();
    expect(metrics.summary()).toMatchObject({
      operations: 4,
      answered: 2,
      failed: 1,
      refused: 1,
      fellBack: 1,
      eligible: 3,
      efficient: 1,
      inFlight: 1,
    });
  });

  it('leaves refused operations and those under an override out of efficiency', () => {
    const { metrics, finish } = recording();
    finish({ overridden: true });
    finish({ status: 'refused', efficient: false });
    expect(metrics.summary()).toMatchObject({ eligible: 0, efficient: 0, overridden: 1, operations: 2 });
  });

  it('measures the latency of answers alone, by class and by path', () => {
    const { metrics, finish } = recording();
    for (let durationMs = 1; durationMs <= 100; durationMs += 1) finish({ durationMs });
    finish({ status: 'failed', path: null, durationMs: 10_000 });
    finish({ class: 'standard', path: 'mcp', durationMs: 0 });
    const { latencyByClass, latencyByPath } = metrics.summary();
    expect(latencyByClass.emergency.n).toBe(100);
    // Three digits of a histogram.
    expect(latencyByClass.emergency.p50Ms).toBeCloseTo(50, 0);
    expect(latencyByClass.emergency.p95Ms).toBeCloseTo(95, 0);
    expect(latencyByClass.emergency.p99Ms).toBeCloseTo(99, 0);
    expect(latencyByPath.direct.n).toBe(100);
    expect(latencyByPath.mcp).toEqual({ n: 1, p50Ms: 0.001, p95Ms: 0.001, p99Ms: 0.001 });
    expect(latencyByClass.critical).toEqual({ n: 0, p50Ms: null, p95Ms: null, p99Ms: null });
  });

  it('merges the minutes of the window, and forgets the rest', () => {
    const { clock, metrics, finish } = recording();
    finish({ durationMs: 1_000 });
    clock.now = 4 * 60_000;
    finish({ durationMs: 1 });
    expect(metrics.summary()).toMatchObject({
      windowMinutes: 5,
      operations: 2,
      latencyByClass: { emergency: { n: 2 } },
    });
    clock.now = 5 * 60_000;
    expect(metrics.summary()).toMatchObject({ operations: 1, latencyByClass: { emergency: { n: 1 } } });
    clock.now = 9 * 60_000;
    expect(metrics.summary().operations).toBe(0);
  });
});
