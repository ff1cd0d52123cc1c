import { isUpperAt, isWordAt } from '../characters.ts';
import type { Scan } from '../recognizer.ts';
import { givenNames } from '../words/given-names.ts';
import { notNames } from '../words/not-names.ts';
import { surnames } from '../words/surnames.ts';
import { isKnownName, isOther, type NameGuess, type NameSpan, nameAt, wordBefore, wordEnd } from './person-words.ts';

export const titles =
  'herr herrn hr frau fr fräulein familie dr prof mr mrs ms miss mx sir dame monsieur madame mme mlle señor señora sra srta signor signora sig dott ' +
  'senhor senhora heer dhr mevr meneer mevrouw pan pani fru herra doctor doktor professor frl';
/** Titles that are also words or abbreviations of others: they need their full stop. */
const dotted = new Set('hr fr dr prof mr mrs ms sig sra srta dott dhr mevr'.split(' '));
/** Titles that their languages write small. */
const small = new Set('signora señora señor signor senhor senhora heer mevrouw meneer'.split(' '));

export const openers =
  'dear hello hi hey liebe lieber hallo cher chère estimado estimada querido querida caro cara gentile egregio beste servus moin';

const introduced = new Set(
  'namen heiße heisse heißt appelle llamo chiamo named called calls call nennt nennen'.split(' '),
);
const closings = new Set('sincerely regards grüßen grüße gruß cordialement saludos saluti freundlichen'.split(' '));
const labels = new Set('name nome nombre nom vorname nachname firstname lastname surname fullname'.split(' '));
const speakers = new Set('i bin soy sono suis by spricht speaking'.split(' '));
const roles =
  'patient patientin patienten kunde kundin client customer mitarbeiter mitarbeiterin ansprechpartner ansprechpartnerin kontaktperson bewerber ' +
  'bewerberin antragsteller antragstellerin versicherter versicherte employee applicant tenant mieter mieterin vermieter kontoinhaber inhaber ' +
  'cardholder karteninhaber holder empfänger absender recipient sender beneficiary contact kontakt signed unterzeichnet gez gezeichnet attn attention ' +
  'geschäftsführer geschäftsführerin titular paciente paziente cliente author autor autorin assignee reviewer approver owner reporter bearbeiter ' +
  'participant teilnehmer witness zeuge nurse supervisor manager user caller anrufer anruferin producer songwriter director directed written actor ' +
  'actress singer founder ceo cto cfo coach colleague friend boss neighbour neighbor brother sister teacher lawyer engineer guest assistant starring ' +
  'cc bcc commenter professor firstname1 participants teilnehmerin nutzer nutzerin student studentin schüler schülerin';
/** What only people do: a name before it needs no list. */
const deeds =
  'lives lived resides shouted whispered smiled laughed nodded sighed cried yelled married giggled replied shrugged wohnt works is had will spent listed sadly';
const deedForm: Readonly<Record<string, RegExp>> = {
  works: /^ (?:at|as|for|in|there|here|with)(?![\p{L}])/u,
  is: /^ (?:from|very|a \d+|\d+ years|my|our|his|her|married|not available|on (?:vacation|leave|sick)|working|living|calling)(?![\p{L}])/u,
  had: /^ (?:given|told|asked|been)(?![\p{L}])/u,
  will: /^ (?:be|call|arrive|send|contact|meet)(?![\p{L}])/u,
  spent: /^ (?:a|the|two|three|his|her|many)(?![\p{L}])/u,
  listed: /^ (?:his|her)(?![\p{L}])/u,
};
const quoting = 'says said sagt sagte fragte asked explained meint';
export const presenters = [introduced, closings, labels, speakers]
  .map((words) => [...words].join(' '))
  .concat(roles, deeds, quoting)
  .join(' ');

const guess = (name: NameSpan | null, confidence: number): NameGuess | null =>
  name === null ? null : { start: name.start, end: name.end, confidence };

export function behindTitle(scan: Scan, start: number, end: number, word: string): NameGuess | null {
  const { text } = scan;
  if (!isUpperAt(text, start) && !small.has(word)) return smallTitle(scan, start, end, word);
  const abbreviation = /^(?:Mr|Mrs|Ms|Dr|Prof)$/.test(text.slice(start, end));
  if (dotted.has(word) && text.charAt(end) !== '.' && !abbreviation) return null;
  const further =
    /^\.? ?(?:(?:Dr|Prof|Dipl|Ing|med|rer|nat|phil|jur|h\. ?c|Herr|Frau|PD|Mag|Doctor|Doktor|Professor)\.?[- ]{1,2}){0,5}/;
  const from = end + (further.exec(text.slice(end, end + 48))?.[0].length ?? 0);
  const name = from === end ? null : nameAt(text, from);
  if (name === null) scan.reach('name', from); // a row of titles is read once
  if (name === null) return null;
  // "Mr." and "Dr." have one form: they go with the name. "Herrn" and "Frau" stay, for the grammar around the token.
  return { start: wholeTitles.has(word) ? start : withDoctor(text, end, from), end: name.end, confidence: 0.9 };
}

const wholeTitles = new Set('dr prof mr mrs ms miss mx doctor professor'.split(' '));

/** The start of "Dr." behind "Herr", or of the name. */
function withDoctor(text: string, end: number, from: number): number {
  const at = text.slice(end, from).search(/(?:Dr|Prof)\.?/);
  return at < 0 ? from : end + at;
}

/** "mr. hurst" in small letters. */
function smallTitle({ text }: Scan, start: number, end: number, word: string): NameGuess | null {
  if (!/^(?:mr|mrs|ms|dr|prof)$/.test(word) || !text.startsWith('. ', end)) return null;
  const first = wordEnd(text, end + 2);
  const value = text.slice(end + 2, first);
  if (!/^\p{Ll}{2,}$/u.test(value) || notNames.has(value)) return null;
  const next = text.charAt(first) === ' ' ? wordEnd(text, first + 1) : first;
  const isPair =
    isKnownName(text, { start: first + 1, end: next, pairEnd: next, words: 1 }) &&
    !notNames.has(text.slice(first + 1, next));
  return { start, end: isPair && next > first + 1 ? next : first, confidence: 0.65 };
}

/** "Dear Anna," and "Hallo Thomas!": a greeting ends there, while "Hello World Cup fans" goes on. */
export function behindOpener({ text }: Scan, start: number, end: number): NameGuess | null {
  if (text.charAt(end) !== ' ' || !isUpperAt(text, start)) return null;
  const name = nameAt(text, end + 1);
  return name !== null && /^(?:[,!:.]|\s*\n|$| -| –)/.test(text.slice(name.end, name.end + 2))
    ? guess(name, 0.75)
    : null;
}

const isDeed = new Set(deeds.split(' '));
const isQuoting = new Set(quoting.split(' '));

/** Labels and cues that a window of 16,384 characters is read behind. */
const mostPresenters = 512;

export function behindPresenter(scan: Scan, start: number, end: number, word: string): NameGuess | null {
  if (isDeed.has(word)) return beforeDeed(scan, start, end, word);
  if (isQuoting.has(word)) return behindQuote(scan.text, start, end);
  if (closings.has(word)) return signature(scan.text, end);
  if (speakers.has(word)) return spoken(scan.text, end, word);
  if (!scan.closer('presenter', mostPresenters)) return null; // what the lists know is found without it
  const near = scan.text.slice(end, end + 48);
  if (introduced.has(word))
    return introduction(
      scan.text,
      end + (/^ (?:(?:ich|me|him|her|it|them|mich|ihn|sie) )?/.exec(near)?.[0].length ?? 0),
      end,
      /^(?:named|called|calls?|heißt|nenn)/.test(word) ? word : undefined,
    );
  if (labels.has(word)) return label(scan.text, end, near);
  return role(
    scan.text,
    end,
    near,
    !isUpperAt(scan.text, start) || /^(?:patient|versichert|kund|mitarbeit)/.test(word),
  );
}

const namesBefore =
  /(?:^|[\n.!?:;"“(>,] {0,2}|(?:^|[^\p{L}])(?:that|and|because|since|when|if|but|where|while|as|dass|weil|und|hat|ob|wenn|denn) )((?:\p{Lu}[\p{Ll}\p{M}’'-]{1,24}(?:-\p{Lu}\p{Ll}{1,24})?)(?: (?:(?:von|van|de|der|den|zu|ten|ter|da|di|del|dos) ){0,2}(?:\p{Lu}[\p{L}\p{M}’'-]{1,24}|\p{Lu}\.?)){0,2}) $/u;
const noName =
  /^(?:Nobody|Everyone|Everybody|Someone|Somebody|Anyone|Anybody|Mother|Father|Mom|Mum|Dad|Jeder|Jemand|Niemand|Keiner|Mutter|Vater|Children|People|Life|God|One|Each|Another|Today|Tomorrow|Yesterday|Everything|Something|Nothing|Email|Work|Time|Access|Data|Support|Water|Music|English|German|French|Spanish|Italian)(?![\p{L}])/u;

/** "Xiomara Quandthoff lives in", "Oyelaran shouted": at the start of a clause. */
function beforeDeed({ text }: Scan, start: number, end: number, word: string): NameGuess | null {
  if (text.charAt(start - 1) !== ' ' || !isWordAt(text, start - 2) || isUpperAt(text, start)) return null;
  const more = deedForm[word];
  if (more !== undefined && !more.test(text.slice(end, end + 16))) return null;
  const last = wordBefore(text, start);
  if (last === null || !(isUpperAt(text, last.start) || text.charAt(start - 2) === '.')) return null;
  const slice = text.slice(Math.max(0, start - 64), start);
  const name = namesBefore.exec(slice)?.[1];
  if (name === undefined || noName.test(name)) return null;
  const parts = name.split(' ');
  if (parts.some((part) => notNames.has(part.toLowerCase()))) return null;
  const span = { start: start - 1 - name.length, end: start - 1, pairEnd: start - 1, words: parts.length };
  if (isOther(text, span.start, span.end)) return null;
  const isKnown = isKnownName(text, span);
  if (word === 'wohnt' || word === 'is' || word === 'will' || word === 'had')
    return guess(
      span,
      isKnown || (word === 'is' && parts.length === 1 && /^ (?:from|very) /.test(text.slice(end, end + 6)))
        ? 0.65
        : 0.45,
    );
  return guess(span, isKnown ? 0.7 : 0.55);
}

/** `," says Xiomara Quandthoff`: behind a quotation. */
function behindQuote(text: string, start: number, end: number): NameGuess | null {
  if (!/["”“'’»«!?,] $/.test(text.slice(Math.max(0, start - 2), start)) || text.charAt(end) !== ' ') return null;
  const name = nameAt(text, end + 1);
  if (name === null || isOther(text, name.start, name.end)) return null;
  return guess(name, isKnownName(text, name) ? 0.75 : 0.55);
}

/** "ich heiße Anna Schmidt", and in small letters where the list knows the name. */
function introduction(text: string, from: number, end: number, word?: string): NameGuess | null {
  if (from === end) return null;
  const name = nameAt(text, from);
  if (name === null) return lowerName(text, from);
  // "the tool is called Kafka": what others are called is a person where a list or two words say so.
  const isOthers = word !== undefined && !/ (?:me|him|her|mich|ihn|sie) (?:ich )?$/.test(text.slice(end, from));
  return guess(name, isOthers && !isKnownName(text, name) ? (name.words > 1 ? 0.5 : 0.4) : 0.8);
}

/** "Name: Schmidt", "my name is Anna". */
function label(text: string, end: number, near: string): NameGuess | null {
  const link =
    /^(?:(?: (?:of|des|der) [\p{L} ]{2,20})?[*_"'<>/]{0,3}\s?[:=][*_"'\s]{0,4}| (?:is|ist|lautet|est|es|è) |>|(?: on the account)?\?["”]? (?:\p{Lu}\p{Ll}+: )?)/u.exec(
      near,
    );
  if (link === null)
    return /^ \p{Lu}/u.test(near) && /['’]s (?:full |real )?name$/.test(text.slice(Math.max(0, end - 20), end))
      ? guess(nameAt(text, end + 1), 0.6)
      : null;
  const from = end + link[0].length;
  const name = nameAt(text, from);
  if (name === null)
    return lowerName(
      text,
      from,
      / (?:is|ist|lautet|est|es|è) $/.test(link[0]) && owned.test(text.slice(Math.max(0, end - 24), end)),
    );
  return guess(name, name.words === 1 && !isKnownName(text, name) ? 0.55 : 0.8);
}

/** "Patient: Quandthoff", "Kundin Anna Schmidt", "assignee: …". */
function role(text: string, end: number, near: string, isSmallRole: boolean): NameGuess | null {
  const link = /^(?:(?: ?\/ ?|\()?in\)?)?[*_"']{0,3}(?:\s?[:=][*_"'\s]{0,4}| (?:is |ist |von |by |heißt )?)/.exec(near);
  if (link === null) return null;
  const name = nameAt(text, end + link[0].length);
  if (name === null) return null;
  const known = isKnownName(text, name);
  if (link[0].includes(':') || link[0].includes('=')) return guess(name, known ? 0.8 : name.words > 1 ? 0.7 : 0.5);
  if (name.words < 2 || isOther(text, name.start, name.end)) return null;
  return guess(name, known ? 0.8 : isSmallRole ? 0.5 : 0.4);
}

const owned = /\b(?:my|his|her|their|first|last|maiden|middle|full|mein|sein|ihr) name$/i;
const noLowerName =
  /^(?:unknown|required|missing|blank|empty|correct|wrong|misspelled|listed|hidden|unique|taken|invalid|valid|secret|private|confidential|legion|falsch|unbekannt|richtig)$/;

/** "my name is anna schmidt", as people type in a chat. */
function lowerName(text: string, from: number, isOwned = false): NameGuess | null {
  const end = wordEnd(text, from);
  const first = text.slice(from, end);
  if (!givenNames.has(first.toLowerCase())) {
    const isName =
      isOwned &&
      /^\p{Ll}{3,}$/u.test(first) &&
      !notNames.has(first) &&
      !noLowerName.test(first) &&
      /^(?:[.,!?\n]|$| and )/.test(text.slice(end, end + 5));
    return isName ? { start: from, end, confidence: 0.55 } : null;
  }
  const next = text.charAt(end) === ' ' ? wordEnd(text, end + 1) : end;
  const known = surnames.has(text.slice(end + 1, next).toLowerCase());
  return { start: from, end: known ? next : end, confidence: 0.7 };
}

/** "I am Anna Schmidt", "approved by Xiomara Quandthoff": both words unknown is weak, but two capitals behind "by" are seldom else. */
function spoken(text: string, end: number, word: string): NameGuess | null {
  const near = /^(?:['’]m| am|:|)(?: hier| here)? /.exec(text.slice(end, end + 10));
  if (near === null || (word === 'i' && near[0] === ' ')) return null;
  const name = nameAt(text, end + near[0].length);
  if (name === null || isOther(text, name.start, name.end)) return null;
  if (isKnownName(text, name)) return guess(name, 0.75);
  const isPair = name.words > 1 && (near[0].startsWith(':') || (word === 'i' && near[0] !== ' '));
  return isPair ? guess(name, 0.6) : null;
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
