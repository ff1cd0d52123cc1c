import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyWatch, isLeft, observe, percentileMs, type Watch, type WatchedCall } from '../../src/health/watch.ts';

const minute = 60_000;
const badCalls = 6; // fallbackAggressiveness 0.7: 6 of 20

function call(at: number, changes: Partial<WatchedCall> = {}): WatchedCall {
  return { at, durationMs: 100, failure: null, slow: false, probe: false, ...changes };
}

/** Calls one after the other, a second apart, from a time on. */
function seen(watch: Watch, calls: readonly Partial<WatchedCall>[], from = 0, everyMs = 1_000): Watch {
  return calls.reduce<Watch>((known, changes, index) => {
    return observe(known, call(from + index * everyMs, changes), badCalls);
  }, watch);
}

const good = (count: number) => Array.from({ length: count }, () => ({}));
const slow = (count: number) => Array.from({ length: count }, () => ({ slow: true }));
const failed = (count: number) => Array.from({ length: count }, () => ({ failure: 'down' }));

describe('a path is left', () => {
  it('when 6 of its last 20 calls failed or were slow, and not at 5', () => {
    expect(seen(emptyWatch, [...good(14), ...failed(3), ...slow(2)]).left).toBeNull();
    const { left } = seen(emptyWatch, [...good(14), ...failed(3), ...slow(3)]);
    expect(left?.cause).toBe('3 failed and 3 were slow of the last 20 calls, last: down');
  });

  it('for slowness alone: a gray failure', () => {
    expect(seen(emptyWatch, slow(6)).left?.cause).toBe('6 were slow of the last 6 calls');
  });

  it('not for calls that have left the window', () => {
    expect(seen(emptyWatch, [...failed(5), ...good(20), ...failed(5)]).left).toBeNull();
  });
});

describe('a path that was left', () => {
  const left = seen(emptyWatch, failed(6));

  it('comes back when half as many were bad for five minutes', () => {
    const calm = seen(left, good(17), 10_000);
    expect(calm.calmSince).toBe(10_000 + 16_000);
    expect(isLeft(calm, 26_000 + 5 * minute - 1)).toBe(true);
    expect(isLeft(calm, 26_000 + 5 * minute)).toBe(false);
    expect(observe(calm, call(26_000 + 5 * minute), badCalls).left).toBeNull();
  });

  it('does not come back while more than half as many are bad', () => {
    const still = seen(left, good(16), 10_000);
    expect(still.calmSince).toBeNull();
    expect(isLeft(still, 60 * minute)).toBe(true);
  });

  it('waits anew when it is bad again before the five minutes are over', () => {
    const calm = seen(left, good(20), 10_000);
    const again = seen(calm, failed(4), 60_000);
    expect(again.calmSince).toBeNull();
    expect(isLeft(again, 60_000 + 10 * minute)).toBe(true);
  });
});

describe('any sequence of calls (10,000 runs)', () => {
  const calls = fc.array(fc.record({ failure: fc.option(fc.constant('down')), slow: fc.boolean() }), { maxLength: 80 });

  it('is left only after enough bad calls in the window, and keeps 20 at most', () => {
    fc.assert(
      fc.property(calls, (sequence) => {
        let watch = emptyWatch;
        for (const [index, changes] of sequence.entries()) {
          const wasLeft = watch.left !== null;
          watch = observe(watch, call(index * 1_000, changes), badCalls);
          const bad = watch.calls.filter(({ failure, slow: tooLong }) => failure !== null || tooLong).length;
          expect(watch.calls.length).toBeLessThanOrEqual(20);
          if (!wasLeft) expect(watch.left !== null).toBe(bad >= badCalls);
        }
      }),
      { numRuns: 10_000 },
    );
  });

  it('does not flap: it is never left and taken back within five minutes', () => {
    const gaps = fc.array(fc.record({ gap: fc.integer({ min: 0, max: 120_000 }), bad: fc.boolean() }), {
      maxLength: 120,
    });
    fc.assert(
      fc.property(gaps, (sequence) => {
        let watch = emptyWatch;
        let at = 0;
        let leftAt: number | null = null;
        for (const { gap, bad } of sequence) {
          at += gap;
          watch = observe(watch, call(at, { slow: bad }), badCalls);
          if (watch.left && leftAt === null) leftAt = at;
          if (!watch.left && leftAt !== null) {
            expect(at - leftAt).toBeGreaterThanOrEqual(5 * minute);
            leftAt = null;
          }
        }
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('percentileMs', () => {
  it('is the nearest rank of the successful calls', () => {
    const durations = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
    const watch = {
      ...emptyWatch,
      calls: [...durations.map((durationMs) => call(0, { durationMs })), call(0, { failure: 'x', durationMs: 9_999 })],
    };
    expect(percentileMs(watch, 0.5, () => true)).toBe(50);
    expect(percentileMs(watch, 0.95, () => true)).toBe(100);
    expect(percentileMs(emptyWatch, 0.5, () => true)).toBeNull();
  });
});
