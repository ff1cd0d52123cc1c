import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CallOutcome, judge, percentile, remember, windowSize } from '../../src/health/path-health.ts';
import { errorClasses } from '../../src/paths/path-error.ts';

const options = { unhealthyAfterFailures: 3, recoverAfterMs: 30_000 };
const ok = (durationMs = 10, at = 0): CallOutcome => ({ at, durationMs, error: null });
const bad = (at = 0, errorClass: (typeof errorClasses)[number] = 'transient'): CallOutcome => ({
  at,
  durationMs: 99,
  error: { errorClass, message: 'HTTP 503' },
});
const statusOf = (window: CallOutcome[], now = 0) => judge(window, now, options).status;

describe('judge', () => {
  it.each([
    ['no call', [], 'unknown'],
    ['a success', [ok()], 'healthy'],
    ['a success after failures', [bad(), bad(), bad(), ok()], 'healthy'],
    ['a failure', [bad()], 'degraded'],
    ['two failures', [ok(), bad(), bad()], 'degraded'],
    ['two, a success, one', [bad(), bad(), ok(), bad()], 'degraded'],
    ['three failures in a row', [ok(), bad(), bad(), bad()], 'unhealthy'],
    ['nothing but failures', [bad(), bad(), bad()], 'unhealthy'],
    ['a wrong configuration, at once', [ok(), bad(0, 'configuration')], 'unhealthy'],
    ['a wrong configuration, mended', [bad(0, 'configuration'), ok()], 'healthy'],
  ] as const)('after %s', (_, window, status) => {
    expect(statusOf([...window])).toBe(status);
  });

  it('tries an unhealthy path again some time after the last failure', () => {
    const window = [bad(0), bad(1), bad(2)];
    expect(statusOf(window, 30_001)).toBe('unhealthy');
    expect(statusOf(window, 30_002)).toBe('degraded');
  });

  it('tells calls, failures, percentiles of the successes, and the cause', () => {
    expect(judge([ok(10), ok(30), ok(20), bad(), bad()], 0, options)).toEqual({
      status: 'degraded',
      cause: '2 failed in a row, last: HTTP 503',
      calls: 5,
      failures: 2,
      p50Ms: 20,
      p95Ms: 30,
    });
    expect(judge([], 0, options)).toEqual({
      status: 'unknown',
      cause: 'no calls yet',
      calls: 0,
      failures: 0,
      p50Ms: null,
      p95Ms: null,
    });
  });

  it('judges any window', () => {
    const outcome = fc.record({
      at: fc.nat(),
      durationMs: fc.nat(),
      error: fc.option(fc.record({ errorClass: fc.constantFrom(...errorClasses), message: fc.string() })),
    });
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: windowSize }), fc.nat(), (window, now) => {
        const { status, cause, calls, failures } = judge(window, now, options);
        expect(calls).toBe(window.length);
        expect(failures).toBeLessThanOrEqual(calls);
        expect(cause === null).toBe(status === 'healthy');
        if (window.length > 0) expect(status === 'healthy').toBe(window.at(-1)?.error === null);
      }),
    );
  });
});

describe('remember', () => {
  it('keeps the last twenty, oldest first, and changes nothing that it is given', () => {
    const all = Array.from({ length: 25 }, (_, at) => ok(1, at));
    const window = all.reduce<CallOutcome[]>((kept, outcome) => remember(Object.freeze(kept), outcome), []);
    expect(window.map(({ at }) => at)).toEqual(all.slice(5).map(({ at }) => at));
  });
});

describe('percentile', () => {
  it.each([
    [[], 0.5, null],
    [[7], 0.95, 7],
    [[3, 1, 2], 0.5, 2],
    [[3, 1, 2], 0, 1],
    [[3, 1, 2], 1, 3],
    [[1, 2, 3, 4], 0.5, 2],
    [Array.from({ length: 20 }, (_, index) => index + 1), 0.95, 19],
    [Array.from({ length: 21 }, (_, index) => index + 1), 0.95, 20],
    [[10, 9, 100], 1, 100],
  ])('of %j at %d is %s', (values, fraction, expected) => {
    expect(percentile(values, fraction)).toBe(expected);
  });

  it('is one of the values, with enough of them at or below it', () => {
    const values = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, fraction) => {
        const value = percentile(list, fraction) ?? Number.NaN;
        expect(list).toContain(value);
        expect(list.filter((each) => each <= value).length / list.length).toBeGreaterThanOrEqual(fraction - 1e-9);
      }),
    );
  });
});
