import { isDigitAt, isUpperAt, isWordAt, isWordCode } from '../characters.ts';
import { countries } from '../words/countries.ts';
import { givenNames } from '../words/given-names.ts';
import { endsLike, surnameEndings } from '../words/more-names.ts';
import { notNames } from '../words/not-names.ts';
import { surnames } from '../words/surnames.ts';

/** A run of name-like words. */
export interface NameSpan {
  readonly start: number;
  readonly end: number;
  /** End after two words. */
  readonly pairEnd: number;
  /** Words with a capital, particles not counted. */
  readonly words: number;
}

/** Where a name may be, and how sure that is (0 to 1). */
export interface NameGuess {
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
}

const particles = new Set(
  'von van der den de del della di da dos das do la le el al bin ibn ben ter ten zu vom zum af av du des y e st mac mc'.split(
    ' ',
  ),
);
const particleLetters = new Set(
  [...particles].flatMap((word) => [word.charCodeAt(0), word.toUpperCase().charCodeAt(0)]),
);
const longestParticle = 5;
const longestWord = 32;

export function wordEnd(text: string, start: number): number {
  let end = start;
  while (end - start < longestWord && isWordCode(text.charCodeAt(end))) end += 1;
  return end;
}

/** End of a name word with its hyphens and apostrophes: "Müller-Lüdenscheidt", "O'Neil"; `start` when none begins there. */
function nameWordEnd(text: string, start: number): number {
  if (!isUpperAt(text, start)) return start;
  let end = wordEnd(text, start);
  for (let parts = 0; parts < 3; parts += 1) {
    const joint = text.charAt(end);
    const inner = joint === '-' || ((joint === "'" || joint === '’') && end - start <= 2);
    if (!inner || !isUpperAt(text, end + 1)) break;
    end = wordEnd(text, end + 1);
  }
  for (let index = start; index < end; index += 1) if (isDigitAt(text, index)) return start;
  return end;
}

/** Up to `most` capitalised words that can be a name, with particles and initials between them; null when there is none. */
export function nameAt(text: string, from: number, most = 3): NameSpan | null {
  let end = from;
  let pairEnd = from;
  let words = 0;
  let index = from;
  while (words < most) {
    const particle = particleEnd(text, index);
    const start = particle > index && text.charAt(particle) === ' ' ? particle + 1 : index;
    const close = nameWordEnd(text, start);
    if (close === start || notNames.has(text.slice(start, close).toLowerCase())) break;
    const initial = close - start === 1;
    if (initial && text.charAt(close) !== '.' && text.charAt(close) !== ' ') break;
    words += initial ? 0 : 1;
    if (!initial) end = close;
    if (words <= 2) pairEnd = end;
    index = initial && text.charAt(close) === '.' ? close + 1 : close;
    if (text.charAt(index) !== ' ') break;
    index += 1;
  }
  return words === 0 || end === from ? null : { start: from, end, pairEnd, words };
}

/** The end of up to three particles ("von der") that begin at `index`, without the space behind them. */
function particleEnd(text: string, index: number): number {
  let end = index;
  for (let count = 0; count < 3; count += 1) {
    const from = end === index ? index : end + 1;
    if (!particleLetters.has(text.charCodeAt(from))) break;
    const close = wordEnd(text, from);
    if (close === from || close - from > longestParticle || !particles.has(text.slice(from, close).toLowerCase()))
      break;
    end = close;
    if (text.charAt(end) !== ' ') break;
  }
  return end;
}

/** The bounds of the word before `start`, one space or hyphen between; null when there is none. */
export function wordBefore(text: string, start: number): { start: number; end: number } | null {
  if (text.charAt(start - 1) !== ' ') return null;
  const end = start - 1;
  let from = end;
  while (from > 0 && end - from < longestWord && isWordAt(text, from - 1)) from -= 1;
  return from === end ? null : { start: from, end };
}

/** Whether a list has the word as a surname, or it ends as surnames do. */
export function isSurname(word: string): boolean {
  const small = word.toLowerCase();
  return surnames.has(small) || (small.length >= 5 && !notNames.has(small) && endsLike(small, surnameEndings));
}

/** Whether a list knows one of the words. */
export function isKnownName(text: string, { start, end }: NameSpan): boolean {
  const parts = text.slice(start, end).split(/[ -]/);
  return parts.some(
    (part, index) =>
      givenNames.has(part.toLowerCase()) || (index > 0 && isSurname(part)) || surnames.has(part.toLowerCase()),
  );
}

const company =
  /^(?:['’]s)? ?(?:&|,? ?(?:Ltd|Limited|Inc|LLC|LLP|GmbH|AG|KG|KGaA|SE|Corp|Corporation|Group|Holdings?|PLC|plc|Co\.|Company|S\.A\.|SpA|B\.V\.|AB|ApS|A\/S|Oy|and Sons|und Söhne|Stiftung|Foundation|University|Universität|Institute?|Airport|Bank|Labs?|Media|Partners|Associates|Solutions|Technologies|Systems|Services|Award|Prize|Preis|Street|Straße|Platz|Cup|Score|Medal|Museum|Hospital|Klinik|College|School|Schule|Studios?|Records|Brothers|Motors|Records|Industries|Consulting|Ventures|Capital|Hotel|Club)(?![\p{L}]))/u;
const companyBefore =
  /(?:(?:San|Santa|Saint|Sankt|St\.|Los|Las|Port|Fort|Mount|Lake|Cape|Camp|Hotel|Klinik|Firma|Kanzlei|Bad|Alcatel|Universität|Café) |&[ ])$/;

/** Firms that are called by a given name and a surname, or by two surnames. */
const makers = new Set(
  (
    'morgan stanley,oliver wyman,merrill lynch,reed elsevier,wells fargo,thomson reuters,jp morgan,j.p. morgan,louis vuitton,calvin klein,hugo boss,' +
    'harley davidson,jack daniels,johnnie walker,tommy hilfiger,ralph lauren,parsons brinckerhoff,hewlett packard,ernst & young,charles schwab,' +
    'baker mckenzie,warner bros,rolls royce,aston martin,max planck,van gogh museum,johnson controls,sherwin williams,martin marietta,victor hugo,' +
    'santa claus,james webb,james bond,harry potter,sherlock holmes,ben nevis,tom tailor,giorgio armani,raymond james,edward jones,michael kors,' +
    'estee lauder,taylor wimpey,peter hahn,otto bock,carl zeiss,robert bosch,ruby rails,jakob fugger,raspberry pi,apache kafka,ada lovelace'
  ).split(','),
);

/** "Klein GmbH", "San Jose", "Johnson & Johnson": the name of something else. */
export function isOther(text: string, start: number, end: number): boolean {
  if (mayBeCompany(text, end) && company.test(text.slice(end, end + 20))) return true;
  const before = wordBefore(text, start);
  const isCapital = before !== null && isUpperAt(text, before.start);
  if (
    (isCapital || text.startsWith('& ', start - 2) || text.startsWith('. ', start - 2)) &&
    companyBefore.test(text.slice(Math.max(0, start - 12), start))
  )
    return true;
  const name = text.slice(start, end).toLowerCase();
  return countries.has(name) || makers.has(name);
}

/** Whether a word with a capital, `&` or a joint follows: most names are followed by something else. */
function mayBeCompany(text: string, end: number): boolean {
  const next = text.charAt(end);
  if (next === ',') return text.charAt(end + 1) === ' ' && isUpperAt(text, end + 2);
  if (next === "'" || next === '’' || next === '&') return true;
  if (next !== ' ') return false;
  const second = text.charAt(end + 1);
  return second === '&' || second === 'a' || second === 'u' || isUpperAt(text, end + 1);
}
