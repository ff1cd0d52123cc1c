import { isUpperAt } from '../characters.ts';
import type { Scan } from '../recognizer.ts';
import { givenNames } from '../words/given-names.ts';
import { surnames } from '../words/surnames.ts';
import { isKnownName, type NameGuess, type NameSpan, nameAt, wordEnd } from './person-words.ts';

export const titles =
  'herr herrn hr frau fr fräulein familie dr prof mr mrs ms miss mx sir dame monsieur madame mme mlle señor señora sra srta signor signora sig dott ' +
  'senhor senhora heer dhr mevr meneer mevrouw pan pani fru herra doctor doktor professor frl';
/** Titles that are also words or abbreviations of others: they need their full stop. */
const dotted = new Set('hr fr dr prof mr mrs ms sig sra srta dott dhr mevr'.split(' '));
/** Titles that their languages write small. */
const small = new Set('signora señora señor signor senhor senhora heer mevrouw meneer'.split(' '));

export const openers =
  'dear hello hi hey liebe lieber hallo cher chère estimado estimada querido querida caro cara gentile egregio beste servus moin';

const introduced = new Set('namen heiße heisse heißt appelle llamo chiamo named called'.split(' '));
const closings = new Set('sincerely regards grüßen grüße gruß cordialement saludos saluti freundlichen'.split(' '));
const labels = new Set('name nome nombre nom vorname nachname firstname lastname surname fullname'.split(' '));
const speakers = new Set('i bin soy sono suis by spricht speaking'.split(' '));
const roles =
  'patient patientin patienten kunde kundin client customer mitarbeiter mitarbeiterin ansprechpartner ansprechpartnerin kontaktperson bewerber ' +
  'bewerberin antragsteller antragstellerin versicherter versicherte employee applicant tenant mieter mieterin vermieter kontoinhaber inhaber ' +
  'cardholder karteninhaber holder empfänger absender recipient sender beneficiary contact kontakt signed unterzeichnet gez gezeichnet attn attention ' +
  'geschäftsführer geschäftsführerin titular paciente paziente cliente author autor autorin assignee reviewer approver owner reporter bearbeiter ' +
  'participant teilnehmer witness zeuge nurse supervisor manager';
export const presenters = [introduced, closings, labels, speakers]
  .map((words) => [...words].join(' '))
  .concat(roles)
  .join(' ');

const guess = (name: NameSpan | null, confidence: number): NameGuess | null =>
  name === null ? null : { start: name.start, end: name.end, confidence };

export function behindTitle(scan: Scan, start: number, end: number, word: string): NameGuess | null {
  const { text } = scan;
  if (!isUpperAt(text, start) && !small.has(word)) return null;
  const abbreviation = /^(?:Mr|Mrs|Ms|Dr|Prof)$/.test(text.slice(start, end));
  if (dotted.has(word) && text.charAt(end) !== '.' && !abbreviation) return null;
  const further =
    /^\.? ?(?:(?:Dr|Prof|Dipl|Ing|med|rer|nat|phil|jur|h\. ?c|Herr|Frau|PD|Mag|Doctor|Doktor|Professor)\.?[- ]{1,2}){0,5}/;
  const from = end + (further.exec(text.slice(end, end + 48))?.[0].length ?? 0);
  const name = from === end ? null : nameAt(text, from);
  if (name === null) scan.reach('name', from); // a row of titles is read once
  return guess(name, 0.9);
}

/** "Dear Anna," and "Hallo Thomas!": a greeting ends there, while "Hello World Cup fans" goes on. */
export function behindOpener({ text }: Scan, start: number, end: number): NameGuess | null {
  if (text.charAt(end) !== ' ' || !isUpperAt(text, start)) return null;
  const name = nameAt(text, end + 1);
  return name !== null && /^(?:[,!:.]|\s*\n|$| -| –)/.test(text.slice(name.end, name.end + 2))
    ? guess(name, 0.75)
    : null;
}

export function behindPresenter(scan: Scan, _start: number, end: number, word: string): NameGuess | null {
  if (closings.has(word)) return signature(scan.text, end);
  if (speakers.has(word)) return spoken(scan.text, end, word);
  const near = scan.text.slice(end, end + 48);
  if (introduced.has(word)) return introduction(scan.text, end + (/^ (?:ich )?/.exec(near)?.[0].length ?? 0), end);
  return labels.has(word) ? label(scan.text, end, near) : role(scan.text, end, near);
}

/** "ich heiße Anna Schmidt", and in small letters where the list knows the name. */
function introduction(text: string, from: number, end: number): NameGuess | null {
  if (from === end) return null;
  const name = nameAt(text, from);
  return name === null ? lowerName(text, from) : guess(name, 0.8);
}

/** "Name: Schmidt", "my name is Anna". */
function label(text: string, end: number, near: string): NameGuess | null {
  const link =
    /^(?:(?: (?:of|des|der) [\p{L} ]{2,20})?[*_"'<>/]{0,3}\s?[:=][*_"'\s]{0,4}| (?:is|ist|lautet|est|es|è) |>)/u.exec(
      near,
    );
  if (link === null) return null;
  const from = end + link[0].length;
  const name = nameAt(text, from);
  if (name === null) return lowerName(text, from);
  return guess(name, name.words === 1 && !isKnownName(text, name) ? 0.55 : 0.8);
}

/** "Patient: Quandthoff", "Kundin Anna Schmidt", "assignee: …". */
function role(text: string, end: number, near: string): NameGuess | null {
  const link = /^(?:(?: ?\/ ?|\()?in\)?)?[*_"']{0,3}(?:\s?[:=][*_"'\s]{0,4}| (?:is |ist |von |by |heißt )?)/.exec(near);
  if (link === null) return null;
  const name = nameAt(text, end + link[0].length);
  if (name === null) return null;
  const known = isKnownName(text, name);
  if (link[0].includes(':') || link[0].includes('=')) return guess(name, known ? 0.8 : name.words > 1 ? 0.7 : 0.5);
  return name.words < 2 ? null : guess(name, known ? 0.8 : 0.5);
}

/** "my name is anna schmidt", as people type in a chat. */
function lowerName(text: string, from: number): NameGuess | null {
  const end = wordEnd(text, from);
  if (!givenNames.has(text.slice(from, end).toLowerCase())) return null;
  const next = text.charAt(end) === ' ' ? wordEnd(text, end + 1) : end;
  const known = surnames.has(text.slice(end + 1, next).toLowerCase());
  return { start: from, end: known ? next : end, confidence: 0.7 };
}

/** "I am Anna Schmidt", "approved by Xiomara Quandthoff": both words unknown is weak, but two capitals behind "by" are seldom else. */
function spoken(text: string, end: number, word: string): NameGuess | null {
  const near = /^(?:'m| am|)(?: hier| here)? /.exec(text.slice(end, end + 10));
  if (near === null || (word === 'i' && near[0] === ' ')) return null;
  const name = nameAt(text, end + near[0].length);
  return name !== null && isKnownName(text, name) ? guess(name, 0.75) : null;
}

/** The line below "Mit freundlichen Grüßen" or "Best regards". */
function signature(text: string, end: number): NameGuess | null {
  const gap = /^[,.!]?(?: Grüßen?,?| aus \p{Lu}\p{L}+,?)?[ \t]*(?:\r?\n[ \t]*){1,3}|^, /u.exec(
    text.slice(end, end + 48),
  );
  if (gap === null) return null;
  const from = end + gap[0].length;
  const title = /^(?:i\. ?[AV]\. |ppa\. |Dr\. |Prof\. ){0,3}/.exec(text.slice(from, from + 24))?.[0].length ?? 0;
  const name = nameAt(text, from + title);
  const ends = name !== null && /^(?:[\s,.]|$)/.test(text.charAt(name.end));
  return ends ? guess(name, name.words > 1 ? 0.85 : 0.65) : null;
}
