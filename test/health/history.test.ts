import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HealthHistory } from '../../src/health/history.ts';
import { stability } from '../../src/health/stability.ts';
import { pathRequest } from '../support-files/requests.ts';
import { fails, fault } from '../support-files/scripted-path.ts';
import { scriptedRouter } from '../support-files/scripted-router.ts';

const minute = 60_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function kept() {
  const routed = scriptedRouter();
  const history = new HealthHistory({ health: routed.health, wallClock: () => Date.now() });
  history.start();
  return { ...routed, history };
}

describe('the history of health', () => {
  it('has a sample at once and one each half minute, for an hour', async () => {
    const { history } = kept();
    expect(history.samples()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(15 * minute);
    expect(history.samples()).toHaveLength(31);
    await vi.advanceTimersByTimeAsync(24 * 60 * minute);
    const samples = history.samples();
    expect(samples).toHaveLength(121);
    expect(Date.now() - (samples[0]?.at ?? 0)).toBe(60 * minute);
    expect(stability(samples, { minutes: 60, everySeconds: 60, now: Date.now() }).verdict).toBe('stable');
  });

  it('holds the five components, and shows when one changed', async () => {
    const { history, paths, router } = kept();
    await vi.advanceTimersByTimeAsync(5 * minute);
    paths.direct.script = fails(fault('direct', 'protocol'));
    const options = { deadlineMs: undefined, cancelled: new AbortController().signal };
    const routed = router.route(pathRequest(), options);
    await vi.advanceTimersByTimeAsync(10 * minute);
    await routed;
    expect([...(history.samples()[0]?.components.keys() ?? [])]).toHaveLength(5);
    const { verdict, changes } = stability(history.samples(), { minutes: 15, everySeconds: 30, now: Date.now() });
    expect(verdict).toBe('unstable');
    expect(changes).toContainEqual({
      at: expect.any(Number),
      component: 'direct-bedrock',
      from: 'unknown',
      to: 'degraded',
    });
  });

  it('starts once, and keeps no timer when it has stopped', async () => {
    const { history } = kept();
    history.start();
    expect(vi.getTimerCount()).toBe(1);
    history.stop();
    await vi.advanceTimersByTimeAsync(5 * minute);
    expect(history.samples()).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
