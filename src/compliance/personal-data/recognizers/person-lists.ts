import { isUpperAt, isWordAt } from '../characters.ts';
import type { Scan } from '../recognizer.ts';
import { ambiguousGivenNames } from '../words/given-names.ts';
import { notNames } from '../words/not-names.ts';
import { surnames } from '../words/surnames.ts';
import { type NameGuess, nameAt, wordBefore, wordEnd } from './person-words.ts';

/** A part of an identifier, a path or an address: `anna_schmidt`, `/thomas/`, `peter@`. */
function isInCode(text: string, start: number, end: number): boolean {
  if (isWordAt(text, start - 1) || '.@/-_#$'.includes(text.charAt(start - 1) || ' ')) return true;
  const after = text.charAt(end);
  if (after === ' ' || after === ',' || after === '') return false;
  return /^(?:[_@/(=$#]|\.\w|::|-\p{Ll}|:\/)/u.test(text.slice(end, end + 3));
}

/** A listed given name: with a surname behind it, or before it and a comma, or by itself when it is nothing else. */
export function givenName({ text }: Scan, start: number, end: number, word: string): NameGuess | null {
  if (isInCode(text, start, end)) return null;
  if (!isUpperAt(text, start)) return lowerPair(text, start, end, word);
  const name = nameAt(text, start);
  if (name === null) return null;
  const behind = name.end > end + 1 ? text.slice(end + 1, name.end) : '';
  const known = behind.split(/[ -]/).some((part) => surnames.has(part.toLowerCase()));
  const written = text.slice(start, end);
  if (written.length > 1 && written === written.toUpperCase() && !(known && behind === behind.toUpperCase())) {
    return name.words < 2 ? lastFirst(text, start, end) : null;
  }
  const clear = !ambiguousGivenNames.has(word);
  if (name.words < 2) return lastFirst(text, start, end) ?? { start, end: name.end, confidence: clear ? 0.6 : 0.3 };
  if (known) return { start, end: name.end, confidence: 0.85 };
  // No list knows the surname: a third word is more often something else.
  return { start, end: name.pairEnd, confidence: clear ? 0.7 : 0.45 };
}

/** "Schmidt, Anna" and "Schmidt Anna". */
function lastFirst(text: string, start: number, end: number): NameGuess | null {
  const isSurname = (from: number, to: number): boolean =>
    isUpperAt(text, from) && surnames.has(text.slice(from, to).toLowerCase());
  const before = wordBefore(text, start);
  if (before !== null && isSurname(before.start, before.end)) return { start: before.start, end, confidence: 0.6 };
  if (text.slice(start - 2, start) !== ', ') return null;
  const listed = wordBefore(`${text.slice(Math.max(0, start - 40), start - 2)} `, Math.min(40, start) - 1);
  if (listed === null) return null;
  const shift = Math.max(0, start - 40);
  return isSurname(shift + listed.start, shift + listed.end)
    ? { start: shift + listed.start, end, confidence: 0.75 }
    : null;
}

/** "anna schmidt" in small letters: both must be on the lists, and the given name nothing else. */
function lowerPair(text: string, start: number, end: number, word: string): NameGuess | null {
  if (ambiguousGivenNames.has(word) || text.charAt(end) !== ' ') return null;
  const close = wordEnd(text, end + 1);
  const second = text.slice(end + 1, close);
  return second.length > 4 && surnames.has(second) && !notNames.has(second)
    ? { start, end: close, confidence: 0.55 }
    : null;
}

const nameBefore =
  /(?:^|[^\p{L}\p{M}\d_.@/-])((?:\p{Lu}[\p{Ll}\p{M}]{1,24}(?:-\p{Lu}\p{Ll}{1,24})?|\p{Lu}\.)(?: \p{Lu}\.)? (?:(?:von|van|de|der|den|zu) ){0,2})$/u;

/** A surname that is nothing else, behind a capitalised word or an initial that no list knows: "Xiomara Hoffmann". */
export function surname({ text }: Scan, start: number, end: number): NameGuess | null {
  if (!isUpperAt(text, start) || /^(?:[_@/(=$#]|\.\w|::)/.test(text.slice(end, end + 2))) return null;
  let first = start;
  if (text.charAt(start - 1) === '-') {
    first -= 1;
    while (first > 0 && start - first < 32 && isWordAt(text, first - 1)) first -= 1;
  }
  const before = nameBefore.exec(text.slice(Math.max(0, first - 64), first))?.[1];
  if (before === undefined || notNames.has((before.split(/[ .]/, 1)[0] ?? '').toLowerCase())) return null;
  const close = Math.max(end, nameAt(text, start, 1)?.end ?? end);
  return { start: first - before.length, end: close, confidence: /^\p{Lu}\./u.test(before) ? 0.65 : 0.55 };
}
