import { isDigitAt, standsAlone } from '../characters.ts';
import { type Recognizer, weigh } from '../recognizer.ts';
import { icao, weighted } from './checksums.ts';

// Serial numbers leave out vowels and letters that look like digits (Personalausweisverordnung, Anhang 3).
const serial = /^[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ\d]{7}\d$/;
const oldIdCard = /^T\d{8}$/;

/** Personalausweis: nine characters with a check digit; T and eight digits on cards before 2010. */
export const germanIdCard: Recognizer = {
  types: ['DE_ID_CARD'],
  cues: {
    idCard: 'personalausweis personalausweisnummer ausweis ausweisnummer ausweisnr perso id idcard identity card',
  },
  mixed: [{ from: 9, to: 9 }],
  atToken: (scan, start, end) => {
    const value = scan.text.slice(start, end).toUpperCase();
    if (!((serial.test(value) && icao(value)) || oldIdCard.test(value)) || !standsAlone(scan.text, start, end)) return;
    const at = { context: 'idCard', start, end };
    scan.emit('DE_ID_CARD', start, end, weigh(scan, at, { cued: 0.95, whole: 0.55, bare: bareOf(value) }));
  },
};

/** Letters among the digits make a chance hit with a right check digit rarer than a letter and eight digits. */
function bareOf(value: string): number {
  return /^[A-Z]\d*[A-Z]/.test(value) && /\d.*\d.*\d/.test(value) ? 0.5 : 0.35;
}

/** Reisepass: the same form, the same check digit. */
export const germanPassport: Recognizer = {
  types: ['DE_PASSPORT'],
  cues: { passport: 'reisepass pass passnummer passnr reisepassnummer passport' },
  mixed: [{ from: 9, to: 9 }],
  atToken: (scan, start, end) => {
    const value = scan.text.slice(start, end).toUpperCase();
    if (!serial.test(value) || !icao(value) || !standsAlone(scan.text, start, end)) return;
    const at = { context: 'passport', start, end };
    scan.emit('DE_PASSPORT', start, end, weigh(scan, at, { cued: 0.96, whole: 0.5, bare: 0.3 }));
  },
};

/** Führerschein: two letters of the authority, eight digits and a check character without a public rule. */
export const germanDriverLicense: Recognizer = {
  types: ['DE_DRIVER_LICENSE'],
  cues: {
    license:
      'führerschein führerscheinnummer fuehrerschein führerscheinnr fahrerlaubnis driver driving licence license',
  },
  mixed: [{ from: 11, to: 11 }],
  atToken: (scan, start, end) => {
    if (!/^[A-Z]{2}\d{8}[A-Z\d]$/i.test(scan.text.slice(start, end)) || !standsAlone(scan.text, start, end)) return;
    const at = { context: 'license', start, end };
    scan.emit('DE_DRIVER_LICENSE', start, end, weigh(scan, at, { cued: 0.95, whole: 0.5, bare: 0.35 }));
  },
};

/** Krankenversichertennummer: a letter, eight digits and a check digit (the letter counts as two digits). */
export const germanHealthInsurance: Recognizer = {
  types: ['DE_HEALTH_INSURANCE'],
  cues: {
    health:
      'kvnr egk krankenversichertennummer krankenversicherungsnummer krankenversicherung versichertennummer krankenkasse ' +
      'gesundheitskarte versicherung versicherungsnummer versichertennr aok barmer health insurance',
  },
  mixed: [{ from: 10, to: 10 }],
  atToken: (scan, start, end) => {
    const value = scan.text.slice(start, end).toUpperCase();
    if (!/^[A-Z]\d{9}$/.test(value) || !isHealthNumber(value) || !standsAlone(scan.text, start, end)) return;
    const at = { context: 'health', start, end };
    scan.emit('DE_HEALTH_INSURANCE', start, end, weigh(scan, at, { cued: 0.97, whole: 0.6, bare: 0.45 }));
  },
};

/** Digits weighted 1 and 2 by turns, two-digit products as the sum of their digits, modulo ten (SGB V § 290). */
function isHealthNumber(value: string): boolean {
  const letter = String(value.charCodeAt(0) - 0x40).padStart(2, '0');
  return crossSum(letter + value.slice(1, 9), [1, 2, 1, 2, 1, 2, 1, 2, 1, 2]) % 10 === Number(value.at(-1));
}

/** The weighted sum with each product replaced by the sum of its digits. */
function crossSum(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => {
    const product = weighted(digits.charAt(index), [weight]);
    return sum + Math.floor(product / 10) + (product % 10);
  }, 0);
}

const insuranceForm = /\d{2} ?\d{6} ?[A-Z] ?\d{3}(?!\w)/iy;

/** Rentenversicherungsnummer: area, birthday, initial, serial and a check digit (VKVV § 4). */
export const germanSocialSecurity: Recognizer = {
  types: ['DE_SOCIAL_SECURITY'],
  cues: {
    social:
      'rvnr rentenversicherung rentenversicherungsnummer sozialversicherung sozialversicherungsnummer svnr sv ' +
      'sozialversicherungsausweis versicherungsnummer rentenversicherungsnr',
  },
  mixed: [
    { from: 12, to: 12 },
    { from: 9, to: 9, followedBy: ' ' },
  ],
  numbers: [
    { from: 2, to: 2, followedBy: ' ' },
    { from: 8, to: 8, followedBy: ' ' },
  ],
  atToken: (scan, start) => {
    if (!hasBirthday(scan.text, start)) return;
    insuranceForm.lastIndex = start;
    if (!insuranceForm.test(scan.text)) return;
    const end = insuranceForm.lastIndex;
    const value = scan.text.slice(start, end).replaceAll(' ', '').toUpperCase();
    const month = Number(value.slice(4, 6));
    if (month < 1 || month > 12 || !isInsuranceNumber(value) || !standsAlone(scan.text, start, end)) return;
    const at = { context: 'social', start, end };
    scan.emit('DE_SOCIAL_SECURITY', start, end, weigh(scan, at, { cued: 0.98, whole: 0.85, bare: 0.8 }));
  },
};

/** Whether the birthday's six digits end where they must: most numbers stop here. */
function hasBirthday(text: string, start: number): boolean {
  return isDigitAt(text, start + (text.charAt(start + 2) === ' ' ? 8 : 7));
}

function isInsuranceNumber(value: string): boolean {
  const letter = String(value.charCodeAt(8) - 0x40).padStart(2, '0');
  const digits = value.slice(0, 8) + letter + value.slice(9, 11);
  return crossSum(digits, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]) % 10 === Number(value.at(-1));
}
