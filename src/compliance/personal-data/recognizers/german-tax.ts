import { isWordAt, standsAlone } from '../characters.ts';
import { type Recognizer, type Scan, weigh } from '../recognizer.ts';
import { mod11Of10 } from './checksums.ts';

/** Steuer-Identifikationsnummer: eleven digits, check digit by ISO 7064 MOD 11,10. */
export const germanTaxId: Recognizer = {
  types: ['DE_TAX_ID'],
  cues: {
    taxId:
      'steuer steuerid idnr tin steueridentifikationsnummer steueridentnummer identifikationsnummer steuerliche tax ' +
      'identnummer stid',
  },
  numbers: [
    { from: 11, to: 11 },
    { from: 2, to: 2, followedBy: ' ' },
  ],
  atToken: (scan, start, end) => {
    const length = end - start;
    if (length !== 11 && length !== 2) return;
    const close = length === 11 ? end : endOfGroups(scan.text, start);
    if (close < 0 || !standsAlone(scan.text, start, close)) return;
    const digits = scan.text.slice(start, close).replaceAll(' ', '');
    if (digits.startsWith('0') || !isSpread(digits) || !mod11Of10(digits)) return;
    const at = { context: 'taxId', start, end: close };
    // 0.4 % of random numbers pass both tests.
    scan.emit('DE_TAX_ID', start, close, weigh(scan, at, { cued: 0.97, whole: 0.8, bare: 0.75 }));
  },
};

/** "12 345 678 903", as the tax office prints it. */
function endOfGroups(text: string, start: number): number {
  if (text.charAt(start + 6) !== ' ') return -1;
  return /^\d\d \d{3} \d{3} \d{3}(?!\d)/.test(text.slice(start, start + 15)) ? start + 14 : -1;
}

/** Of the first ten digits one occurs twice or three times and the others once (or, in test numbers, each once). */
function isSpread(digits: string): boolean {
  const counts = new Array<number>(10).fill(0);
  for (let index = 0; index < 10; index += 1) {
    const digit = digits.charCodeAt(index) - 0x30;
    counts[digit] = (counts[digit] ?? 0) + 1;
  }
  return Math.max(...counts) <= 3 && counts.filter((count) => count > 1).length <= 1;
}

const slashed = /\d{2,3}\/\d{3,4}\/\d{4,5}(?![\d/])/y;

/** Steuernummer: with slashes as a tax office writes it, or the 13 digits of ELSTER with the state in front. */
export const germanTaxNumber: Recognizer = {
  types: ['DE_TAX_NUMBER'],
  cues: { taxNumber: 'steuernummer steuernr stnr st steuer finanzamt elster' },
  numbers: [
    { from: 13, to: 13 },
    { from: 2, to: 3, followedBy: '/' },
  ],
  atToken: (scan, start, end) => {
    const { text } = scan;
    if (end - start === 13) {
      const state = Number(text.slice(start, start + 2));
      if (state < 1 || state > 16 || !standsAlone(text, start, end)) return;
      const at = { context: 'taxNumber', start, end };
      scan.emit('DE_TAX_NUMBER', start, end, weigh(scan, at, { cued: 0.95, whole: 0.5, bare: 0.3 }));
    } else if (end - start <= 3 && text.charCodeAt(end) === 0x2f && !isWordAt(text, start - 1)) {
      slashed.lastIndex = start;
      if (!slashed.test(text) || !standsAlone(text, start, slashed.lastIndex)) return;
      const close = slashed.lastIndex;
      const digits = text.slice(start, close).replaceAll('/', '');
      if (digits.length < 9 || digits.length > 11) return;
      const at = { context: 'taxNumber', start, end: close };
      scan.emit('DE_TAX_NUMBER', start, close, weigh(scan, at, { cued: 0.95, whole: 0.7, bare: 0.6 }));
    }
  },
};

const vatGroups = /DE[ .-]?\d{3}[ .-]?\d{3}[ .-]?\d{3}(?!\w)/iy;
const vatWords =
  'ust ustid ustidnr umsatzsteuer umsatzsteuernummer umsatzsteueridentifikationsnummer mwst uid vat tva iva btw nif piva';

/** Umsatzsteuer-Identifikationsnummer. The check digit only raises confidence: companies print wrong ones. */
export const germanVatId: Recognizer = {
  types: ['DE_VAT_ID'],
  cues: { vat: vatWords },
  mixed: [{ from: 5, to: 11 }],
  words: 'de',
  atWord: vat,
  atToken: vat,
};

function vat(scan: Scan, start: number): void {
  vatGroups.lastIndex = start;
  if (isWordAt(scan.text, start - 1) || !vatGroups.test(scan.text)) return;
  const end = vatGroups.lastIndex;
  if (!standsAlone(scan.text, start, end)) return;
  const checked = mod11Of10(scan.text.slice(start, end).replace(/\D/g, ''));
  const bare = checked ? 0.85 : /^DE\d/.test(scan.text.slice(start, start + 3)) ? 0.6 : 0.45;
  const at = { context: 'vat', start, end };
  scan.emit('DE_VAT_ID', start, end, weigh(scan, at, { cued: checked ? 0.98 : 0.9, whole: 0.6, bare }));
}
