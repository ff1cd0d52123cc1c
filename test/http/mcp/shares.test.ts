import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Shares } from '../../../src/http/mcp/shares.ts';

describe('shared places', () => {
  it('are half of them for one caller, and all for two', () => {
    const shares = new Shares(4);
    const places = [shares.take('a'), shares.take('a')];
    expect(places.every((place) => place !== null)).toBe(true);
    expect(shares.take('a')).toBeNull();
    expect(shares.take('b')).not.toBeNull();
    expect(shares.take('b')).not.toBeNull();
    expect(shares.take('c')).toBeNull();
    places[0]?.();
    places[0]?.(); // given back once
    expect(shares.take('c')).not.toBeNull();
    expect(shares.take('c')).toBeNull();
  });

  it('are never more than there are, whatever comes and goes', () => {
    const steps = fc.array(fc.record({ who: fc.constantFrom('a', 'b', 'c'), leave: fc.boolean() }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), steps, (places, all) => {
        const shares = new Shares(places);
        const held: { who: string; give: () => void }[] = [];
        for (const { who, leave } of all) {
          if (leave) {
            held.pop()?.give();
            continue;
          }
          const give = shares.take(who);
          const mine = held.filter((place) => place.who === who).length;
          const fits = held.length < places && mine < Math.ceil(places / 2);
          expect(give !== null).toBe(fits);
          if (give) held.push({ who, give });
        }
      }),
    );
  });
});
