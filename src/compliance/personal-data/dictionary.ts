import { folded } from './characters.ts';
import type { Recognizer } from './recognizer.ts';

/** What a word of the text means to the scanner. */
export interface DictionaryEntry {
  /** Numbers of the contexts that the word is a cue of. */
  contexts: number[];
  /** Recognizers that are called at the word. */
  callees: Recognizer[];
}

/** The hash that the lexer computes while it walks over a word. */
export function hashOf(word: string): number {
  let hash = 0;
  for (let index = 0; index < word.length; index += 1) {
    hash = (Math.imul(hash, 31) + (folded[word.charCodeAt(index)] ?? 0)) | 0;
  }
  return hash;
}

export const slotOf = (hash: number): number => (hash ^ (hash >>> 15)) & 0x1ffff;

/**
 * All cue words and name lists in one table. `slots` says by hash alone that a word is in none, which is the answer for
 * most words of a text, before a substring is made.
 */
export class Dictionary {
  readonly slots = new Uint8Array(0x20000);
  readonly contexts = new Map<string, number>();
  readonly #entries = new Map<string, DictionaryEntry>();

  constructor(recognizers: readonly Recognizer[]) {
    for (const recognizer of recognizers) {
      for (const [context, words] of Object.entries(recognizer.cues ?? {})) {
        const number = this.#context(context);
        for (const word of split(words)) this.#entry(word).contexts.push(number);
      }
      for (const word of split(recognizer.words ?? '')) {
        const { callees } = this.#entry(word);
        if (!callees.includes(recognizer)) callees.push(recognizer);
      }
    }
  }

  get(word: string): DictionaryEntry | undefined {
    return this.#entries.get(word);
  }

  #context(name: string): number {
    const number = this.contexts.get(name) ?? this.contexts.size;
    this.contexts.set(name, number);
    return number;
  }

  #entry(word: string): DictionaryEntry {
    const entry = this.#entries.get(word) ?? { contexts: [], callees: [] };
    this.#entries.set(word, entry);
    this.slots[slotOf(hashOf(word))] = 1;
    return entry;
  }
}

function split(words: string): string[] {
  return words.split(/\s+/).filter((word) => word !== '');
}
