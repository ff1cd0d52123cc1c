import { isDigitAt, isUpperAt } from '../characters.ts';
import type { Scan } from '../recognizer.ts';
import { countries } from '../words/countries.ts';
import { notNames } from '../words/not-names.ts';
import { wordEnd } from './person-words.ts';

/** What stands between two parts of an address: a comma, a space, up to two line ends with marks of quoting. */
const gap = / in (?=\d{4,5} \p{Lu})|\.?[ \t]{0,4},?(?:[ \t]{0,4}\r?\n[ \t>?|]{0,12}){0,2},?[ \t]{0,2}/uy;
const unit =
  /(?:(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|box|wohnung|whg|etage|stock|lgh|piso|puerta|interno|scala|appartement|appt|lejl|top|building|bldg|block|bât)\b\.? ?(?:#|nr\.? ?|no\.? ?)?(?:\d[\w-]{0,6}|[A-Z]\d{0,4})|#\d{1,5}[A-Z]?|\d{1,2}(?:st|nd|rd|th) floor|\d\. ?(?:Stock|OG|Etage))(?![\p{L}\d])/iuy;
const unitWords = new Set(
  'apt apartment suite ste unit flat floor fl room rm box wohnung whg etage stock lgh piso puerta interno scala appartement appt lejl top building bldg block bât'.split(
    ' ',
  ),
);
const code =
  /(?:[A-Z]{1,2}-)?(?:\d{5}-\d{3,4}|\d{2}-\d{3}|\d{4}-\d{3}|\d{3} \d{2}|\d{4} ?[A-Z]{2}|\d{3,6}|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)(?![\p{L}\d_-]|[.,:/ ]\d|[.,]? ?[)(]\d|%)/uy;
const state = /[A-Z]{1,3}(?![\p{L}\d'’-])/uy;
const joints =
  'de|la|le|les|del|della|di|do|da|dos|das|of|and|the|am|an|der|im|in|bei|sur|en|on|upon|et|y|zu|den|i|nad|pod|na|u|v|pri|ob';
const place = new RegExp(
  `\\p{Lu}[\\p{L}\\p{M}∆.'’-]{1,30}(?: (?:(?:${joints}) ){0,2}\\p{Lu}[\\p{L}\\p{M}∆.'’-]{0,30}){0,4}(?: \\(\\p{L}{2,20}\\))?`,
  'uy',
);
/** The same of people who write everything small: bounded by the line or the next part. */
const smallPlace = /\p{Ll}[\p{L}\p{M}.'’-]{1,30}(?: [\p{L}\p{M}.'’()-]{1,20}){0,4}/uy;
const phraseEnd = /[ \t]*(?:[\n\r.,;?!)"']|$)/y;
/** Parts behind the street: flat, place, postcode, state, country, and what stands between. */
const mostParts = 8;
const mostLength = 200;

function match(form: RegExp, text: string, from: number): number {
  form.lastIndex = from;
  return form.test(text) ? form.lastIndex : from;
}

function endsPhrase(text: string, index: number): boolean {
  phraseEnd.lastIndex = index;
  return phraseEnd.test(text);
}

/** Whether the last one to five words name a country. */
function endsInCountry(words: string): boolean {
  const parts = words.toLowerCase().split(' ');
  for (let from = Math.max(0, parts.length - 5); from < parts.length; from += 1) {
    if (countries.has(parts.slice(from).join(' ').replace(/\.$/, ''))) return true;
  }
  return countries.has(parts.slice(0, -1).join(' ')); // "Cyprus (Greek)"
}

interface Progress {
  at: number;
  /** End of the last part that nothing else is. */
  good: number;
  afterUnit: boolean;
  afterCode: boolean;
  coded: boolean;
  placed: boolean;
}

/** The end of an address whose street ends at `end`: what follows belongs to it as far as a part is sure. */
export function blockEnd(text: string, end: number, isSmall = false): number {
  const next = text.charAt(end);
  if (next !== '.' && next !== ',' && next !== ' ' && next !== '\n' && next !== '\r') return end;
  const progress: Progress = { at: end, good: end, afterUnit: false, afterCode: false, coded: false, placed: false };
  for (let parts = 0; parts < mostParts && progress.at - end < mostLength; parts += 1) {
    const open = match(gap, text, progress.at);
    if (open === progress.at || !take(text, open, progress, isSmall)) break;
  }
  return progress.good;
}

/** Reads one part that begins at `open`; false when none does. */
function take(text: string, open: number, progress: Progress, isSmall: boolean): boolean {
  const between = text.slice(progress.at, open);
  const isLoose = between.trim() === '' && !between.includes('\n');
  const { afterUnit, afterCode } = progress;
  progress.afterUnit = false;
  progress.afterCode = false;
  const isDigit = isDigitAt(text, open);
  const isUpper = !isDigit && isUpperAt(text, open);
  const mayBeUnit =
    isDigit || text.charAt(open) === '#' || unitWords.has(text.slice(open, wordEnd(text, open)).toLowerCase());
  let close = mayBeUnit ? match(unit, text, open) : open;
  if (close > open) {
    progress.afterUnit = true;
    return keep(progress, close, true);
  }
  if (between.startsWith('.') && !between.includes('\n')) return false; // the next sentence
  if (!isDigit && !isUpper && !isSmall) return false;
  close = isDigit || isUpper ? match(code, text, open) : open;
  if (close > open && progress.coded) return false; // a telephone number
  if (close > open) {
    const followed = /^ \p{Lu}/u.test(text.slice(close, close + 2));
    const belongs = progress.placed || afterUnit || (!isLoose && (followed || endsPhrase(text, close)));
    progress.afterCode = followed;
    progress.coded = true;
    return belongs && keep(progress, close, true);
  }
  if (isDigit) return false;
  close = isUpper ? match(state, text, open) : open;
  if (close > open) {
    progress.placed = true;
    return keep(progress, close, endsPhrase(text, close) && !isLoose);
  }
  close = match(isSmall ? smallPlace : place, text, open);
  if (close === open) return false;
  return takePlace(
    text,
    { open, close, isNear: afterUnit || afterCode, isLoose, isLine: between.includes('\n') },
    progress,
  );
}

interface PlaceWords {
  readonly open: number;
  readonly close: number;
  /** Behind a flat or a postcode. */
  readonly isNear: boolean;
  /** Only spaces before it. */
  readonly isLoose: boolean;
  readonly isLine: boolean;
}

function takePlace(text: string, { open, close, isNear, isLoose, isLine }: PlaceWords, progress: Progress): boolean {
  const words = text.slice(open, close);
  const ended = words.endsWith('.') ? close - 1 : close;
  if (endsInCountry(words)) {
    progress.placed = true;
    return keep(progress, ended, true);
  }
  const first = words.split(/[ .'’-]/, 1)[0] ?? '';
  if (
    notNames.has(first.toLowerCase()) &&
    !/^(?:new|old|north|south|east|west|san|st|la|le|los|las|el|de|bad)$/i.test(first)
  )
    return false;
  progress.placed = true;
  const isCapital = words !== words.toLowerCase();
  const isSure =
    isCapital && ((isNear && !isLine) || (!isLoose && !isLine && (endsPhrase(text, close) || words.endsWith('.'))));
  return keep(progress, ended, isSure);
}

function keep(progress: Progress, close: number, isSure: boolean): true {
  progress.at = close;
  if (isSure) progress.good = close;
  return true;
}

const leadNumber =
  /(?:^|[\n:>?|]|(?:^|[^\p{L}])(?:at|to|is|with|for|same|in|und|and))[ \t>]{0,6}((?:c\/o [\p{L} .-]{2,30},? )?\d{1,6}[A-Za-z]? )$/u;

/** A number in front of what reads as a whole street already: a building in a block, behind a line start or "at". */
export function blockStart(text: string, start: number): number {
  if (text.charAt(start - 1) !== ' ' || !/\d/.test(text.slice(Math.max(0, start - 3), start))) return start;
  const lead = leadNumber.exec(text.slice(Math.max(0, start - 24), start))?.[1];
  return lead === undefined ? start : start - lead.length;
}

const smallWords = new Set(
  'de la le les du des del della di do da dos das of the van von der den ul. u. al. av. c/ i y e'.split(' '),
);
const stops = new Set(
  'at to is with for from in on address addresses here are one new the same and me it my his her their please'.split(
    ' ',
  ),
);
const mostWords = 7;
const longestPart = 31;

/** The start of a street whose words and number end at `end`, read backwards a word at a time; -1 where there is none. */
export function streetBefore(scan: Scan, end: number): number {
  const { text } = scan;
  let close = end;
  while (end - close < 16 && ' \t\r\n,>?|'.includes(text.charAt(close - 1) || 'x')) close -= 1;
  let start = -1;
  let numbers = 0;
  let words = 0;
  let isAfterNumber = false;
  while (words < mostWords && close > 0) {
    const from = partStart(text, close);
    if (close - from > longestPart || from === close || scan.reached('address', from)) break;
    const isNumber = isHouseNumber(text, from, close);
    if (isNumber ? numbers === 3 : !fitsStreet(text, from, close, isAfterNumber)) break;
    if (isNumber) numbers += 1;
    else words += 1;
    isAfterNumber = isNumber;
    start = from;
    if (text.charAt(from - 1) !== ' ') break;
    close = from - 1;
  }
  return numbers === 0 || words === 0 ? -1 : start;
}

function partStart(text: string, close: number): number {
  let from = close;
  while (from > 0 && close - from <= longestPart) {
    const char = text.charAt(from - 1);
    if (char === ' ' || char === '\n' || char === '\t' || char === '>') break;
    from -= 1;
  }
  return from;
}

function isHouseNumber(text: string, from: number, close: number): boolean {
  return isDigitAt(text, from) && /^\d{1,6}(?:[A-Za-z]|[-/]\d{1,4})?\.?$/.test(text.slice(from, close));
}

function fitsStreet(text: string, from: number, close: number, isBeforeNumber: boolean): boolean {
  const part = text.slice(from, close);
  if (isUpperAt(text, from)) return /^[\p{L}\p{M}∆.'’-]+$/u.test(part);
  if (smallWords.has(part)) return true;
  if (stops.has(part) || !/^\p{Ll}[\p{L}\p{M}.'’-]{0,29}$/u.test(part)) return false;
  return (isBeforeNumber && close - from <= 12) || isSmallLine(text, from, close);
}

/** Whether nobody wrote capitals around: then a word in small letters may be a part of a name. */
function isSmallLine(text: string, from: number, close: number): boolean {
  for (let index = Math.max(0, from - 24); index < Math.min(text.length, close + 24); index += 1) {
    if (isUpperAt(text, index)) return false;
  }
  return true;
}

/** Blocks that a window of 16,384 characters is read for to their ends: a list with an address a line has as many. */
const mostBlocks = 256;

/** Emits the whole block around the street at [start, end); with parts behind it, it is hardly anything else. */
export function emitBlock(scan: Scan, start: number, end: number, confidence: number): void {
  const { text } = scan;
  if (!scan.closer('block', mostBlocks)) {
    // Past any list of addresses that people keep, the street by itself decides.
    scan.emit('ADDRESS', start, end, confidence);
    scan.reach('address', end);
    return;
  }
  const close = blockEnd(text, end, isSmallLine(text, start + 24, end - 24));
  const lead = blockStart(text, start);
  const open = scan.reached('address', lead) ? start : lead;
  if (scan.reached('address', close - 1)) return; // a part of the address before it
  scan.emit('ADDRESS', open, close, close > end ? Math.max(confidence, 0.8) : confidence);
  if (confidence >= 0.5 || close > end) scan.reach('address', close);
}
