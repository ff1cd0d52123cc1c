import { standsAlone } from '../characters.ts';
import { type Recognizer, weigh } from '../recognizer.ts';
import { luhn } from './checksums.ts';

/** IMEI of a mobile device: fifteen digits with a Luhn digit, behind its name. */
export const imei: Recognizer = {
  types: ['IMEI'],
  cues: { imei: 'imei imeis device gerät' },
  numbers: [
    { from: 15, to: 15 },
    { from: 2, to: 2, followedBy: '-' },
  ],
  atToken: (scan, start, end) => {
    const match = /^(?:\d{15}|\d\d-\d{6}-\d{6}-\d)(?!\d)/.exec(scan.text.slice(start, start + 19));
    if (match === null || (end - start !== 15 && end - start !== 2)) return;
    const close = start + match[0].length;
    if (!standsAlone(scan.text, start, close) || !luhn(match[0].replaceAll('-', ''))) return;
    const bare = end - start === 2 ? 0.7 : 0.3;
    scan.emit(
      'IMEI',
      start,
      close,
      weigh(scan, { context: 'imei', start, end: close }, { cued: 0.95, whole: bare, bare }),
    );
  },
};

const values = '0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ';
const vinWeights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/** Vehicle identification number (ISO 3779). The check digit binds in North America only, so it only adds confidence. */
export const vin: Recognizer = {
  types: ['VIN'],
  cues: {
    vin: 'vin fahrgestellnummer fin fahrzeugidentifizierungsnummer fahrzeugidentnummer vehicle chassis fahrzeug',
  },
  mixed: [{ from: 17, to: 17 }],
  atToken: (scan, start, end) => {
    const value = scan.text.slice(start, end);
    if (!/^[A-HJ-NPR-Z\d]{17}$/.test(value) || !standsAlone(scan.text, start, end)) return;
    const checked = hasCheckDigit(value);
    const at = { context: 'vin', start, end };
    scan.emit(
      'VIN',
      start,
      end,
      weigh(scan, at, { cued: 0.95, whole: checked ? 0.8 : 0.5, bare: checked ? 0.7 : 0.3 }),
    );
  },
};

function hasCheckDigit(value: string): boolean {
  const sum = vinWeights.reduce(
    (total, weight, index) => total + weight * (values.indexOf(value.charAt(index)) % 10),
    0,
  );
  return 'X'.charAt(sum % 11 === 10 ? 0 : 1) + (sum % 11 === 10 ? '' : String(sum % 11)) === value.charAt(8);
}

const pair = /(-?\d{1,2}\.\d{4,12}),\s?(-?\d{1,3}\.\d{4,12})(?![\d.])/y;

/** Latitude and longitude to at least four places (about 10 m). */
export const geoCoordinate: Recognizer = {
  types: ['GEO_COORDINATE'],
  cues: { geo: 'gps coordinates coordinate koordinaten location standort position latitude longitude lat geo' },
  numbers: [{ from: 1, to: 2, followedBy: '.' }],
  atToken: (scan, token, end) => {
    const { text } = scan;
    if (text.charCodeAt(end) !== 0x2e) return;
    const start = text.charAt(token - 1) === '-' ? token - 1 : token;
    pair.lastIndex = start;
    const match = pair.exec(text);
    if (match === null || Math.abs(Number(match[1])) > 90 || Math.abs(Number(match[2])) > 180) return;
    const at = { context: 'geo', start, end: pair.lastIndex };
    scan.emit('GEO_COORDINATE', start, pair.lastIndex, weigh(scan, at, { cued: 0.9, whole: 0.7, bare: 0.55 }));
  },
};
