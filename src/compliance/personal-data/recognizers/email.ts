import { isWordAt } from '../characters.ts';
import type { Recognizer, Scan } from '../recognizer.ts';

// RFC 5321: a local part has at most 64 characters, a label 63.
const longestLocal = 64;
const letter = 'a-z0-9\\u00c0-\\u052f';
const domain = new RegExp(
  `(?:[${letter}](?:[${letter}-]{0,61}[${letter}])?\\.){1,8}(xn--[a-z0-9-]{2,59}|[a-z\\u00c0-\\u052f]{2,24})(?![${letter}_])`,
  'iy',
);
/** What follows an `@` in file names (icon@2x.png), not a top-level domain. */
const fileEndings = new Set(
  'png jpg jpeg gif svg webp js mjs cjs ts tsx jsx css html json xml yml yaml py md txt'.split(' '),
);
const spelledOut = /[([{]\s?at\s?[)\]}]\s?([\w-]{1,63}(?:\s?(?:\.|[([{]\s?dot\s?[)\]}])\s?[\w-]{1,63}){1,4})/iy;

/** Mail addresses, found from their `@`; also those written "name [at] example.org". */
export const email: Recognizer = {
  types: ['EMAIL', 'PERSON'],
  chars: '@',
  words: 'at',
  atChar: (scan, index) => {
    const start = localStart(scan.text, index);
    if (start === index) return;
    domain.lastIndex = index + 1;
    const match = domain.exec(scan.text);
    if (match === null || fileEndings.has((match[1] ?? '').toLowerCase())) return;
    if (isRemote(scan.text, start, index, domain.lastIndex)) return;
    scan.emit('EMAIL', start, domain.lastIndex, 0.95);
    if (scan.text.charAt(start - 1) === '<') displayName(scan, start - 1);
  },
  atWord: (scan, start) => {
    const bracket = lastNonSpace(scan.text, start);
    if (!'([{'.includes(scan.text.charAt(bracket)) || bracket < 0) return;
    spelledOut.lastIndex = bracket;
    if (!spelledOut.test(scan.text)) return;
    const end = spelledOut.lastIndex;
    const at = lastNonSpace(scan.text, bracket) + 1;
    const from = localStart(scan.text, at);
    if (from < at) scan.emit('EMAIL', from, end, 0.7);
  },
};

/** The name in "Anna Schmidt <anna@example.org>". */
function displayName(scan: Scan, bracket: number): void {
  const before = scan.text.slice(Math.max(0, bracket - 64), bracket);
  const name = /(\p{Lu}[\p{L}.'’-]{0,24}(?: (?:(?:von|van|de|der|di) )?\p{Lu}[\p{L}'’-]{1,24}){1,2})(["']?\s?)$/u.exec(
    before,
  );
  const value = name?.[1];
  if (!name || value === undefined) return;
  const start = bracket - name[0].length;
  scan.emit('PERSON', start, start + value.length, 0.7);
}

/** The start of the local part that ends before `at`; `at` itself when there is none. */
function localStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start < longestLocal && isLocal(text, start - 1)) start -= 1;
  while (start < at && !isWordAt(text, start)) start += 1;
  return start;
}

function isLocal(text: string, index: number): boolean {
  return isWordAt(text, index) || ".+-%&'~".includes(text.charAt(index));
}

/** git@host:path and ssh remotes name a machine, not a person. */
function isRemote(text: string, start: number, at: number, end: number): boolean {
  return text.slice(start, at) === 'git' && (text.charAt(end) === ':' || text.charAt(end) === '/');
}

function lastNonSpace(text: string, before: number): number {
  return text.charAt(before - 1) === ' ' ? before - 2 : before - 1;
}
