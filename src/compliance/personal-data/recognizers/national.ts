import type { PersonalDataType } from '../../../config/personal-data-schema.ts';
import { beginsAlone, isDigitAt, isUpperAt, isWordAt, standsAlone } from '../characters.ts';
import type { Recognizer, Scan } from '../recognizer.ts';
import { type NationalNumber, nationalNumbers } from './national-numbers.ts';

const types: PersonalDataType[] = [...new Set(nationalNumbers.map(({ type }) => type))];

/** Personal numbers of other countries, each by its form, its check digits and its name: see national-numbers.ts. */
export const national: Recognizer = {
  types,
  cues: Object.fromEntries(nationalNumbers.map(({ country, words }) => [`national ${country}`, words])),
  numbers: [
    { from: 1, to: 7, followedBy: ' .-+' },
    { from: 8, to: 15 },
  ],
  mixed: [
    { from: 2, to: 7, followedBy: ' .-+' },
    { from: 8, to: 16 },
  ],
  atToken: (scan, start, end) => {
    // A short group is the head of a number only in front of another group: one of digits, where it is of digits.
    const goesOn = isDigitAt(scan.text, start) ? isDigitAt : isWordAt;
    if ((end - start < 8 && !goesOn(scan.text, end + 1)) || !beginsAlone(scan.text, start)) return;
    const spaced = spacedInsurance(scan.text, start, end);
    if (nino !== undefined && spaced >= 0 && report(scan, spaced, nino)) return;
    for (const form of candidates(end - start)) if (report(scan, start, form)) return;
  },
};

const nino = nationalNumbers.find(({ type }) => type === 'UK_NINO');

/** The start of "AB 12 34 56 C" when its first two digits are [start, end); else -1. */
function spacedInsurance(text: string, start: number, end: number): number {
  if (end - start !== 2 || text.charAt(start - 1) !== ' ' || isWordAt(text, start - 4)) return -1;
  return isUpperAt(text, start - 2) && isUpperAt(text, start - 3) ? start - 3 : -1;
}

const byHead = new Map<number, readonly NationalNumber[]>();

/** The numbers whose first group can have this length. */
function candidates(length: number): readonly NationalNumber[] {
  const known = byHead.get(length);
  if (known !== undefined) return known;
  const fitting = nationalNumbers.filter(({ heads }) => heads.includes(length));
  byHead.set(length, fitting);
  return fitting;
}

function report(scan: Scan, start: number, entry: NationalNumber): boolean {
  const { form, isValid } = entry;
  form.lastIndex = start;
  if (!form.test(scan.text)) return false;
  const end = form.lastIndex;
  if (!standsAlone(scan.text, start, end)) return false;
  const written = scan.text.slice(start, end);
  if (!isValid(written.replace(/[^\dA-Za-z]/g, '').toUpperCase(), written)) return false;
  const cued = scan.cued(`national ${entry.country}`, start, 60);
  const bare = /[^\dA-Za-z]/.test(written) ? entry.separated : entry.solid;
  scan.emit(entry.type, start, end, cued ? 0.95 : bare);
  return cued || bare >= 0.5;
}
