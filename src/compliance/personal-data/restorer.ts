import { cutTokenStart, replaceTokens, type TokenMap } from './tokens.ts';

/** Puts values back for their tokens in what a model answered. A token that the operation did not make stays as it is. */
export interface Restorer {
  /** A whole text. */
  restore(text: string): string;
  /** The strings of a JSON value at any depth, keys included. The value itself is not changed. */
  restoreValue(value: unknown): unknown;
  /** A new restorer for a text that comes in pieces. */
  stream(): RestoringStream;
}

export interface RestoringStream {
  /** What can be passed on after this piece: all but the start of a token that may go on. */
  push(piece: string): string;
  /** What was held back, at the end of the text. */
  flush(): string;
}

export function createRestorer(tokens: TokenMap): Restorer {
  const restore = (text: string): string =>
    tokens.size === 0 ? text : replaceTokens(text, (key) => tokens.valueOf(key));
  return {
    restore,
    restoreValue: (value) => (tokens.size === 0 ? value : mapStrings(value, restore)),
    stream: () => createStream(restore),
  };
}

function createStream(restore: (text: string) => string): RestoringStream {
  let held = '';
  return {
    push: (piece) => {
      const text = held + piece;
      const cut = cutTokenStart(text);
      held = text.slice(cut);
      return restore(text.slice(0, cut));
    },
    flush: () => {
      const rest = held;
      held = '';
      return restore(rest);
    },
  };
}

function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item: unknown) => mapStrings(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change)]));
}
