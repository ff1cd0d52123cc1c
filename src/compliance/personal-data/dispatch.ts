import { type Dictionary, slotOf } from './dictionary.ts';
import type { LexerSink } from './lexer.ts';
import type { Recognizer, Scan, TokenShape } from './recognizer.ts';

const longestLength = 64;
/** Characters behind a token that a shape may ask for. */
const followers = ' .-/+()';
const kinds = followers.length + 1;
const followerOf = new Uint8Array(128);
for (const [index, follower] of [...followers].entries()) followerOf[follower.charCodeAt(0)] = index + 1;

const none: readonly never[] = [];

type AtToken = NonNullable<Recognizer['atToken']>;
type AtChar = NonNullable<Recognizer['atChar']>;

/**
 * Tables from what the lexer sees to the functions that want it, and the sink that looks them up. Functions, not
 * recognizers: reading a method from objects of many shapes costs more than calling it.
 */
export function createDispatch(
  recognizers: readonly Recognizer[],
  dictionary: Dictionary,
  marks: string,
): (scan: Scan, lastCue: Int32Array) => LexerSink {
  const numbers = byShape(recognizers, ({ numbers: shapes }) => shapes);
  const mixed = byShape(recognizers, ({ mixed: shapes }) => shapes);
  const byMark: AtChar[][] = Array.from({ length: 128 }, () => []);
  for (const mark of marks) {
    byMark[mark.charCodeAt(0)] = recognizers.flatMap(({ chars, atChar }) =>
      atChar && chars?.includes(mark) ? [atChar] : [],
    );
  }
  const longs = recognizers.flatMap(({ long, atLong }) => (atLong && long !== undefined ? [{ long, atLong }] : []));
  const shortestLong = Math.min(...longs.map(({ long }) => long));
  const { slots } = dictionary;

  return (scan, lastCue) => ({
    mark: (index, code) => {
      const calls = byMark[code] ?? none;
      for (let at = 0; at < calls.length; at += 1) calls[at]?.(scan, index);
    },
    word: (start, end, digits, hash) => {
      const length = end - start;
      if (digits > 0) {
        const table = digits === length ? numbers : mixed;
        const next = followerOf[scan.text.charCodeAt(end)] ?? 0;
        const calls = table[Math.min(length, longestLength) * kinds + next] ?? none;
        for (let at = 0; at < calls.length; at += 1) calls[at]?.(scan, start, end);
      }
      if (length >= shortestLong) {
        for (let at = 0; at < longs.length; at += 1) {
          const wanted = longs[at];
          if (wanted !== undefined && length >= wanted.long) wanted.atLong(scan, start, end);
        }
      }
      if (length > longestLength || slots[slotOf(hash)] === 0) return;
      const entry = dictionary.find(scan.text, start, end, hash);
      if (entry === undefined) return;
      for (const context of entry.contexts) lastCue[context] = end;
      for (const recognizer of entry.callees) recognizer.atWord?.(scan, start, end, entry.word);
    },
  });
}

/** For each length (64 standing for all above) and each follower (0 for any other), what is called for a token. */
function byShape(
  recognizers: readonly Recognizer[],
  shapesOf: (recognizer: Recognizer) => readonly TokenShape[] | undefined,
): AtToken[][] {
  return Array.from({ length: (longestLength + 1) * kinds }, (_, slot) => {
    const length = Math.floor(slot / kinds);
    const follower = followers.charAt((slot % kinds) - 1);
    const fits = ({ from, to, followedBy }: TokenShape): boolean =>
      length >= from &&
      length <= to &&
      (followedBy === undefined || (follower !== '' && followedBy.includes(follower)));
    return recognizers.flatMap((recognizer) =>
      recognizer.atToken && shapesOf(recognizer)?.some(fits) ? [recognizer.atToken] : [],
    );
  });
}
