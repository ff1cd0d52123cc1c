import { isDigitAt, isUpperAt, isWordAt } from '../characters.ts';
import type { Scan } from '../recognizer.ts';
import { ambiguousGivenNames, givenNames } from '../words/given-names.ts';
import { clearEndings, endsLike, surnameEndings } from '../words/more-names.ts';
import { notNames } from '../words/not-names.ts';
import { surnames } from '../words/surnames.ts';
import { isOther, isSurname as isSurnameWord, type NameGuess, nameAt, wordBefore, wordEnd } from './person-words.ts';

/** A part of an identifier, a path or an address: `anna_schmidt`, `/thomas/`, `peter@`. */
function isInCode(text: string, start: number, end: number): boolean {
  if (isWordAt(text, start - 1) || '.@/-_#$'.includes(text.charAt(start - 1) || ' ')) return true;
  const after = text.charAt(end);
  if (after === ' ' || after === ',' || after === '') return false;
  return /^(?:[_@/(=$#]|\.\w|::|-\p{Ll}|:\/)/u.test(text.slice(end, end + 3));
}

/** Names of a kind that a window of 16,384 characters is read closely for: an address book has half as many. */
const mostNames = 512;

/** A listed given name: with a surname behind it, or before it and a comma, or by itself when it is nothing else. */
export function givenName(scan: Scan, start: number, end: number, word: string): NameGuess | null {
  const { text } = scan;
  if (isInCode(text, start, end)) return null;
  if (!isUpperAt(text, start)) return lowerPair(text, start, end, word);
  // Past any list that people keep, the name by itself decides.
  if (!scan.closer('given', mostNames)) return { start, end, confidence: 0.6 };
  const name = nameAt(text, start);
  if (name === null) return null;
  const behind = name.end > end + 1 ? text.slice(end + 1, name.end) : '';
  const known = behind.split(/[ -]/).some(isSurnameWord);
  if (isOther(text, start, name.end) || isOther(text, start, end)) return null;
  const written = text.slice(start, end);
  if (written.length > 1 && written === written.toUpperCase() && !(known && behind === behind.toUpperCase())) {
    return name.words < 2 ? lastFirst(text, start, end) : null;
  }
  const clear = !ambiguousGivenNames.has(word);
  if (name.words < 2) {
    const isTold = clear || isActing(text, start, end);
    return lastFirst(text, start, end) ?? { start, end: name.end, confidence: isTold ? 0.6 : 0.3 };
  }
  if (known) return { start, end: name.end, confidence: 0.85 };
  // No list knows the surname: a third word is more often something else.
  return { start, end: name.pairEnd, confidence: clear ? 0.7 : 0.45 };
}

/** "Schmidt, Anna" and "Schmidt Anna". */
function lastFirst(text: string, start: number, end: number): NameGuess | null {
  const isSurname = (from: number, to: number): boolean =>
    isUpperAt(text, from) && surnames.has(text.slice(from, to).toLowerCase());
  const before = wordBefore(text, start);
  if (before !== null && isSurname(before.start, before.end)) return { start: before.start, end, confidence: 0.6 };
  if (text.slice(start - 2, start) !== ', ') return null;
  const listed = wordBefore(`${text.slice(Math.max(0, start - 40), start - 2)} `, Math.min(40, start) - 1);
  if (listed === null) return null;
  const shift = Math.max(0, start - 40);
  if (/^ (?:and|und|&) \p{Lu}/u.test(text.slice(end, end + 8))) return null; // "White, Willis and Hoffman"
  return isSurname(shift + listed.start, shift + listed.end)
    ? { start: shift + listed.start, end, confidence: 0.75 }
    : null;
}

const doing =
  /^(?:['’]s (?:address|phone|e-?mail|number|account|daughter|son|wife|husband|birthday|house|kid|mother|father|killers?|sister|brother)|,? (?:and \p{Lu}\p{Ll}+ )?(?:is from|is very|is a|lives|lived|said|says|asked|told|wrote|shouted|replied|works|worked|called|had given|had|has|sagt|sagte|fragte|schrieb|wohnt|arbeitet|meint|meinte|hat|rief|spent|wants|thinks|loves|likes)(?![\p{L}]))/u;
const toldBefore =
  /(?:\b(?:named|call|calls|called|told|asked|with|met|meet|thanks|thank you|hi|hey|leave|love|ask|tell|sagte|fragte|mit|von|an) (?:(?:me|him|her|it|us|them) )?|^|\n)$/i;

/** A name that is also a word: it does, says or owns something, or somebody is spoken to. */
function isActing(text: string, start: number, end: number): boolean {
  if (/[ '’,]/.test(text.charAt(end)) && doing.test(text.slice(end, end + 32))) return true;
  const before = text.slice(Math.max(0, start - 16), start);
  return toldBefore.test(before) && /^(?:[,.!?:;]|$|\n)/.test(text.slice(end, end + 1)) && /\p{L}/u.test(before);
}

/** "anna schmidt" in small letters: both must be on the lists, and the given name nothing else. */
function lowerPair(text: string, start: number, end: number, word: string): NameGuess | null {
  if (ambiguousGivenNames.has(word) || text.charAt(end) !== ' ') return null;
  const close = wordEnd(text, end + 1);
  const second = text.slice(end + 1, close);
  if (second.length > 4 && isSurnameWord(second) && !notNames.has(second) && second === second.toLowerCase())
    return { start, end: close, confidence: 0.55 };
  const isLine =
    /^(?:[\s>?]*\n|$)/.test(text.slice(close, close + 8)) &&
    /(?:^|\n)[\s>?]*$/.test(text.slice(Math.max(0, start - 8), start));
  return second.length > 3 && isLine && !notNames.has(second) ? { start, end: close, confidence: 0.5 } : null;
}

const joints = new Set('von van de der den zu ten ter da di del dos'.split(' '));

/** The start of a given name or initial, with particles and a middle initial behind it, that ends before `first`; -1 for none. */
function firstNameBefore(text: string, first: number): number {
  let at = first;
  for (let count = 0; count < 2; count += 1) {
    const joint = wordBefore(text, at);
    if (joint === null || isUpperAt(text, joint.start) || !joints.has(text.slice(joint.start, joint.end))) break;
    at = joint.start;
  }
  const isInitial = text.startsWith('. ', at - 2) && isUpperAt(text, at - 3) && !isWordAt(text, at - 4);
  if (isInitial) at -= 3;
  const word = wordBefore(text, at);
  const start = word === null ? -1 : nameStart(text, word.start, word.end);
  return start < 0 && isInitial && !'_.@/-'.includes(text.charAt(at - 1) || ' ') ? at : start;
}

/** The start of "Hans-Peter" from that of "Peter"; -1 when it is no name of letters with one capital. */
function nameStart(text: string, start: number, end: number): number {
  if (end - start < 2 || !isUpperAt(text, start) || isUpperAt(text, start + 1)) return -1;
  for (let index = start; index < end; index += 1) if (isDigitAt(text, index)) return -1;
  let from = start;
  if (text.charAt(from - 1) === '-') {
    from -= 1;
    while (from > 0 && start - from < 26 && isWordAt(text, from - 1)) from -= 1;
    if (!isUpperAt(text, from)) return -1;
  }
  return '_.@/-'.includes(text.charAt(from - 1) || ' ') ? -1 : from;
}

/** A surname that is nothing else, behind a capitalised word or an initial that no list knows: "Xiomara Hoffmann". */
export function surname(scan: Scan, start: number, end: number): NameGuess | null {
  const { text } = scan;
  if (!isUpperAt(text, start) || /^(?:[_@/(=$#]|\.\w|::)/.test(text.slice(end, end + 2))) return null;
  if (!scan.closer('surname', mostNames)) return { start, end, confidence: 0.5 };
  let first = start;
  if (text.charAt(start - 1) === '-') {
    first -= 1;
    while (first > 0 && start - first < 32 && isWordAt(text, first - 1)) first -= 1;
  }
  const close = Math.max(end, nameAt(text, start, 1)?.end ?? end);
  const from = firstNameBefore(text, first);
  if (from < 0 || notNames.has(text.slice(from, wordEnd(text, from)).toLowerCase()))
    return first === start ? loneSurname(text, start, close) : null;
  if (isOther(text, start, close)) return null;
  return { start: from, end: close, confidence: text.charAt(from + 1) === '.' ? 0.65 : 0.55 };
}

/** Whether a word with a capital, an initial or a particle stands before. */
function mayFollowName(text: string, start: number): boolean {
  if (text.charAt(start - 1) !== ' ') return false;
  if (text.charAt(start - 2) === '.') return isUpperAt(text, start - 3);
  const before = wordBefore(text, start);
  return before !== null && (isUpperAt(text, before.start) || before.end - before.start <= 3);
}

/** "the Ford", "ein Benz": a thing of that name. */
const articleBefore = /(?:^|[^\p{L}])(?:the|an?|der|die|das|ein|eine|le|la|el|il) $/iu;

/** "Unlike Kowalczyk": no word but a surname, and no part of a longer name of something. */
function loneSurname(text: string, start: number, end: number): NameGuess | null {
  if (articleBefore.test(text.slice(Math.max(0, start - 6), start))) return null;
  if (
    end - start < 5 ||
    text.slice(start, end).includes('-') ||
    isOther(text, start, end) ||
    text.slice(start, end) === text.slice(start, end).toUpperCase()
  )
    return null;
  if (
    /^(?: \p{Lu}|-|['’]s (?:law|theorem|method|equation|algorithm|disease|syndrome)| (?:and|und) \p{Lu}\p{L}+ (?:Ltd|Inc|GmbH))/u.test(
      text.slice(end, end + 32),
    )
  )
    return null;
  return /(?:^|[\s(“"'>])$/.test(text.charAt(start - 1)) ? { start, end, confidence: 0.5 } : null;
}

/** A word of a text that ends as surnames do, behind a capitalised word or an initial; by itself where the ending is clear. */
export function endedSurname(scan: Scan, start: number, end: number): NameGuess | null {
  const { text } = scan;
  const word = text.slice(start, end).toLowerCase();
  if (!endsLike(word, surnameEndings) || notNames.has(word) || surnames.has(word)) return null;
  const isClear = endsLike(word, clearEndings);
  if (!isClear && !mayFollowName(text, start)) return null;
  const found = surname(scan, start, end);
  if (found === null || isClear) return found;
  if (found.start === start) return null;
  const first = text.slice(found.start, start).split(/[ .]/, 1)[0] ?? '';
  const isInitial = first.length === 1 || / \p{Lu}\.? /u.test(text.slice(found.start, start));
  return isInitial
    ? { ...found, confidence: 0.6 }
    : isMiddleOfNouns(scan, found.start)
      ? null
      : { ...found, confidence: 0.5 };
}

/** German writes nouns with capitals, and headings of any language all words. */
function isMiddleOfNouns(scan: Scan, start: number): boolean {
  if (scan.cued('german', start, 160)) return true;
  const before = wordBefore(scan.text, start);
  return before !== null && isUpperAt(scan.text, before.start);
}

const firstName = /^\p{Lu}[\p{Ll}\p{M}]{2,24}$/u;
/** What else has a letter behind it. */
const lettered =
  /^(?:Vitamin|Plan|Hepatitis|Serie|Series|Class|Type|Typ|Section|Group|Gruppe|Option|Grade|Phase|Part|Teil|Appendix|Exhibit|Schedule|Level|Model|Modell|Room|Block|Gate|Line|Linie|Zone|Category|Tier|Unit|Note|Table|Figure|Case|Step|Team|Form|Rule|Article|Annex|Variante|Version|Punkt|Lemma|Anlage|Absatz|Node|Site|Stage|Field|Point|Klasse|Kategorie|Generation)$/;

/** "Elita B Desaulniers": an initial between two words. */
export function middleInitial(scan: Scan, start: number, end: number): NameGuess | null {
  const { text } = scan;
  if (end - start !== 1 || !isUpperAt(text, start) || text.charAt(start - 1) !== ' ') return null;
  const word = wordBefore(text, start);
  if (word === null || word.end - word.start < 3 || !isUpperAt(text, word.start) || isWordAt(text, word.start - 1))
    return null;
  if (!scan.closer('initial', mostNames)) return { start: word.start, end, confidence: 0.5 };
  const first = text.slice(word.start, word.end);
  if (
    !firstName.test(first) ||
    '.@/-'.includes(text.charAt(word.start - 1) || ' ') ||
    lettered.test(first) ||
    notNames.has(first.toLowerCase())
  )
    return null;
  const isDotted = text.charAt(end) === '.';
  const from = end + (isDotted ? 2 : 1);
  if (text.charAt(from - 1) !== ' ') return null;
  const name = nameAt(text, from, 1);
  if (name === null || name.end - name.start < 3 || isOther(text, start - 1 - first.length, name.end)) return null;
  const last = text.slice(name.start, name.end);
  if (last === last.toUpperCase()) return null;
  const isKnown = isSurnameWord(last) || givenNames.has(first.toLowerCase());
  const isSentence =
    isDotted && /^(?:The|This|We|It|In|He|She|They|You|For|If|No|Yes|All|Der|Die|Das|Es|Wir|Ich|Sie)$/.test(last);
  if (isSentence) return null;
  return {
    start: start - 1 - first.length,
    end: name.end,
    confidence: isKnown ? 0.75 : isMiddleOfNouns(scan, start - 1 - first.length) ? 0.4 : 0.5,
  };
}
