import { isUpperAt } from '../characters.ts';
import type { Recognizer, Scan } from '../recognizer.ts';
import { givenNames } from '../words/given-names.ts';
import { clearSurnames } from '../words/surnames.ts';
import { behindOpener, behindPresenter, behindTitle, openers, presenters, titles } from './person-cues.ts';
import { endedSurname, givenName, middleInitial, surname } from './person-lists.ts';
import type { NameGuess } from './person-words.ts';

type Reading = (scan: Scan, start: number, end: number, word: string) => NameGuess | null;

const letters = 'a b c d e f g h i j k l m n o p q r s t u v w x y z';
const readings: readonly { words: ReadonlySet<string>; read: Reading }[] = [
  { words: new Set(titles.split(' ')), read: behindTitle },
  { words: new Set(openers.split(' ')), read: behindOpener },
  { words: new Set(presenters.split(' ')), read: behindPresenter },
  { words: new Set(letters.split(' ')), read: middleInitial },
  { words: givenNames, read: givenName },
  { words: new Set(clearSurnames.filter((name) => !givenNames.has(name))), read: surname },
];

const readingsOf = new Map<string, Reading[]>();
for (const { words, read } of readings) {
  for (const word of words) readingsOf.set(word, [...(readingsOf.get(word) ?? []), read]);
}

/** Names behind titles ("Frau Dr. Schmidt"), in openings and signatures, behind labels, and from lists of names. */
export const person: Recognizer = {
  types: ['PERSON'],
  cues: { german: 'der die das und ist ein eine nicht mit den dem von auf im zu' },
  words: [...readingsOf.keys()].join(' '),
  long: 5,
  atLong: (scan, start, end) => {
    if (end - start > 24 || !isUpperAt(scan.text, start) || scan.reached('name', start)) return;
    emit(scan, endedSurname(scan, start, end));
  },
  atWord: (scan, start, end, word) => {
    if (scan.reached('name', start)) return;
    for (const read of readingsOf.get(word) ?? []) {
      emit(scan, read(scan, start, end, word));
    }
  },
};

function emit(scan: Scan, guess: NameGuess | null): void {
  if (guess === null) return;
  // Two guesses that share a word: the first has it, unless the second is the surer.
  if (guess.confidence < 0.6 && scan.reached('name', guess.start)) return;
  scan.emit('PERSON', guess.start, guess.end, guess.confidence);
  if (guess.confidence >= 0.5) scan.reach('name', guess.end);
}
