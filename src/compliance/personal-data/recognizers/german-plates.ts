import { isDigitAt, isWordAt } from '../characters.ts';
import { type Recognizer, weigh } from '../recognizer.ts';
import { districts } from '../words/german-districts.ts';

/** Letters of the series, digits, and H or E, in one token: the "AB1234" of "B-AB1234". */
const joinedEnd = /^[A-Z]{1,2}\d{1,4}[HE]?$/i;
const numberEnd = /^\d{1,4}[HE]?$/i;

/** Number plates, read backwards from their digits: "B-AB 1234", "HH AB 12E". */
export const kfz: Recognizer = {
  types: ['DE_KFZ'],
  cues: {
    plate:
      'kennzeichen kfz autokennzeichen nummernschild fahrzeug pkw lkw wagen auto plate amtliches amtlichen licence license',
  },
  numbers: [{ from: 1, to: 4 }],
  mixed: [{ from: 2, to: 7 }],
  atToken: (scan, start, end) => {
    const { text } = scan;
    const first = plateStart(text, start, end);
    if (first < 0 || text.charCodeAt(end) === 0x2d || isWordAt(text, end)) return;
    const district = first + lettersFrom(text, first);
    const capitals = hasNoSmall(text, first, end);
    const letters = text.slice(first, district);
    if (!districts.has(capitals ? letters : letters.toUpperCase())) return;
    // The official form has its hyphen behind the district, and a space or nothing before the digits.
    const official = capitals && text.charAt(district) === '-' && text.charAt(start - 1) !== '-';
    const joined = capitals && start === district + 1 && text.charAt(district) === '-';
    const at = { context: 'plate', start: first, end };
    const bare = official || joined ? 0.6 : 0.3;
    scan.emit('DE_KFZ', first, end, weigh(scan, at, { cued: capitals ? 0.92 : 0.6, whole: 0.55, bare }));
  },
};

/** Where the district's letters begin in front of the token at [start, end); -1 when it is the end of no plate. */
function plateStart(text: string, start: number, end: number): number {
  const near = lettersBefore(text, start);
  if (near === 0) return -1;
  const series = start - 1 - near;
  const isNumber = isDigitAt(text, start) && (isDigitAt(text, end - 1) || numberEnd.test(text.slice(start, end)));
  const far = near <= 2 && isNumber ? lettersBefore(text, series) : 0;
  if (far > 0) return boundary(text, series - 1 - far);
  return !isDigitAt(text, start) && joinedEnd.test(text.slice(start, end)) ? boundary(text, series) : -1;
}

/** One to three letters and a space or hyphen before `index`: how many letters; 0 for anything else. */
function lettersBefore(text: string, index: number): number {
  const gap = text.charCodeAt(index - 1);
  if (gap !== 0x20 && gap !== 0x2d) return 0;
  let count = 0;
  while (count < 4 && isLetterAt(text, index - 2 - count)) count += 1;
  return count > 3 ? 0 : count;
}

function lettersFrom(text: string, start: number): number {
  let count = 0;
  while (count < 3 && isLetterAt(text, start + count)) count += 1;
  return count;
}

/** `start` unless a longer word or token goes on before it; then -1. */
function boundary(text: string, start: number): number {
  return isWordAt(text, start - 1) || text.charCodeAt(start - 1) === 0x2d ? -1 : start;
}

function hasNoSmall(text: string, start: number, end: number): boolean {
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if ((code >= 0x61 && code <= 0x7a) || code > 0x7f)
      return text.slice(start, end) === text.slice(start, end).toUpperCase();
  }
  return true;
}

function isLetterAt(text: string, index: number): boolean {
  return isWordAt(text, index) && !isDigitAt(text, index) && text.charCodeAt(index) !== 0x5f;
}
