import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asData, asWords } from '../../src/paths/untrusted-text.ts';

const of = (...codes: number[]) => String.fromCodePoint(...codes);
const forbidden = (code: number) =>
  (code < 0x20 && code !== 0x0a && code !== 0x09) ||
  (code >= 0x7f && code <= 0x9f) ||
  [0x061c, 0x200b, 0x200e, 0x200f, 0xfeff].includes(code) ||
  (code >= 0x202a && code <= 0x202e) ||
  (code >= 0x2060 && code <= 0x2069) ||
  (code >= 0xd800 && code <= 0xdfff) ||
  (code >= 0xe0000 && code <= 0xe007f) ||
  (code >= 0xe0100 && code <= 0xe01ef);
const codesOf = (text: string) => [...text].map((character) => character.codePointAt(0) ?? 0);

/** Texts out of what the rules are about, so that they meet each other. */
const pieces = fc.constantFrom(
  ...['a', ' ', '\n', '\r', '\r\n', '[', ']', '31m', '\\', '🏳', '👩', '🏽', 'क', '्', 'ی', '中', '…'],
  ...['\u200c', '\u200d', '\ufe0f', '\ufe00', '\ud83d', '\ude00', '\u200b', '\u202e', '\u2066', '\ufeff'],
  ...[0x07, 0x1b, 0x7f, 0x90, 0x9b, 0x9c, 0x9d, 0xe0041, 0xe0100].map((code) => of(code)),
);
const hostile = fc.oneof(
  fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
);

describe('asData', () => {
  it.each([
    ['a colour', `${of(0x1b)}[31mred${of(0x1b)}[0m`, 'red'],
    ['an 8-bit colour', `${of(0x9b)}1;31mred`, 'red'],
    ['a window title', `${of(0x1b)}]0;owned${of(7)}text`, 'text'],
    ['a link', `${of(0x1b)}]8;;https://evil.test${of(0x1b)}\\here${of(0x1b)}]8;;${of(0x1b)}\\`, 'here'],
    ['an unfinished title', `${of(0x1b)}]0;text`, '0;text'],
    ['a device control string', `${of(0x1b)}Pq#0${of(0x1b)}\\x`, 'x'],
    ['an erased screen', `safe${of(0x1b)}c${of(0x1b)}[2J`, 'safe'],
    ['an override', 'gpj.\u202eexe', 'gpj.exe'],
    ['isolates', '\u2066a\u2069\u200fb\u061c', 'ab'],
    ['hidden ASCII', `hi${[...'ignore'].map((c) => of(0xe0000 + (c.codePointAt(0) ?? 0))).join('')}`, 'hi'],
    ['bytes in variation selectors', `😀${of(0xe0100, 0xe0155)}`, '😀'],
    ['more than one selector', 'a\ufe00\ufe01\ufe02', 'a\ufe00'],
    ['zero width letters', 'pass\u200bword\u2060\ufeff', 'password'],
    ['joiners between Latin letters', 'pa\u200dss\u200cword', 'password'],
    ['halves of pairs', 'a\ud83db\ude00', 'ab'],
    ['halves that a hidden character parts', '\ud83d\u200b\ude00', ''],
    ['Windows lines', 'a\r\nb\rc', 'a\nbc'],
  ])('takes out %s', (_, text, expected) => {
    expect(asData(text).text).toBe(expected);
  });

  it.each([
    ['a family', '👨‍👩‍👧‍👦'],
    ['a rainbow flag', '🏳️‍🌈'],
    ['a skin tone', '👩🏽‍🚒'],
    ['a keycap and a flag', '1️⃣ 🇩🇪'],
    ['Persian', 'می‌خواهم'],
    ['Hindi', 'क्‍ष'],
    ['Malayalam', 'ന്‍'],
    ['Hebrew, Arabic, Thai, Chinese', 'שלום مرحبا สวัสดี 中文'],
    ['accents and a combining mark', 'Übergröße e\u0301'],
    ['tabs and lines', 'a\tb\nc'],
  ])('keeps %s', (_, text) => {
    expect(asData(text)).toEqual({ text, removed: 0 });
  });

  it('counts what it took out', () => {
    expect(asData(`a\u202eb${of(0x1b)}[1m`).removed).toBe(5);
    expect(asData('a\r\nb').removed).toBe(0);
  });

  it('cuts with a mark, and never inside a character', () => {
    expect(asData('x'.repeat(100), 50).text).toBe(`${'x'.repeat(42)} … (cut)`);
    expect(asData('😀'.repeat(50), 51).text).toBe(`${'😀'.repeat(21)} … (cut)`);
    expect(asData('abcdef', 3).text).toBe('abc');
  });

  it('holds whatever it is given', () => {
    fc.assert(
      fc.property(hostile, fc.oneof(fc.constant(1_000), fc.integer({ min: 0, max: 60 })), (text, maxLength) => {
        const once = asData(text, maxLength);
        expect(codesOf(once.text).some(forbidden)).toBe(false);
        expect(once.text.length).toBeLessThanOrEqual(Math.min(text.length, maxLength));
        expect(asData(once.text, maxLength)).toEqual({ text: once.text, removed: 0 });
        expect(stripVTControlCharacters(once.text)).toBe(once.text);
      }),
      { numRuns: 5_000 },
    );
  });

  it('keeps every text without what it takes out', () => {
    const plain = fc.string({ unit: 'grapheme' }).filter((text) => !codesOf(text).some(forbidden));
    fc.assert(fc.property(plain, (text) => void expect(asData(text).text.normalize()).toBe(text.normalize())));
  });

  it('is quick where every character starts a sequence', () => {
    const text = `${of(0x1b)}]`.repeat(500_000) + `${of(0x1b)}[0`.repeat(300_000) + '👩‍'.repeat(300_000);
    expect(asData(text).text.length).toBeLessThan(text.length);
  });
});

it('asWords is one line', () => {
  expect(asWords(`  no\n\tlicence ${of(0x1b)}[31mfound `, 100)).toBe('no licence found');
});
