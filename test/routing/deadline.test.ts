import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operationDeadlineMs, primaryShareMs } from '../../src/routing/deadline.ts';

describe('primaryShareMs', () => {
  it.each([
    [10_000, undefined, 10_000],
    [10_000, null, 7_500],
    [10_000, 0, 7_500],
    [10_000, 2_500, 7_500],
    [10_000, 2_501, 7_499],
    [10_000, 4_000, 6_000],
    [10_000, 7_500, 2_500],
    [10_000, 60_000, 2_500],
  ])('of %i ms with a fallback p95 of %s ms is %i ms', (deadline, p95, share) => {
    expect(primaryShareMs(deadline, p95)).toBe(share);
  });

  it('leaves the fallback what it needs: between a quarter and three quarters of the deadline', () => {
    const deadlines = fc.integer({ min: 1, max: 600_000 });
    const p95s = fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }));
    fc.assert(
      fc.property(deadlines, p95s, (deadline, p95) => {
        const share = primaryShareMs(deadline, p95);
        const reserve = deadline - share;
        expect(share + reserve).toBeCloseTo(deadline, 9);
        // Whole milliseconds, so up to one of them off.
        expect(Number.isInteger(share)).toBe(true);
        expect(share).toBeGreaterThanOrEqual(1);
        expect(reserve).toBeGreaterThanOrEqual(deadline / 4 - 1);
        expect(share).toBeGreaterThanOrEqual(deadline / 4 - 1);
        if (p95 !== null && p95 >= deadline / 4 && p95 <= (3 * deadline) / 4) {
          expect(Math.abs(reserve - p95)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('never grows when the fallback gets slower', () => {
    const ms = fc.double({ min: 0, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600_000 }), ms, ms, (deadline, a, b) => {
        expect(primaryShareMs(deadline, Math.max(a, b))).toBeLessThanOrEqual(primaryShareMs(deadline, Math.min(a, b)));
      }),
    );
  });
});

describe('operationDeadlineMs', () => {
  it.each([
    [10_000, undefined, 10_000],
    [10_000, 500, 500],
    [10_000, 10_001, 10_000],
  ])('of an SLA of %i ms and a wish of %s ms is %i ms', (sla, wish, deadline) => {
    expect(operationDeadlineMs(sla, wish)).toBe(deadline);
  });
});
