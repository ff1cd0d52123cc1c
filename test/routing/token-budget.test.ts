import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBudget } from '../../src/routing/token-budget.ts';

describe('TokenBudget', () => {
  it('starts with its burst and earns a part of a token for each event', () => {
    const budget = new TokenBudget(0.5, 2);
    expect([budget.take(), budget.take(), budget.take()]).toEqual([true, true, false]);
    budget.earn();
    expect(budget.take()).toBe(false);
    budget.earn();
    expect(budget.take()).toBe(true);
  });

  it('never gives more than its ratio of the events and its burst (10,000 runs)', () => {
    const run = fc.record({
      ratio: fc.double({ min: 0, max: 1, noNaN: true }),
      capacity: fc.integer({ min: 0, max: 20 }),
      events: fc.array(fc.boolean(), { maxLength: 200 }),
    });
    fc.assert(
      fc.property(run, ({ ratio, capacity, events }) => {
        const budget = new TokenBudget(ratio, capacity);
        let taken = 0;
        let earned = 0;
        for (const earns of events) {
          if (earns) {
            budget.earn();
            earned += 1;
          } else if (budget.take()) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(capacity + ratio * earned + 1e-6);
      }),
      { numRuns: 10_000 },
    );
  });

  it.each([
    [-0.1, 1],
    [1.1, 1],
    [Number.NaN, 1],
    [0.5, -1],
  ])('refuses a ratio of %s with a capacity of %s', (ratio, capacity) => {
    expect(() => new TokenBudget(ratio, capacity)).toThrow(RangeError);
  });
});
