import type { PersonalDataType } from '../../../config/personal-data-schema.ts';
import { isDay, luhn, mod11Of10, weighted } from './checksums.ts';

export interface NationalNumber {
  readonly country: string;
  readonly type: PersonalDataType;
  /** Sticky, matched where the first group begins. */
  readonly form: RegExp;
  /** Lengths of the first group of letters and digits. */
  readonly heads: readonly number[];
  /** Takes the number without separators, in capitals. */
  readonly isValid: (value: string, written: string) => boolean;
  /** Confidence without a cue word, written with separators and without. */
  readonly separated: number;
  readonly solid: number;
  readonly words: string;
}

const digit = (value: string, index: number): number => Number(value.charAt(index));
/** Two digits each from `at`: year-month-day or, with `day`, day-month-year. */
const hasDate = (value: string, at: number, dayFirst = false): boolean =>
  isDay(Number(value.slice(at + 2, at + 4)), Number(dayFirst ? value.slice(at, at + 2) : value.slice(at + 4, at + 6)));
const dniLetter = (value: number): string => 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(value % 23);
const last = (value: string): number => Number(value.at(-1));

/** Each row names its rule; the confidence without a cue is by how rarely a random number passes it. */
export const nationalNumbers: readonly NationalNumber[] = [
  {
    country: 'US',
    type: 'US_SSN',
    form: /(?!000|666)[0-8]\d\d([- ]?)(?!00)\d\d\1(?!0000)\d{4}(?!\d)/y,
    heads: [3, 9],
    isValid: (value, written) => !/^(\d)\1+$/.test(value) && value !== '123456789' && !written.includes('.'),
    separated: 0.6,
    solid: 0.1,
    words: 'ssn social security sozialversicherung socialsecuritynumber itin',
  },
  {
    country: 'UK',
    type: 'UK_NINO',
    form: /(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D](?!\w)/iy,
    heads: [2, 4, 8, 9],
    isValid: (_value, written) => written === written.toUpperCase(),
    separated: 0.75,
    solid: 0.65,
    words: 'nino ni insurance national',
  },
  {
    country: 'NHS',
    type: 'UK_NHS',
    form: /\d{3}([- ]?)\d{3}\1\d{4}(?!\d)/y,
    heads: [3, 10],
    isValid: (value) => (11 - (weighted(value, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === last(value),
    separated: 0.3,
    solid: 0.1,
    words: 'nhs',
  },
  {
    country: 'FR',
    type: 'NATIONAL_ID',
    form: /[12378] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d(?!\d)/iy,
    heads: [1, 7, 13, 15],
    isValid: (value) => {
      const plain = value.replace('2A', '19').replace('2B', '18');
      return 97 - (Number(plain.slice(0, 13)) % 97) === Number(plain.slice(13));
    },
    separated: 0.9,
    solid: 0.85,
    words: 'nir insee sécurité sociale secu',
  },
  {
    country: 'ES',
    type: 'NATIONAL_ID',
    form: /(?:\d{8}|\d{2}\.\d{3}\.\d{3}|[XYZ]-?\d{7})-?[A-HJ-NP-TV-Z](?!\w)/iy,
    heads: [1, 2, 8, 9],
    isValid: (value) =>
      dniLetter(Number(value.slice(0, -1).replace(/^[XYZ]/, (head) => String('XYZ'.indexOf(head))))) === value.at(-1),
    separated: 0.8,
    solid: 0.75,
    words: 'dni nie nif documento identidad',
  },
  {
    country: 'IT',
    type: 'NATIONAL_ID',
    form: /[A-Z]{6}[\dLMNP-V]{2}[A-EHLMPR-T][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z](?!\w)/iy,
    heads: [16],
    isValid: isCodiceFiscale,
    separated: 0.95,
    solid: 0.95,
    words: 'codice fiscale cf',
  },
  {
    country: 'NL',
    type: 'NATIONAL_ID',
    form: /\d{9}(?!\d)|\d{4}\.\d{2}\.\d{3}(?!\d)/y,
    heads: [4, 9],
    isValid: (value) => weighted(value, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 && Number(value) > 0,
    separated: 0.6,
    solid: 0.15,
    words: 'bsn burgerservicenummer sofinummer',
  },
  {
    country: 'BE',
    type: 'NATIONAL_ID',
    form: /\d\d\.?\d\d\.?\d\d-?\d{3}\.?\d\d(?!\d)/y,
    heads: [2, 6, 11],
    isValid: (value) =>
      [value.slice(0, 9), `2${value.slice(0, 9)}`].some((head) => 97 - (Number(head) % 97) === Number(value.slice(9))),
    separated: 0.9,
    solid: 0.4,
    words: 'rijksregisternummer rrn registre national niss insz',
  },
  {
    country: 'PL',
    type: 'NATIONAL_ID',
    form: /\d{11}(?!\d)/y,
    heads: [11],
    isValid: (value) =>
      (10 - (weighted(value, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === last(value) &&
      isDay(Number(value.slice(2, 4)) % 20, Number(value.slice(4, 6))),
    separated: 0.5,
    solid: 0.5,
    words: 'pesel',
  },
  {
    country: 'CH',
    type: 'NATIONAL_ID',
    form: /756[. ]?\d{4}[. ]?\d{4}[. ]?\d\d(?!\d)/y,
    heads: [3, 13],
    isValid: (value) => (10 - (weighted(value, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === last(value),
    separated: 0.95,
    solid: 0.75,
    words: 'ahv avs oasi ahvn13',
  },
  {
    country: 'AT',
    type: 'NATIONAL_ID',
    form: /[1-9]\d{3} ?\d{6}(?!\d)/y,
    heads: [4, 10],
    isValid: (value) =>
      weighted(value, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === digit(value, 3) && hasDate(value, 4, true),
    separated: 0.6,
    solid: 0.35,
    words: 'svnr sozialversicherungsnummer versicherungsnummer',
  },
  {
    country: 'SE',
    type: 'NATIONAL_ID',
    form: /(?:19|20)?\d{6}[-+]?\d{4}(?!\d)/y,
    heads: [6, 8, 10, 12],
    isValid: (value) => luhn(value.slice(-10)) && hasDate(value.slice(-10), 0),
    separated: 0.75,
    solid: 0.2,
    words: 'personnummer samordningsnummer',
  },
  {
    country: 'FI',
    type: 'NATIONAL_ID',
    form: /\d{6}[-+A]\d{3}[\dA-FHJ-NPR-Y](?!\w)/iy,
    heads: [6, 11],
    isValid: (value) =>
      hasDate(value, 0, true) &&
      '0123456789ABCDEFHJKLMNPRSTUVWXY'.charAt(Number(value.slice(0, 6) + value.slice(-4, -1)) % 31) === value.at(-1),
    separated: 0.85,
    solid: 0.8,
    words: 'hetu henkilötunnus',
  },
  {
    country: 'DK',
    type: 'NATIONAL_ID',
    form: /\d{6}-?\d{4}(?!\d)/y,
    heads: [6, 10],
    isValid: (value) => hasDate(value, 0, true),
    separated: 0.45,
    solid: 0.1,
    words: 'cpr personnummer',
  },
  {
    country: 'PT',
    type: 'TAX_ID',
    form: /[1235]\d{2} ?\d{3} ?\d{3}(?!\d)/y,
    heads: [3, 9],
    isValid: (value) => ((11 - (weighted(value, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === last(value),
    separated: 0.2,
    solid: 0.1,
    words: 'nif contribuinte',
  },
  {
    country: 'HR',
    type: 'NATIONAL_ID',
    form: /\d{11}(?!\d)/y,
    heads: [11],
    isValid: mod11Of10,
    separated: 0.2,
    solid: 0.2,
    words: 'oib',
  },
  {
    country: 'BR',
    type: 'NATIONAL_ID',
    form: /\d{3}\.?\d{3}\.?\d{3}-?\d\d(?!\d)/y,
    heads: [3, 11],
    isValid: isCpf,
    separated: 0.95,
    solid: 0.4,
    words: 'cpf',
  },
  {
    country: 'IN',
    type: 'NATIONAL_ID',
    form: /[2-9]\d{3} ?\d{4} ?\d{4}(?![ \d]?\d)/y,
    heads: [4, 12],
    isValid: isVerhoeff,
    separated: 0.45,
    solid: 0.35,
    words: 'aadhaar uidai',
  },
  {
    country: 'IN tax',
    type: 'TAX_ID',
    form: /[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z](?!\w)/y,
    heads: [10],
    isValid: () => true,
    separated: 0.6,
    solid: 0.6,
    words: 'pan permanent',
  },
  {
    country: 'SG',
    type: 'NATIONAL_ID',
    form: /[STFG]\d{7}[A-Z](?!\w)/y,
    heads: [9],
    isValid: isNric,
    separated: 0.8,
    solid: 0.8,
    words: 'nric fin',
  },
  {
    country: 'AU tax',
    type: 'TAX_ID',
    form: /\d{3} ?\d{3} ?\d{3}(?!\d)/y,
    heads: [3, 9],
    isValid: (value) => weighted(value, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
    separated: 0.2,
    solid: 0.1,
    words: 'tfn',
  },
  {
    country: 'CA',
    type: 'NATIONAL_ID',
    form: /[1-79]\d{2}([- ]?)\d{3}\1\d{3}(?!\d)/y,
    heads: [3, 9],
    isValid: (value) => luhn(value),
    separated: 0.45,
    solid: 0.1,
    words: 'sin insurance',
  },
  {
    country: 'KR',
    type: 'NATIONAL_ID',
    form: /\d{6}-[1-4]\d{6}(?!\d)/y,
    heads: [6],
    isValid: (value) => hasDate(value, 0),
    separated: 0.7,
    solid: 0.7,
    words: 'rrn resident',
  },
];

const oddValues = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

/** Decreto 23-12-1976: odd places by table, even ones by order, the sum modulo 26 as a letter. */
function isCodiceFiscale(value: string): boolean {
  let sum = 0;
  for (let index = 0; index < 15; index += 1) {
    const code = value.charCodeAt(index);
    const rank = code >= 0x41 ? code - 0x41 : code - 0x30;
    sum += index % 2 === 0 ? (oddValues[rank] ?? 0) : rank;
  }
  return String.fromCharCode(0x41 + (sum % 26)) === value.at(-1);
}

function isCpf(value: string): boolean {
  if (/^(\d)\1+$/.test(value)) return false;
  const check = (weights: readonly number[]): number => ((weighted(value, weights) * 10) % 11) % 10;
  return (
    check([10, 9, 8, 7, 6, 5, 4, 3, 2]) === digit(value, 9) &&
    check([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === digit(value, 10)
  );
}

function isNric(value: string): boolean {
  const sum = weighted(value.slice(1), [2, 7, 6, 5, 4, 3, 2]) + (/^[TG]/.test(value) ? 4 : 0);
  return (/^[ST]/.test(value) ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK').charAt(sum % 11) === value.at(-1);
}

/** Verhoeff's check digit: the dihedral group of order ten, computed in place of its tables. */
function isVerhoeff(value: string): boolean {
  const multiply = (a: number, b: number): number =>
    a < 5 ? (b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5) : b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 5) % 5;
  const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
  let check = 0;
  for (let place = 0; place < value.length; place += 1) {
    let permuted = digit(value, value.length - 1 - place);
    for (let turn = 0; turn < place % 8; turn += 1) permuted = permutation[permuted] ?? 0;
    check = multiply(check, permuted);
  }
  return check === 0;
}
