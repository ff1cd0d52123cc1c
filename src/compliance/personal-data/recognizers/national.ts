import type { PersonalDataType } from '../../../config/personal-data-schema.ts';
import { isWordAt, standsAlone } from '../characters.ts';
import type { Recognizer, Scan } from '../recognizer.ts';
import { type NationalNumber, nationalNumbers } from './national-numbers.ts';

const types: PersonalDataType[] = [...new Set(nationalNumbers.map(({ type }) => type))];

/** Personal numbers of other countries, each by its form, its check digits and its name: see national-numbers.ts. */
export const national: Recognizer = {
  types,
  cues: Object.fromEntries(nationalNumbers.map(({ country, words }) => [`national ${country}`, words])),
  numbers: [1, 15],
  mixed: [2, 16],
  atToken: (scan, start, end) => {
    if (isWordAt(scan.text, start - 1) || (end - start < 8 && !goesOn(scan.text, end))) return;
    for (const form of candidates(end - start)) if (report(scan, start, form)) return;
  },
};

/** Whether a separator and another group follow. */
function goesOn(text: string, end: number): boolean {
  const code = text.charCodeAt(end);
  const separates = code === 0x20 || (code >= 0x2b && code <= 0x2f);
  return separates && isWordAt(text, end + 1);
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
