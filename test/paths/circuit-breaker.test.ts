import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BreakerView, PathBreaker } from '../../src/paths/circuit-breaker.ts';
import { errorClasses, PathError, traits } from '../../src/paths/path-error.ts';
import { fault } from '../support-files/scripted-path.ts';
import { thrownBy } from '../support-files/thrown.ts';

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => vi.useRealTimers());

const openMs = 30_000;
const signal = new AbortController().signal;

function breakerWith(probe: (signal: AbortSignal) => Promise<void> = async () => {}) {
  const changes: BreakerView[] = [];
  const breaker = new PathBreaker({
    path: 'direct',
    name: 'Bedrock',
    config: { consecutiveFailures: 3, openMs, maxOpenMs: 300_000, trials: 2 },
    failuresOfLast20: () => 6,
    probe,
    wallClock: () => Date.now(),
    onChange: (_, view) => changes.push(view),
  });
  const fail = (error: Error = fault('direct', 'transient')) =>
    thrownBy(PathError, () => breaker.run(() => Promise.reject(error), signal));
  const succeed = () => breaker.run(async () => 'fine', signal);
  return { breaker, changes, fail, succeed };
}

describe('a closed breaker', () => {
  it('passes answers and errors on as they are', async () => {
    const { succeed, fail } = breakerWith();
    expect(await succeed()).toBe('fine');
    const error = fault('direct', 'transient');
    expect(await fail(error)).toBe(error);
  });

  it('opens after three failures in a row, and not when one call between them succeeded', async () => {
    const { breaker, fail, succeed } = breakerWith();
    await fail();
    await fail();
    await succeed();
    await fail();
    await fail();
    expect(breaker.view().state).toBe('closed');
    await fail();
    expect(breaker.view()).toMatchObject({ state: 'open', opened: 1, openSince: 1_000_000, nextTrialAt: 1_030_000 });
  });

  it('opens at 6 failures of the last 20 calls', async () => {
    const { breaker, fail, succeed } = breakerWith();
    for (let round = 0; round < 5; round += 1) {
      await fail();
      await succeed();
    }
    expect(breaker.view().state).toBe('closed');
    await fail();
    expect(breaker.view().state).toBe('open');
  });

  it('forgets failures older than the last 20 calls', async () => {
    const { breaker, fail, succeed } = breakerWith();
    for (let round = 0; round < 5; round += 1) {
      await fail();
      await succeed();
    }
    for (let call = 0; call < 20; call += 1) await succeed();
    await fail();
    expect(breaker.view().state).toBe('closed');
  });

  it('opens at once for a configuration error', async () => {
    const { breaker, fail } = breakerWith();
    await fail(fault('direct', 'configuration', 'AccessDenied'));
    expect(breaker.view()).toMatchObject({ state: 'open', reason: 'direct AccessDenied' });
  });

  it.each(errorClasses)('counts, or does not count, %s as the matrix says', async (errorClass) => {
    const { breaker, fail } = breakerWith();
    for (let call = 0; call < 3; call += 1) await fail(fault('direct', errorClass));
    expect(breaker.isClosed).toBe(!traits[errorClass].breaker);
  });

  it('does not count what the path is not to blame for', async () => {
    const { breaker, fail } = breakerWith();
    const spent = { path: 'direct', errorClass: 'timeout', kind: 'share_spent', message: 'late', remedy: '-' } as const;
    for (let call = 0; call < 5; call += 1) await fail(new PathError({ ...spent, blameless: true }));
    expect(breaker.isClosed).toBe(true);
    for (let call = 0; call < 3; call += 1) await fail(new PathError(spent));
    expect(breaker.isClosed).toBe(false);
  });

  it('takes the reason of an abort for the error, also of a call that ignores the signal', async () => {
    const { breaker } = breakerWith();
    for (let call = 0; call < 3; call += 1) {
      const controller = new AbortController();
      const running = thrownBy(PathError, () => breaker.run(() => new Promise(() => {}), controller.signal));
      const reason = fault('direct', 'timeout');
      controller.abort(reason);
      expect(await running).toBe(reason);
    }
    expect(breaker.view().state).toBe('open');
  });
});

describe('an open breaker', () => {
  it('refuses at once, without a call, and says why', async () => {
    const { breaker, fail } = breakerWith();
    await fail(fault('direct', 'configuration', 'AccessDenied'));
    const call = vi.fn(async () => 'fine');
    const error = await thrownBy(PathError, () => breaker.run(call, signal));
    expect(error).toMatchObject({ errorClass: 'unavailable', kind: 'breaker_open' });
    expect(error.message).toContain('AccessDenied');
    expect(call).not.toHaveBeenCalled();
    expect(breaker.view().refused).toBe(1);
  });

  it('spends no operation on trials: two probes close it when it is time', async () => {
    const probe = vi.fn(async () => {});
    const { breaker, fail, succeed, changes } = breakerWith(probe);
    await fail(fault('direct', 'configuration'));
    await vi.advanceTimersByTimeAsync(openMs - 1);
    expect(probe).not.toHaveBeenCalled();
    await expect(succeed()).rejects.toThrow('breaker is open');
    await vi.advanceTimersByTimeAsync(1);
    expect(probe).toHaveBeenCalledTimes(2);
    expect(breaker.view()).toMatchObject({ state: 'closed', reason: null, nextTrialAt: null, trials: 1 });
    expect(await succeed()).toBe('fine');
    expect(changes.map(({ state }) => state)).toEqual(['open', 'closed']);
  });

  it('doubles the wait after each trial that fails, up to its limit, and counts one opening', async () => {
    const probe = vi.fn(async () => {
      throw fault('direct', 'network');
    });
    const { breaker, fail } = breakerWith(probe);
    await fail(fault('direct', 'configuration'));
    const waits: number[] = [];
    for (let trial = 0; trial < 6; trial += 1) {
      const wait = (breaker.view().nextTrialAt ?? 0) - Date.now();
      waits.push(wait);
      await vi.advanceTimersByTimeAsync(wait);
    }
    expect(waits).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
    expect(breaker.view()).toMatchObject({ state: 'open', reason: 'direct scripted', opened: 1, trials: 6 });
    expect(probe).toHaveBeenCalledTimes(6);
  });

  it('stays open when the second probe of a trial fails', async () => {
    let made = 0;
    const { breaker, fail } = breakerWith(async () => {
      made += 1;
      if (made === 2) throw fault('direct', 'transient');
    });
    await fail(fault('direct', 'configuration'));
    await vi.advanceTimersByTimeAsync(openMs);
    expect(breaker.view().state).toBe('open');
    await vi.advanceTimersByTimeAsync(2 * openMs);
    expect(breaker.view().state).toBe('closed');
  });

  it('ends a probe that hangs, and takes it for a failure', async () => {
    const { breaker, fail } = breakerWith(() => new Promise(() => {}));
    await fail(fault('direct', 'configuration'));
    await vi.advanceTimersByTimeAsync(openMs + 1_000);
    expect(breaker.view().state).toBe('half_open');
    await expect(breaker.run(async () => 'fine', signal)).rejects.toThrow('breaker is open');
    await vi.advanceTimersByTimeAsync(4_000);
    expect(breaker.view()).toMatchObject({ state: 'open', reason: 'Bedrock: no answer to a probe within 5000 ms' });
  });

  it('is closed by a reset, at once and for good', async () => {
    const probe = vi.fn(async () => {});
    const { breaker, fail, succeed } = breakerWith(probe);
    await fail(fault('direct', 'configuration'));
    breaker.reset();
    expect(await succeed()).toBe('fine');
    await vi.advanceTimersByTimeAsync(10 * openMs);
    expect(probe).not.toHaveBeenCalled();
    await fail();
    await fail();
    expect(breaker.isClosed).toBe(true);
  });

  it('makes no trial after its end', async () => {
    const probe = vi.fn(async () => {});
    const { breaker, fail } = breakerWith(probe);
    await fail(fault('direct', 'configuration'));
    breaker.end();
    await vi.advanceTimersByTimeAsync(10 * openMs);
    expect(probe).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
