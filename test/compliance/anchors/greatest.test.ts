import fc from 'fast-check';
import { expect, it } from 'vitest';
import { greatest } from '../../../src/compliance/anchors/greatest.ts';

it('finds the greatest member of any set, in about forty questions', async () => {
  const most = 10 ** 12 - 1;
  const member = fc.oneof(fc.integer({ min: 0, max: 5_000 }), fc.integer({ min: 0, max: most }));
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(member, { minLength: 1, maxLength: 300 }), fc.nat(), async (members, from) => {
      const sorted = members.sort((a, b) => a - b);
      let questions = 0;
      const firstAbove = async (size: number) => {
        questions += 1;
        return sorted.find((each) => each > size) ?? null;
      };
      const start = sorted[from % sorted.length] ?? 0;
      expect(await greatest(start, most, firstAbove)).toBe(sorted.at(-1));
      expect(questions).toBeLessThanOrEqual(41);
    }),
  );
});
