import { isDigitAt, isUpperAt, isWordAt, isWordCode } from '../characters.ts';
import { givenNames } from '../words/given-names.ts';
import { notNames } from '../words/not-names.ts';
import { surnames } from '../words/surnames.ts';

/** A run of name-like words. */
export interface NameSpan {
  readonly start: number;
  readonly end: number;
  /** End after two words. */
  readonly pairEnd: number;
  /** Words with a capital, particles not counted. */
  readonly words: number;
}

/** Where a name may be, and how sure that is (0 to 1). */
export interface NameGuess {
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
}

const particles = new Set(
  'von van der den de del della di da dos das do la le el al bin ibn ben ter ten zu vom zum af av du des y e st mac mc'.split(
    ' ',
  ),
);
const longestParticle = 5;
const longestWord = 32;

export function wordEnd(text: string, start: number): number {
  let end = start;
  while (end - start < longestWord && isWordCode(text.charCodeAt(end))) end += 1;
  return end;
}

/** End of a name word with its hyphens and apostrophes: "Müller-Lüdenscheidt", "O'Neil"; `start` when none begins there. */
function nameWordEnd(text: string, start: number): number {
  if (!isUpperAt(text, start)) return start;
  let end = wordEnd(text, start);
  for (let parts = 0; parts < 3; parts += 1) {
    const joint = text.charAt(end);
    const inner = joint === '-' || ((joint === "'" || joint === '’') && end - start <= 2);
    if (!inner || !isUpperAt(text, end + 1)) break;
    end = wordEnd(text, end + 1);
  }
  for (let index = start; index < end; index += 1) if (isDigitAt(text, index)) return start;
  return end;
}

/** Up to `most` capitalised words that can be a name, with particles and initials between them; null when there is none. */
export function nameAt(text: string, from: number, most = 3): NameSpan | null {
  let end = from;
  let pairEnd = from;
  let words = 0;
  let index = from;
  while (words < most) {
    const particle = particleEnd(text, index);
    const start = particle > index && text.charAt(particle) === ' ' ? particle + 1 : index;
    const close = nameWordEnd(text, start);
    if (close === start || notNames.has(text.slice(start, close).toLowerCase())) break;
    const initial = close - start === 1;
    if (initial && text.charAt(close) !== '.' && text.charAt(close) !== ' ') break;
    words += initial ? 0 : 1;
    if (!initial) end = close;
    if (words <= 2) pairEnd = end;
    index = initial && text.charAt(close) === '.' ? close + 1 : close;
    if (text.charAt(index) !== ' ') break;
    index += 1;
  }
  return words === 0 || end === from ? null : { start: from, end, pairEnd, words };
}

/** The end of up to three particles ("von der") that begin at `index`, without the space behind them. */
function particleEnd(text: string, index: number): number {
  let end = index;
  for (let count = 0; count < 3; count += 1) {
    const from = end === index ? index : end + 1;
    const close = wordEnd(text, from);
    if (close === from || close - from > longestParticle || !particles.has(text.slice(from, close).toLowerCase()))
      break;
    end = close;
    if (text.charAt(end) !== ' ') break;
  }
  return end;
}

/** The bounds of the word before `start`, one space or hyphen between; null when there is none. */
export function wordBefore(text: string, start: number): { start: number; end: number } | null {
  if (text.charAt(start - 1) !== ' ') return null;
  const end = start - 1;
  let from = end;
  while (from > 0 && end - from < longestWord && isWordAt(text, from - 1)) from -= 1;
  return from === end ? null : { start: from, end };
}

/** Whether a list knows one of the words. */
export function isKnownName(text: string, { start, end }: NameSpan): boolean {
  return text
    .slice(start, end)
    .split(/[ -]/)
    .some((part) => givenNames.has(part.toLowerCase()) || surnames.has(part.toLowerCase()));
}
