import { isUpperAt } from '../characters.ts';
import type { Recognizer, Scan } from '../recognizer.ts';
import { states } from '../words/countries.ts';
import { blockEnd, emitBlock, streetBefore } from './address-block.ts';

const units = 'apt apartment suite ste unit wohnung whg lgh lejl appartement appt';
const military = 'apo fpo dpo';
const strongCues =
  'address addresses adresse anschrift lieferadresse rechnungsadresse postanschrift wohnanschrift dirección domicilio indirizzo endereço adres adresa ' +
  'lakcím osoite adress lives live living lived resides residing wohnt wohne wohnhaft wohnen located habite habita vivo abito woont asuu mieszka';
const weakCues =
  'moved send sent ship shipped deliver delivered meet return office restaurant arrived stop based visit drops shop store house flat home zieht ' +
  'gezogen umgezogen schicken senden liefern corner';
const codes = 'zip zipcode postcode postalcode plz postleitzahl postal cap codepostal postnummer postcodes';
const fields =
  'city town stadt wohnort ville ciudad città street straße streetname state bundesland county country hausnummer buildingnumber building';

const isUnit = new Set(units.split(' '));
const isMilitary = new Set(military.split(' '));
const isStrong = new Set(strongCues.split(' '));
const isWeak = new Set(weakCues.split(' '));
const isCode = new Set(codes.split(' '));

/** Addresses that no street word tells: by the flat behind them, by a cue before them, or by the name of a field. */
export const addressCues: Recognizer = {
  types: ['ADDRESS'],
  words: `${units} ${military} ${strongCues} ${weakCues} ${codes} ${fields}`,
  atWord: (scan, start, end, word) => {
    if (scan.reached('address', start)) return;
    if (isUnit.has(word)) beforeUnit(scan, start, end);
    else if (isMilitary.has(word)) militaryPost(scan, start, end);
    else if (isCode.has(word)) postcodeField(scan, end);
    else if (isStrong.has(word) || isWeak.has(word)) behindCue(scan, start, end, isStrong.has(word));
    else field(scan, end, word);
  },
};

/** Cue words that a window is read behind for streets without a street word. */
const mostCues = 512;
/** Flats that a window of 16,384 characters is read for with their streets; of more, the flat alone. */
const mostUnits = 256;
const unitNumber = /\.? ?#?(?:\d[\w-]{0,6}|[A-Z])(?![\p{L}\d])/uy;

/** "Trg revolucije 12\nApt. 305, Riga": the flat says that the words and the number before it are a street. */
function beforeUnit(scan: Scan, start: number, end: number): void {
  unitNumber.lastIndex = end;
  if (!unitNumber.test(scan.text)) return;
  const close = unitNumber.lastIndex;
  if (!scan.closer('unit', mostUnits)) {
    scan.emit('ADDRESS', start, close, 0.6);
    scan.reach('address', close);
    return;
  }
  const from = streetBefore(scan, start);
  if (from < 0 || notStreets.test(scan.text.slice(from, from + 16))) return;
  emitBlock(scan, from, close, 0.75);
}

const militaryRest = / A[AEP],? \d{5}(?:-\d{4})?(?!\d)/iy;
const militaryBefore =
  /(?:(?:PSC|CMR|Unit|USS|USNS|USNV|USCGC|HMS|Box)[ .][\p{L}\d .-]{1,24}(?:, ?Box \d{1,6})?)?[\s,>]{0,6}$/iu;

/** "PSC 1234, Box 5678\nAPO AE 09123". */
function militaryPost(scan: Scan, start: number, end: number): void {
  militaryRest.lastIndex = end;
  if (!militaryRest.test(scan.text)) return;
  const rest = militaryRest.lastIndex;
  const before = scan.text.slice(Math.max(0, start - 60), start);
  const found = militaryBefore.exec(before);
  const lead = found !== null && /\w/.test(found[0]) ? found[0].length : 0;
  scan.emit('ADDRESS', start - lead, rest, 0.9);
  scan.reach('address', rest);
}

const postcodeForm =
  /^(?:[- ]?codes?)?["'*_]{0,3}(?: (?:is|ist|lautet|est|es|è)|\s?[:=>])?[\s"'*_]{1,4}((?:[A-Z]{1,2}-)?(?:\d{5}-\d{3,4}|\d{2}-\d{3}|\d{4}-\d{3}|\d{3} \d{2}|\d{4} ?[A-Z]{2}|\d{3,6}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d))(?![\p{L}\d_-]|[.,:/]\d)/iu;

/** "ZIP: 3520", "postcode is SW1A 1AA". */
function postcodeField(scan: Scan, end: number): void {
  if (!scan.closer('postcode', mostCues)) return; // German ones are found without it
  const found = postcodeForm.exec(scan.text.slice(end, end + 40));
  const value = found?.[1];
  if (!found || value === undefined) return;
  const at = end + found[0].length;
  scan.emit('ADDRESS', at - value.length, at, 0.7);
}

const small =
  'de|la|le|les|du|des|del|della|di|do|da|dos|das|of|the|van|von|der|den|dem|am|an|im|zur|zum|y|and|ul\\.|u\\.';
const capital = "\\p{Lu}[\\p{L}\\p{M}∆.'’-]{0,30}";
const lead = '(?:\\d{1,6}[A-Za-z]?(?:[-/]\\d{1,4})?,? ){0,2}';
const street = new RegExp(
  `(${lead})((?:(?:${small}) ){0,2}${capital}(?: (?:(?:${small}) ){0,2}${capital}){0,5})(,? \\d{1,5}(?:[A-Za-z](?![\\p{L}]))?)?(?![\\p{L}\\d]|[:%]|[.,]\\d)`,
  'uy',
);
const smallStreet = /(\d{1,6} )((?:[\p{Ll}.'’-]{1,24} ){1,5})(\d{1,5})(?![\p{L}\d])/uy;
const corner = new RegExp(
  `(?:the )?corner of (?:\\d{1,6} )?${capital}(?: ${capital}){0,4}(?: \\d{1,5}\\.?)? (?:and|&) (?:\\d{1,6} )?${capital}(?: ${capital}){0,4}(?: \\d{1,5}\\.?)?`,
  'uy',
);
const strongLink =
  /^(?:['’]s)?(?:[^\n.;!?]{0,28}?(?: (?:is|are|to|at|with|in der|in dem|an der|in|in dem|an der|an dem|im|am|ist|lautet|est|es|è|à|a|en|for|on)|["'*_]{0,3}[:=])[\s>"'*_]{1,8}(?:the same: )?| )/;
const directLink = /^(?:['’]s)?(?:["'*_]{0,3}[:=])?[\s>"'*_]{1,8}/;
const weakLink = /^[^\n.,;:!?]{0,24}? (?:at|to|in der|in die|in|im|am|an|zu|nach|on|of) /;
const otherAddress =
  /(?:e-?mail|mail|ip|mac|web|memory|bus|wallet|bitcoin|btc|eth|network|gateway|host|server|base|url|internet|ipv4|ipv6|site|crypto)[ ._-]?$/i;
const notStreets =
  /^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Room|Gate|Level|Page|Version|Chapter|Section|Port|Step|Table|Line|Phase|Windows|Day|Rack|Server|Node|Team|Module|Slot|Block|Building|Floor|Building|Etage|Stock|Abteilung|Week|Raum|Zimmer|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Jahr|Seite|Kapitel|The|In|At|For|If|EUR|USD|I)(?![\p{Ll}])/u;

/** "his address: 85 Trg revolucije 12", "lives at …", and with a number on both sides or a flat and a place also "sent to …". */
function behindCue(scan: Scan, start: number, end: number, isSure: boolean): void {
  const { text } = scan;
  if (isSure && otherAddress.test(text.slice(Math.max(0, start - 12), start))) return;
  if (!hasDigit(text, end, 76) || !scan.closer('cue', mostCues)) return;
  const near = text.slice(end, end + 48);
  const links = isSure ? [directLink, strongLink] : [weakLink];
  for (const form of links) {
    const link = form.exec(near);
    if (link !== null && streetAt(scan, end, link[0], isSure)) return;
  }
}

/** The street behind a cue and what links them; false when there is none. */
function streetAt(scan: Scan, end: number, link: string, isSure: boolean): boolean {
  const { text } = scan;
  const from = end + link.length;
  corner.lastIndex = from;
  if (corner.test(text)) {
    const close = corner.lastIndex;
    if (/\d|St|Road|Ave|Square|Lane|Way/.test(text.slice(from, close))) emitBlock(scan, from, close, 0.6);
    return true;
  }
  street.lastIndex = from;
  const found = street.exec(text);
  if (found === null) {
    smallStreet.lastIndex = from;
    if (!isSure || !smallStreet.test(text)) return false;
    emitBlock(scan, from, smallStreet.lastIndex, 0.65);
    return true;
  }
  const [whole, before = '', words = '', behind = ''] = found;
  if (before === '' && behind === '') return false;
  if (notStreets.test(words)) return false;
  const close = from + whole.length;
  const both = before !== '' && behind !== '';
  const known = isSure && (behind !== '' || /[ :]$/.test(link));
  if (!both && !known && blockEnd(text, close) <= close) return false;
  emitBlock(scan, from, close, both || isSure ? 0.7 : 0.6);
  return true;
}

function hasDigit(text: string, from: number, reach: number): boolean {
  const last = Math.min(text.length, from + reach);
  for (let index = from; index < last; index += 1) {
    const char = text.charCodeAt(index);
    if (char >= 0x30 && char <= 0x39) return true;
  }
  return false;
}

const fieldForm =
  /^(?: ?(?:name|number|of residence))?["'*_]{0,3}(?:\s?[:=]|>)[\s"'*_]{0,4}(\p{Lu}[\p{L}\p{M}.'’ -]{1,30}?(?: \d{1,4}[a-z]?)?|\d{1,5}[A-Za-z]?)(?=["',;<\n|]|\.?$|\s*$|\. )/u;

/** American and Canadian codes that are no words. */
const stateCode =
  /^(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|I[ALN]|K[SY]|LA|M[ADINOST]|N[CDEHJMVY]|OH|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|AB|BC|MB|NB|NS|QC|SK)$/;

/** "City: Hamburg", `<street>Am Markt</street>`, `"state": "CA"`: what a form says of an address, part by part. */
function field(scan: Scan, end: number, word: string): void {
  const found = fieldForm.exec(scan.text.slice(end, end + 64));
  const value = found?.[1];
  if (!found || value === undefined) return;
  const isNumber = /^\d/.test(value);
  if (isNumber !== /^(?:hausnummer|building)/.test(word)) return;
  if (/^(?:state|bundesland|county)$/.test(word) && !(states.has(value.toLowerCase()) || stateCode.test(value))) return;
  const at = end + found[0].length - value.length;
  if (!isNumber && !isUpperAt(scan.text, at)) return;
  if (word === 'country') return;
  scan.emit('ADDRESS', at, at + value.length, 0.6);
}
