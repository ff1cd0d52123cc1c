import { isDigitAt, isWordAt } from '../characters.ts';
import type { Recognizer, Scan } from '../recognizer.ts';

const cue =
  'phone phones telephone tel telefon telefonnummer telefonnummern telephon fon mobile mobil mobilnummer mobiltelefon ' +
  'handy handynummer rufnummer durchwahl cell cellphone cellular fax faxnummer telefax call calling dial text sms whatsapp ' +
  'erreichbar anrufen rückruf ruf téléphone portable appelez teléfono telefono móvil movil celular llame cellulare ' +
  'chiama telefoon bel telefone ligue numero número numéro contact hotline landline ph tél phonenumber phonenumbers telephonenum ' +
  'telefonisch telefonnr tlf puhelin telefonszám telefonas telefonní τηλέφωνο téléphoner joindre joignable rappeler rufe anruf ' +
  'anrufe ruft mobilnr handynr durchwahlnummer faxnr faks gsm signal telegram viber desk';
/** Words that a phone number stands behind, among other things: they need seven digits and more. */
const weakCue =
  'answering answer reach reached reachable messages message texting texted office home work number numbers nummer contacted ' +
  'contattare contatto contactar contacter erreichen kontakt kontaktieren melden ring ringing dialed dialled';
/** What a number may be called behind it: "9885 1152-Office", "0171 1234567 (mobil)". */
const calledBehind =
  /[ ,]{0,2}[-(]?(?:office|fax|mobile|mobil|cell|home|work|phone|tel|telefon|desk|direct|handy|privat|geschäftlich|dienstlich|büro|whatsapp|bureau|móvil|fijo|cellulare|ufficio)(?![\p{L}\d])/iuy;

/** Numbers that a national plan writes in one fixed way, so that no cue word is needed. */
const fixedForms = oneOf([
  /^(?:1[-. ])?\([2-9]\d\d\) ?[2-9]\d\d[-. ]\d{4}$/, // North America
  /^(?:1[-. ])?[2-9]\d\d[-.][2-9]\d\d[-.]\d{4}$/,
  /^0[1-79](?:[ .]\d\d){4}$/, // France
  /^0(?:\d{4} \d{3} ?\d{3}|\d{3} \d{3} \d{4}|\d{2} \d{4} \d{4})$/, // United Kingdom
]);
/** The same grouping without a valid area: hardly anything else is written so, and people mistype. */
const americanLike = /^(?:(?:00)?1[-. ])?(?:\(\d{3}\) ?\d{3}[-. ]\d{4}|\d{3}-\d{3}-\d{4}|\d{3}\.\d{3}\.\d{4})$/;
const thousands = /^[1-9]\d{0,2}(?:[. ]\d{3})+$/;
const notNumbers = oneOf([
  /^(?:19|20)\d\d[-./ ](?:0?[1-9]|1[0-2])[-./ ]/, // date, year first
  /^(?:0?[1-9]|[12]\d|3[01])[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:19|20)\d\d/, // date, day first
  /^(?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])[-./](?:19|20)\d\d/, // date, month first
  /^\d{1,3}(?:\.\d{1,3}){3}$/, // IPv4 address
  /^(?:0|[1-9]\d*)\.\d+$/, // decimal
]);
const extension = /(?: ?(?:x|ext\.?|extension|durchwahl|dw\.?|poste) ?\d{1,6}|#\d{1,6})(?!\w)/iy;
const owned =
  /\b(?:my|your|his|her|their|our|mine|meine|deine|ihre|seine|unsere|mon|votre|mi|su|il mio)\b[\p{L} ]{0,16} (?:is|ist|lautet|est|es|è):? ?$/iu;
/** Code units from the `+` to the last digit; E.164 has at most 15 digits. */
const longest = 30;

/** Telephone numbers: international, national of the configured region, and any other behind a cue word. */
export const phone: Recognizer = {
  types: ['PHONE'],
  cues: { phone: cue, number: 'number numbers nummer nr no', reach: weakCue },
  numbers: [
    { from: 1, to: 6, followedBy: ' -./()' },
    { from: 6, to: 15 },
  ],
  atToken: (scan, token) => {
    if (scan.reached('phone', token)) return;
    const start = opening(scan.text, token);
    if (start < 0) return;
    const international = isInternational(scan.text, start, token);
    for (const end of endings(scan.text, start, token)) {
      const confidence = judge(scan, { start, end, international });
      if (confidence === 0) continue;
      extension.lastIndex = end;
      const whole = extension.test(scan.text) ? extension.lastIndex : end;
      scan.emit('PHONE', start, whole, confidence);
      scan.reach('phone', whole);
      return;
    }
  },
};

/** Forms as one: a single pass costs a third of five. */
function oneOf(forms: readonly RegExp[]): RegExp {
  return new RegExp(forms.map(({ source }) => source).join('|'));
}

/** The start of the number whose first digits are at `token`, with `+` and bracket; -1 where none can begin. */
function opening(text: string, token: number): number {
  let start = token;
  if (text.charAt(start - 1) === '(') start -= 1;
  if (text.charAt(start - 1) === '+') start -= 1;
  if (text.charAt(start - 1) === '(' && text.charAt(start) === '+') start -= 1;
  const before = text.charAt(start - 1);
  // A space is by far the most common, and says nothing.
  if (before !== ' ' && before !== '') {
    if (isWordAt(text, start - 1) || '@#$€£%&~^'.includes(before)) return -1;
    if ('-./,'.includes(before) && isWordAt(text, start - 2)) return -1;
  }
  if (before === ' ' && start === token && isDigitAt(text, start - 2) && isGrouped(text, start)) return -1;
  return start;
}

/** Within a run of short groups (a card number, a table row) only the first may begin a number, unless it has a zero. */
function isGrouped(text: string, start: number): boolean {
  return text.charAt(start) !== '0' || isDigitAt(text, start - 5) || text.charAt(start + 2) === ' ';
}

function isInternational(text: string, start: number, token: number): boolean {
  if (text.charCodeAt(start) === 0x2b || (start < token && text.charCodeAt(start + 1) === 0x2b)) return true;
  return text.charAt(token) === '0' && text.charAt(token + 1) === '0' && /[1-9]/.test(text.charAt(token + 2));
}

/** Ends to try, the farthest first: a group behind a space may already be something else. */
function endings(text: string, start: number, token: number): number[] {
  const ends: number[] = [];
  let digits = 0;
  let index = token;
  while (index - start < longest) {
    const from = index;
    while (isDigitAt(text, index) && index - from < 16) index += 1;
    digits += index - from;
    if (digits > 15 + (text.startsWith('00', token) ? 2 : 0) || index === from) break;
    if (digits >= 6 && !continues(text, index)) ends.unshift(index);
    const gap = separator(text, index);
    if (gap === 0) break;
    index += gap;
  }
  return ends.slice(0, 3);
}

/** Whether the token goes on behind `end` with something that a phone number never has. */
function continues(text: string, end: number): boolean {
  if (isDigitAt(text, end)) return true;
  if (isWordAt(text, end)) return !/^x\d/i.test(text.slice(end, end + 2));
  const next = text.charAt(end);
  if (next === '-' && isCalled(text, end)) return false;
  return next !== '' && '@%$€'.includes(next) ? true : '.,:-/'.includes(next || ' ') && isWordAt(text, end + 1);
}

function isCalled(text: string, end: number): boolean {
  calledBehind.lastIndex = end;
  return calledBehind.test(text);
}

/** Length of what stands between two groups of digits (" ", "-", " / ", "(0)", ") "); 0 where the number ends. */
function separator(text: string, index: number): number {
  let end = index;
  let bracketed = false;
  while (end - index < 4) {
    const char = text.charAt(end);
    if (char === '(' && text.charAt(end + 1) === '0' && text.charAt(end + 2) === ')')
      return end + 3 - index + gapAt(text, end + 3);
    if (char === '(' || char === ')') bracketed = true;
    else if (char === '' || !' -./'.includes(char)) break;
    end += 1;
  }
  const most = bracketed ? 3 : text.charAt(index) === ' ' ? 3 : 2;
  if (end === index || end - index > most || !isDigitAt(text, end)) return 0;
  return end - index > 1 && text.slice(index, end).trim() === '' ? 0 : end - index;
}

function gapAt(text: string, index: number): number {
  return text.charAt(index) === ' ' ? 1 : 0;
}

interface Candidate {
  readonly start: number;
  readonly end: number;
  readonly international: boolean;
}

/** Confidence of a candidate; 0 when it is no phone number. */
function judge(scan: Scan, { start, end, international }: Candidate): number {
  const value = scan.text.slice(start, end);
  const digits = value.replace(/\(0\)|\D+/g, '');
  const cued = scan.cued('phone', start, 40);
  if (international && value.includes('+')) return ofCountry(scan, digits, cued);
  if (digits.length < 6 || (digits[0] === digits[1] && /^(\d)\1+$/.test(digits)) || notNumbers.test(value)) return 0;
  if (thousands.test(value) && !isNumberHere(scan, { start, end, international })) return 0;
  const written = /^\(|[ ()/.-]/.test(value);
  if (international && !americanLike.test(value)) return ofCountry(scan, digits, cued);
  if (cued && value === digits && counted.test(scan.text.slice(end, end + 16))) return 0;
  if (cued && digits.length >= 7) return 0.85;
  if (cued) return /^\d+$/.test(value) ? 0.6 : 0.7;
  if (written && fixedForms.test(value)) return 0.75;
  if (written && americanLike.test(value)) return 0.6;
  return called(scan, { start, end, international }, digits) || national(scan, { start, end, international }, digits);
}

/** Thousands are written like it: right behind the cue, or with its name behind, it is a number to call. */
function isNumberHere(scan: Scan, { start, end }: Candidate): boolean {
  if (end - start < 9 || scan.text.startsWith('000', end - 3)) return false;
  return scan.cued('phone', start, 6) || scan.cued('reach', start, 4) || isCalled(scan.text, end);
}

/** By a word that other things share before it, or by what it is called behind it. */
function called(scan: Scan, { start, end }: Candidate, digits: string): number {
  if (isCalled(scan.text, end)) return 0.6;
  if (scan.cued('number', start, 16) && digits.length >= 9 && digits.length <= 12 && isOwned(scan.text, start))
    return 0.55;
  if (digits.length < 7 || !scan.cued('reach', start, 10) || / (?:19|20)\d\d$/.test(scan.text.slice(start, end)))
    return 0;
  return /\b(?:at|to|on|under|unter|bei|au|al|me|us|office|home|work|is|ist)[: ]{1,2}$|: $/i.test(
    scan.text.slice(Math.max(0, start - 10), start),
  ) && !orderBefore.test(scan.text.slice(Math.max(0, start - 48), start))
    ? 0.55
    : 0;
}

/** A valid number of the region, written with its leading zero. */
function national(scan: Scan, { start, end }: Candidate, digits: string): number {
  if (!digits.startsWith('0') || digits.length < 8 || digits.length > 12 || !isValid(scan, digits)) return 0;
  return /[ ()/.-]/.test(scan.text.slice(start, end)) ? 0.7 : scan.whole(start, end) ? 0.6 : 0.5;
}

/** "1234567 characters": a number without a gap in front of what it counts. */
const counted =
  /^ (?:characters?|times|users?|people|tokens?|functions?|requests?|rows|bytes|messages?|lines|words|Zeichen|Wörter|Mal|Nutzer|Anrufe|calls?|contacts?|Kontakte|Nachrichten|abroad|items|euros?|dollars?|EUR|USD)(?![\p{L}])/u;

const orderBefore =
  /order|invoice|ticket|tracking|serial|rechnung|bestell|auftrag|vorgang|version|part|item|artikel|amount|betrag/i;

/** "my number is": any other number may be that of an order. */
function isOwned(text: string, start: number): boolean {
  return owned.test(text.slice(Math.max(0, start - 40), start));
}

function ofCountry(scan: Scan, digits: string, cued: boolean): number {
  const country = digits.startsWith('00') ? digits.slice(2) : digits;
  if (country.length < 7 || country.length > 15) return 0;
  if (isValid(scan, country, '+')) return 0.95;
  if (cued) return 0.85;
  return digits.startsWith('00') ? 0.5 : 0.65;
}

function isValid(scan: Scan, digits: string, prefix = ''): boolean {
  if (scan.phoneNumbers === null || !scan.spend()) return true;
  return scan.phoneNumbers.isValid(prefix + digits, scan.region);
}
