import fc from 'fast-check';
import { expect, it } from 'vitest';
import { normalize } from '../../../src/compliance/personal-data/normalize.ts';
import { found } from './found.ts';

it('gives an ordinary text back as it is', () => {
  const text = 'Grüße aus Köln, 12 € – ok';
  expect(normalize('plain').text).toBe('plain');
  expect(normalize(text).text).toBe('Grüße aus Köln, 12 € - ok');
});

it.each([
  ['full-width digits', 'Karte ４１１１１１１１１１１１１１１１', 'CREDIT_CARD ４１１１１１１１１１１１１１１１'],
  [
    'non-breaking spaces',
    'DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000',
    'IBAN DE89\u00a03704\u00a00044\u00a00532\u00a00130\u00a000',
  ],
  ['zero-width characters', 'max\u200b@exam\u200dple.org', 'EMAIL max\u200b@exam\u200dple.org'],
  ['soft hyphens', 'Frau Quandt\u00adhoff', 'PERSON Quandt\u00adhoff'],
  ['non-breaking hyphens', 'tel 030\u20111234567', 'PHONE 030\u20111234567'],
  ['Arabic digits', 'phone +٤٩ ٣٠ ١٢٣٤٥٦٧', 'PHONE +٤٩ ٣٠ ١٢٣٤٥٦٧'],
])('finds values written with %s', (_name, text, expected) => {
  expect(found(text)).toEqual([expected]);
});

it('maps every offset to the character that it came from', () => {
  const character = fc.constantFrom('a', '1', ' ', '\u200b', '\u00ad', '\uff11', '\u00a0', '\u2011', 'ß', '😀');
  fc.assert(
    fc.property(fc.array(character, { maxLength: 60 }), (characters) => {
      const original = characters.join('');
      const { text, startOf, endOf, offsetOf } = normalize(original);
      for (let index = 0; index < text.length; index += 1) {
        const back = original.slice(startOf(index), endOf(index + 1));
        expect(normalize(back).text).toBe(text.charAt(index));
        expect(offsetOf(startOf(index))).toBe(index);
      }
    }),
  );
});
