import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newPlanId, parsePlanId, planIdPattern, shownPlanId } from '../../../src/operations/confirmation/plan-id.ts';

describe('the id of a plan', () => {
  it('is new each time, and read back as it is shown', () => {
    const ids = Array.from({ length: 2_000 }, newPlanId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) {
      expect(id).toMatch(planIdPattern);
      expect(parsePlanId(shownPlanId(id))).toBe(id);
    }
    // Every letter of the alphabet comes.
    expect(new Set(ids.join('')).size).toBe(32);
  });

  it.each([
    ['P-7K3Q-9XZ2', '7K3Q9XZ2'],
    ['p-7k3q-9xz2', '7K3Q9XZ2'],
    [' 7K3Q 9XZ2 ', '7K3Q9XZ2'],
    ['P-IO1L-OOOO', '10110000'],
    ['PPPPPPPP', 'PPPPPPPP'],
    ['P-PPPP-PPPP', 'PPPPPPPP'],
  ])('typed as %s is %s', (typed, id) => {
    expect(parsePlanId(typed)).toBe(id);
  });

  it.each(['', 'P-', 'P-7K3Q-9XZ', 'P-7K3Q-9XZ22', 'P-7K3Q-9XZU', 'Q-7K3Q-9XZ2', 'P-7K3Q-9XZé'])(
    'is not %j',
    (typed) => {
      expect(parsePlanId(typed)).toBeNull();
    },
  );

  it('is nothing else, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string(), (typed) => {
        const id = parsePlanId(typed);
        expect(id === null || planIdPattern.test(id)).toBe(true);
      }),
    );
  });
});
