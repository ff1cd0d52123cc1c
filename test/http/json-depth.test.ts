import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDeeperThan } from '../../src/http/json-depth.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('the depth of a JSON text', () => {
  it('is that of its value, whatever its strings hold', () => {
    const json = fc.jsonValue({ maxDepth: 6, stringUnit: fc.constantFrom('{', '[', '"', '\\', ']', '}', 'a') });
    fc.assert(
      fc.property(json, fc.integer({ min: 0, max: 7 }), (value, most) => {
        expect(isDeeperThan(JSON.stringify(value), most)).toBe(depthOf(value) > most);
      }),
    );
  });

  it('is found in a text that would overflow a parser’s stack', () => {
    expect(isDeeperThan('['.repeat(4_000_000), 64)).toBe(true);
    expect(isDeeperThan(`"${'['.repeat(4_000_000)}"`, 64)).toBe(false);
  });

  it('counts what is beside itself once', () => {
    expect(isDeeperThan(`[${'[],'.repeat(100_000)}[]]`, 2)).toBe(false);
  });
});
