import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardrailParts, overlap, partLength } from '../../src/paths/bedrock-guardrail-parts.ts';

/** Half of a surrogate pair without the other one. */
const lone = /\p{Surrogate}/u;

/** Texts of one to four parts: a filler that is repeated, with or without white space, and some characters at the end. */
const longText = fc
  .tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), fc.integer({ min: 0, max: 4 * partLength }))
  .map(([filler, length]) => filler.repeat(Math.ceil(length / filler.length)).slice(0, length))
  .filter((text) => !lone.test(text));

describe('the parts of a long text', () => {
  it('is the text itself up to the limit', () => {
    const text = 'x'.repeat(partLength);
    expect(guardrailParts(text)).toEqual([text]);
    expect(guardrailParts(`${text}y`)).toHaveLength(2);
  });

  it('are short enough, well formed, and hold every stretch of the text that is as long as the overlap', () => {
    fc.assert(
      fc.property(longText, fc.nat(), (text, seed) => {
        const parts = guardrailParts(text);
        const at = text.length > overlap ? seed % (text.length - overlap) : 0;
        expect(parts.every((part) => part.length <= partLength && !lone.test(part))).toBe(true);
        // From the beginning of a character to its end, as a finding of the service would be.
        const stretch = text.slice(at, at + overlap - 2);
        const whole = lone.test(stretch) ? stretch.slice(1, -1) : stretch;
        expect(parts.some((part) => part.includes(whole))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('are cut around each end of a part without losing a character', () => {
    const text = Array.from({ length: 30_000 }, (_, index) => `${index} `).join('');
    const parts = guardrailParts(text);
    let end = 0;
    for (const part of parts) {
      const start = text.indexOf(part);
      expect(start).toBeLessThanOrEqual(end);
      if (end > 0) expect(end - start).toBeGreaterThanOrEqual(overlap);
      end = start + part.length;
    }
    expect(end).toBe(text.length);
  });

  it('fall between words', () => {
    const [first = '', second = ''] = guardrailParts('Maria Schmidt '.repeat(3_000));
    expect(first).toMatch(/ $/);
    expect(second).toMatch(/^(Maria|Schmidt) /);
  });
});
