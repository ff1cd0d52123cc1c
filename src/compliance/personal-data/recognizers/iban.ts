import { isWordAt } from '../characters.ts';
import type { Recognizer, Scan } from '../recognizer.ts';

/** Lengths by country, SWIFT IBAN registry. */
const lengths: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ' +
    'ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 ' +
    'LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 ' +
    'PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Countries whose account numbers have digits only, by the same registry. */
const digitsOnly = new Set(
  'AE AT BA BE CR CZ DE DK EE EG ES FI FO GL HR HU IL IS LT LY ME MR NO PL PT RS SE SI SK TL TN XK'.split(' '),
);

/** Account numbers by country length and ISO 7064 remainder, in one piece or in groups. */
export const iban: Recognizer = {
  types: ['IBAN', 'ACCOUNT_NUMBER'],
  cues: { iban: 'iban ibans bankverbindung kontonummer konto account' },
  mixed: [
    { from: 4, to: 14, followedBy: ' -' },
    { from: 15, to: 34 },
  ],
  atToken: (scan, start) => {
    const { text } = scan;
    if (isWordAt(text, start - 1)) return;
    const head = text.slice(start, start + 4).toUpperCase();
    if (!/^[A-Z]{2}\d\d$/.test(head)) return;
    const length = lengths[head.slice(0, 2)];
    if (length === undefined) return;
    const read = readGroups(text, start, {
      length,
      isMember: digitsOnly.has(head.slice(0, 2)) ? isDigit : isAsciiWord,
    });
    if (read !== null && isOneCase(text.slice(start, read.end))) report(scan, start, read);
  },
};

interface Groups {
  readonly end: number;
  readonly value: string;
}

interface Shape {
  readonly length: number;
  readonly isMember: (code: number) => boolean;
}

/** As many letters and digits as the country's length, single spaces or hyphens between them; null when there are fewer. */
function readGroups(text: string, start: number, { length, isMember }: Shape): Groups | null {
  let index = start + 4;
  for (let count = 4; count < length; index += 1) {
    if (isMember(text.charCodeAt(index))) count += 1;
    else if (!isSeparator(text.charCodeAt(index)) || !isMember(text.charCodeAt(index + 1))) return null;
  }
  if (isWordAt(text, index)) return null;
  return { end: index, value: text.slice(start, index).replace(/[ -]/g, '').toUpperCase() };
}

function isSeparator(code: number): boolean {
  return code === 0x20 || code === 0x2d;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isAsciiWord(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

/** Mixed small and capital letters are a word or a hash. */
function isOneCase(value: string): boolean {
  return value === value.toUpperCase() || value === value.toLowerCase();
}

function report(scan: Scan, start: number, { end, value }: Groups): void {
  if (remainder97(value) === 1) scan.emit('IBAN', start, end, 0.99);
  // A mistyped number is no IBAN, but still somebody's.
  else if (scan.cued('iban', start, 24)) scan.emit('ACCOUNT_NUMBER', start, end, 0.7);
}

/** ISO 7064 MOD 97-10 of the number with its first four characters moved to the end. */
export function remainder97(value: string): number {
  let rest = 0;
  for (const char of value.slice(4) + value.slice(0, 4)) {
    const digit = Number.parseInt(char, 36);
    rest = (digit > 9 ? rest * 100 + digit : rest * 10 + digit) % 97;
  }
  return rest;
}

const bicForm = /^[A-Z]{4}[A-Z]{2}[A-Z\d]{2}(?:[A-Z\d]{3})?$/;

/** Bank identifier codes, only behind their name: the form alone is any word of eight capitals. */
export const bic: Recognizer = {
  types: ['BIC'],
  words: 'bic swift',
  atWord: (scan, _start, end) => {
    const match = /^(?:[- ]?(?:code|nummer|number))?(?: is| ist| lautet)?[\s:=]{1,3}([A-Za-z\d]{8,11})(?![\w])/i.exec(
      scan.text.slice(end, end + 40),
    );
    const value = match?.[1];
    if (match === null || value === undefined || !bicForm.test(value)) return;
    scan.emit('BIC', end + match[0].length - value.length, end + match[0].length, 0.85);
  },
};
