import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ComponentStatus, componentStatuses } from '../../src/health/components.ts';
import type { OverallStatus } from '../../src/health/hybrid-health-monitor.ts';
import { everySecondsFor, type HealthSample, stability } from '../../src/health/stability.ts';

const start = Date.UTC(2026, 10, 24, 8);
const window15 = { minutes: 15, everySeconds: 30, now: start + 900_000 };

function sample(second: number, direct: ComponentStatus = 'healthy', overall: OverallStatus = 'healthy'): HealthSample {
  return { at: start + second * 1_000, overall, components: new Map([['direct-bedrock', direct]]) };
}

/** A sample each half minute for 15 minutes, one of them another. */
function quarter(changes: Record<number, HealthSample> = {}): HealthSample[] {
  return Array.from({ length: 31 }, (_, index) => changes[index] ?? sample(index * 30));
}

describe('stability', () => {
  it('is stable when nothing has changed in the whole window', () => {
    const expected = { verdict: 'stable', samples: 31, coveredSeconds: 900, worst: 'healthy', changes: [] };
    expect(stability(quarter(), window15)).toEqual(expected);
  });

  it('is unstable when one component was another for one sample', () => {
    const result = stability(quarter({ 10: sample(300, 'degraded', 'degraded') }), window15);
    expect(result).toMatchObject({ verdict: 'unstable', worst: 'degraded' });
    expect(result.changes).toEqual([
      { at: start + 300_000, component: 'direct-bedrock', from: 'healthy', to: 'degraded' },
      { at: start + 330_000, component: 'direct-bedrock', from: 'degraded', to: 'healthy' },
    ]);
  });

  it('is unstable when no path worked all along, though nothing changed', () => {
    const down = quarter().map(({ at, components }) => ({ at, components, overall: 'unhealthy' as const }));
    expect(stability(down, window15)).toMatchObject({ verdict: 'unstable', worst: 'unhealthy', changes: [] });
  });

  it('takes a path’s first call for no change', () => {
    const first = Object.fromEntries([0, 1, 2].map((index) => [index, sample(index * 30, 'unknown')]));
    expect(stability(quarter(first), window15)).toMatchObject({ verdict: 'stable', changes: [] });
  });

  it('has not enough history after a restart, but a change in it counts', () => {
    const young = quarter().slice(20);
    expect(stability(young, window15)).toMatchObject({
      verdict: 'not_enough_history',
      samples: 11,
      coveredSeconds: 300,
    });
    expect(stability([...young.slice(0, -1), sample(900, 'degraded')], window15).verdict).toBe('unstable');
    const none = { verdict: 'not_enough_history', samples: 0, coveredSeconds: 0, worst: null, changes: [] };
    expect(stability([], window15)).toEqual(none);
  });

  it('has not enough history where a machine slept, in the middle or until now', () => {
    expect(stability([...quarter().slice(0, 10), ...quarter().slice(12)], window15).verdict).toBe('not_enough_history');
    expect(stability(quarter().slice(0, 28), window15).verdict).toBe('not_enough_history');
    expect(stability(quarter(), { ...window15, now: window15.now + 44_000 }).verdict).toBe('stable');
  });

  it('forgets what was before the window', () => {
    const before = [sample(-60, 'unhealthy', 'unhealthy'), sample(-30, 'unhealthy', 'unhealthy')];
    expect(stability([...before, ...quarter()], window15)).toMatchObject({ verdict: 'stable', samples: 31 });
  });

  it('asks for samples at 30 s after a fix and at 60 s after maintenance', () => {
    expect([1, 15, 16, 30, 60].map(everySecondsFor)).toEqual([30, 30, 60, 60, 60]);
  });

  it('is stable only with no change, never unhealthy, and no gap (10,000 runs)', () => {
    const anySample = fc.record({
      second: fc.integer({ min: 0, max: 900 }),
      direct: fc.constantFrom(...componentStatuses),
      overall: fc.constantFrom<OverallStatus>('healthy', 'degraded', 'unhealthy'),
    });
    const property = fc.property(fc.array(anySample, { maxLength: 60 }), (taken) => {
      const samples = taken
        .toSorted((a, b) => a.second - b.second)
        .map(({ second, direct, overall }) => sample(second, direct, overall));
      const { verdict, changes, worst, coveredSeconds } = stability(samples, window15);
      if (changes.length > 0 || worst === 'unhealthy') expect(verdict).toBe('unstable');
      else expect(verdict).not.toBe('unstable');
      if (verdict === 'stable') expect(coveredSeconds).toBeGreaterThanOrEqual(900 - 2 * 45);
    });
    fc.assert(property, { numRuns: 10_000 });
  });
});
