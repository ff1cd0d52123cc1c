import { isUpperAt, isWordAt } from '../characters.ts';
import type { Recognizer, Scan } from '../recognizer.ts';
import { ambiguousGivenNames, givenNames } from '../words/given-names.ts';
import { notNames } from '../words/not-names.ts';
import { surnames } from '../words/surnames.ts';
import { type NameSpan, nameAt, wordBefore, wordEnd } from './person-words.ts';

const titles =
  'herr herrn hr frau fr fräulein familie dr prof mr mrs ms miss mx sir dame monsieur madame mme mlle señor señora sra srta signor signora sig dott ' +
  'senhor senhora dhr mevr meneer mevrouw pan pani fru herra doctor doktor professor frl';
/** Titles that are also words or abbreviations of others: they need their full stop or a capital. */
const dotted = new Set('hr fr dr prof mr mrs ms sig sra srta dott dhr mevr sr'.split(' '));
const openers =
  'dear hello hi hey liebe lieber hallo cher chère estimado estimada querido querida caro cara gentile egregio beste servus moin';
const presenters =
  'name named heiße heisse heißt heißen called appelle llamo chiamo nome nombre nom patient patientin patienten kunde kundin client customer mitarbeiter ' +
  'mitarbeiterin ansprechpartner ansprechpartnerin kontaktperson bewerber bewerberin antragsteller antragstellerin versicherter versicherte employee ' +
  'applicant tenant mieter mieterin vermieter kontoinhaber inhaber cardholder karteninhaber holder empfänger absender recipient sender beneficiary ' +
  'contact kontakt signed unterzeichnet gez gezeichnet attn fullname vorname nachname firstname lastname surname geschäftsführer geschäftsführerin ' +
  'titular paciente paziente cliente sincerely regards grüßen grüße gruß cordialement saludos saluti freundlichen i bin soy sono suis author autor by spricht speaking';

/** Names behind titles ("Frau Dr. Schmidt"), in openings and signatures, behind labels, and from lists of given names. */
export const person: Recognizer = {
  types: ['PERSON'],
  words: `${titles} ${openers} ${presenters} ${[...givenNames].join(' ')}`,
  atWord: (scan, start, end, word) => {
    if (isTitle.has(word)) behindTitle(scan, start, end, word);
    if (isOpener.has(word)) behindOpener(scan, start, end);
    if (isPresenter.has(word)) behindPresenter(scan, end, word);
    if (givenNames.has(word)) givenName(scan, start, end, word);
  },
};
const isTitle = new Set(titles.split(' '));
const isOpener = new Set(openers.split(' '));
const isPresenter = new Set(presenters.split(' '));

function emitName(scan: Scan, name: NameSpan | null, confidence: number): void {
  if (name !== null) scan.emit('PERSON', name.start, name.end, confidence);
}

function behindTitle(scan: Scan, start: number, end: number, word: string): void {
  const { text } = scan;
  if (!isUpperAt(text, start) && !(word === 'signora' || word === 'señora' || word === 'señor' || word === 'signor'))
    return;
  const stop = text.charAt(end) === '.';
  if (dotted.has(word) && !stop && !/^(?:Mr|Mrs|Ms|Dr|Prof)$/.test(text.slice(start, end))) return;
  const gap =
    /^\.?,? ?(?:(?:Dr|Prof|Dipl|Ing|med|rer|nat|phil|jur|h\. ?c|Herr|Frau|PD|Mag|Doctor|Doktor|Professor)\.?[- ]{0,2}){0,5}/.exec(
      text.slice(end, end + 48),
    );
  const from = end + (gap?.[0].length ?? 0);
  if (from === end || text.charAt(from - 1) === ',') return;
  emitName(scan, nameAt(text, from), 0.9);
}

function behindOpener(scan: Scan, start: number, end: number): void {
  const { text } = scan;
  if (text.charAt(end) !== ' ' || !isUpperAt(text, start)) return;
  const name = nameAt(text, end + 1);
  if (name === null) return;
  // A greeting ends in a comma, a line break or the like: "Hello World Cup fans" is none.
  if (/^(?:[,!:.]|\s*\n|$| -| –)/.test(text.slice(name.end, name.end + 2))) emitName(scan, name, 0.75);
}

const introduced = new Set('heiße heisse heißt appelle llamo chiamo named called'.split(' '));
const closings = new Set('sincerely regards grüßen grüße gruß cordialement saludos saluti freundlichen'.split(' '));
const labels = new Set('name nome nombre nom vorname nachname firstname lastname surname fullname'.split(' '));

function behindPresenter(scan: Scan, end: number, word: string): void {
  const { text } = scan;
  if (closings.has(word)) return signature(scan, end);
  if (/^(?:i|bin|soy|sono|suis|by|spricht|speaking)$/.test(word)) return spoken(scan, end, word);
  const near = text.slice(end, end + 48);
  const link = introduced.has(word)
    ? /^ (?:ich )?/.exec(near)
    : labels.has(word)
      ? /^(?:(?: (?:of|des|der) [\p{L} ]{2,20})?["']?\s?[:=]\s{0,2}["']?| (?:is|ist|lautet|est|es|è) )/u.exec(near)
      : /^(?:(?: ?\/ ?|\()?in\)?)?["']?(?:\s?[:=]\s{0,2}["']?| (?:is |ist |von |by |heißt )?)/.exec(near);
  if (link === null || link[0] === '') return;
  const from = end + link[0].length;
  const name = nameAt(text, from);
  const strong = introduced.has(word) || labels.has(word) || link[0].includes(':');
  if (name !== null) {
    if (strong) emitName(scan, name, labels.has(word) && name.words === 1 && !isKnown(text, name) ? 0.55 : 0.8);
    else if (name.words >= 2) emitName(scan, name, isKnown(text, name) ? 0.8 : 0.5);
  } else if (introduced.has(word) || labels.has(word)) lowerName(scan, from);
}

/** "my name is anna schmidt", as people type in a chat. */
function lowerName(scan: Scan, from: number): void {
  const { text } = scan;
  const end = wordEnd(text, from);
  if (!givenNames.has(text.slice(from, end).toLowerCase())) return;
  const next = text.charAt(end) === ' ' ? wordEnd(text, end + 1) : end;
  const known = surnames.has(text.slice(end + 1, next).toLowerCase());
  scan.emit('PERSON', from, known ? next : end, 0.7);
}

/** "I am Anna Schmidt", "by Anna Schmidt": only where the lists know a part of the name. */
function spoken(scan: Scan, end: number, word: string): void {
  const near = /^(?:'m| am|)(?: hier| here)? /.exec(scan.text.slice(end, end + 10));
  if (near === null || (word === 'i' && near[0] === ' ')) return;
  const name = nameAt(scan.text, end + near[0].length);
  if (name !== null && isKnown(scan.text, name)) emitName(scan, name, 0.75);
}

/** The line below "Mit freundlichen Grüßen" or "Best regards". */
function signature(scan: Scan, end: number): void {
  const gap = /^[,.!]?(?: Grüßen?,?| aus [\p{Lu}][\p{L}]+,?)?[ \t]*(?:\r?\n[ \t]*){1,3}|^, /u.exec(
    scan.text.slice(end, end + 48),
  );
  if (gap === null) return;
  const from = end + gap[0].length;
  const title = /^(?:i\. ?[AV]\. |ppa\. |Dr\. |Prof\. ){0,3}/.exec(scan.text.slice(from, from + 24))?.[0].length ?? 0;
  const name = nameAt(scan.text, from + title);
  if (name !== null && /^(?:[\s,.]|$)/.test(scan.text.slice(name.end, name.end + 1)))
    emitName(scan, name, name.words > 1 ? 0.85 : 0.65);
}

function isKnown(text: string, { start, end }: NameSpan): boolean {
  return text
    .slice(start, end)
    .split(/[ -]/)
    .some((part) => givenNames.has(part.toLowerCase()) || surnames.has(part.toLowerCase()));
}

/** A listed given name: with a surname behind it, or before it and a comma, or by itself when it is nothing else. */
function givenName(scan: Scan, start: number, end: number, word: string): void {
  const { text } = scan;
  const capital = isUpperAt(text, start);
  if (isWordAt(text, start - 1) || '.@/-_#$'.includes(text.charAt(start - 1) || ' ')) return;
  if (
    /^(?:[_@/(=$#]|\.\w|::|-\p{Ll}|:\/|['’]s [A-Z])/u.test(text.slice(end, end + 3)) &&
    !/^['’]s/.test(text.slice(end, end + 2))
  )
    return;
  if (!capital) return lowerPair(scan, start, end, word);
  const upper = end - start > 1 && text.slice(start, end) === text.slice(start, end).toUpperCase();
  const name = nameAt(text, start);
  if (name === null) return;
  const before = wordBefore(text, start);
  const behind = text.slice(end + 1, name.end);
  const surnameKnown = behind.split(/[ -]/).some((part) => surnames.has(part.toLowerCase()));
  const clear = !ambiguousGivenNames.has(word);
  if (upper && !(surnameKnown && behind === behind.toUpperCase())) return;
  if (name.words >= 2) {
    if (surnameKnown) return emitName(scan, name, 0.85);
    return emitName(scan, pairOf(text, name), clear ? 0.7 : 0.45);
  }
  if (
    before !== null &&
    surnames.has(text.slice(before.start, before.end).toLowerCase()) &&
    isUpperAt(text, before.start)
  ) {
    return scan.emit('PERSON', before.start, end, 0.6);
  }
  const lastFirst = /(\p{Lu}[\p{L}-]{1,30}), $/u.exec(text.slice(Math.max(0, start - 34), start))?.[1];
  if (lastFirst !== undefined && surnames.has(lastFirst.toLowerCase())) {
    return scan.emit('PERSON', start - 2 - lastFirst.length, end, 0.75);
  }
  emitName(scan, name, clear ? 0.6 : 0.3);
}

/** Given name and surname when no list knows the surname: a third word is more often something else. */
function pairOf(text: string, name: NameSpan): NameSpan {
  return nameAt(text, name.start, 2) ?? name;
}

/** "anna schmidt" in small letters: both must be on the lists, and the given name nothing else. */
function lowerPair(scan: Scan, start: number, end: number, word: string): void {
  if (ambiguousGivenNames.has(word) || scan.text.charAt(end) !== ' ') return;
  const close = wordEnd(scan.text, end + 1);
  const second = scan.text.slice(end + 1, close);
  if (surnames.has(second) && !notNames.has(second) && second.length > 4) scan.emit('PERSON', start, close, 0.55);
}
