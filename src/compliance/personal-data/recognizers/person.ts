import type { Recognizer, Scan } from '../recognizer.ts';
import { givenNames } from '../words/given-names.ts';
import { clearSurnames } from '../words/surnames.ts';
import { behindOpener, behindPresenter, behindTitle, openers, presenters, titles } from './person-cues.ts';
import { givenName, surname } from './person-lists.ts';
import type { NameGuess } from './person-words.ts';

type Reading = (scan: Scan, start: number, end: number, word: string) => NameGuess | null;

const readings: readonly { words: ReadonlySet<string>; read: Reading }[] = [
  { words: new Set(titles.split(' ')), read: behindTitle },
  { words: new Set(openers.split(' ')), read: behindOpener },
  { words: new Set(presenters.split(' ')), read: behindPresenter },
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
  words: [...readingsOf.keys()].join(' '),
  atWord: (scan, start, end, word) => {
    if (scan.reached('name', start)) return;
    for (const read of readingsOf.get(word) ?? []) {
      const guess = read(scan, start, end, word);
      if (guess === null) continue;
      scan.emit('PERSON', guess.start, guess.end, guess.confidence);
      if (guess.confidence >= 0.6) scan.reach('name', guess.end);
    }
  },
};
