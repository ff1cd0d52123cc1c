import { folded } from './characters.ts';
import type { Recognizer } from './recognizer.ts';

/** What a word of the text means to the scanner. */
export interface DictionaryEntry {
  /** In small letters. */
  readonly word: string;
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
  readonly #byHash = new Map<number, DictionaryEntry[]>();

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

  /** The entry of the word at [start, end), whose hash the caller knows: compared in place, without a substring. */
  find(text: string, start: number, end: number, hash: number): DictionaryEntry | undefined {
    const entries = this.#byHash.get(hash);
    if (entries === undefined) return undefined;
    for (const entry of entries) if (isSame(entry.word, text, start, end)) return entry;
    return undefined;
  }

  #context(name: string): number {
    const number = this.contexts.get(name) ?? this.contexts.size;
    this.contexts.set(name, number);
    return number;
  }

  #entry(word: string): DictionaryEntry {
    const hash = hashOf(word);
    const entries = this.#byHash.get(hash) ?? [];
    const known = entries.find((entry) => entry.word === word);
    if (known !== undefined) return known;
    const entry = { word, contexts: [], callees: [] };
    this.#byHash.set(hash, [...entries, entry]);
    this.slots[slotOf(hash)] = 1;
    return entry;
  }
}

function isSame(word: string, text: string, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let index = 0; index < word.length; index += 1) {
    if (folded[text.charCodeAt(start + index)] !== word.charCodeAt(index)) return false;
  }
  return true;
}

function split(words: string): string[] {
  return words.split(/\s+/).filter((word) => word !== '');
}
