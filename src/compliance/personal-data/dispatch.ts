import type { Dictionary } from './dictionary.ts';
import { slotOf } from './dictionary.ts';
import type { LexerSink } from './lexer.ts';
import type { Recognizer, Scan } from './recognizer.ts';

const longestLength = 64;

/** Tables from what the lexer sees to the recognizers that want it, and the sink that looks them up. */
export function createDispatch(
  recognizers: readonly Recognizer[],
  dictionary: Dictionary,
  marks: string,
): (scan: Scan, lastCue: Int32Array) => LexerSink {
  const numbers = byLength(recognizers, ({ numbers: range }) => range);
  const mixed = byLength(recognizers, ({ mixed: range }) => range);
  const byMark: Recognizer[][] = Array.from({ length: 128 }, () => []);
  for (const mark of marks) {
    byMark[mark.charCodeAt(0)] = recognizers.filter(({ chars }) => chars?.includes(mark));
  }
  const longs = recognizers.filter(({ long }) => long !== undefined);
  const shortestLong = Math.min(...longs.map(({ long }) => long ?? 0));
  const { slots } = dictionary;

  return (scan, lastCue) => ({
    mark: (index, code) => {
      for (const recognizer of byMark[code] ?? []) recognizer.atChar?.(scan, index);
    },
    word: (start, end, digits, hash) => {
      const length = end - start;
      if (digits > 0) {
        const table = digits === length ? numbers : mixed;
        for (const recognizer of table[Math.min(length, longestLength)] ?? []) recognizer.atToken?.(scan, start, end);
      }
      if (length >= shortestLong) {
        for (const recognizer of longs) if (length >= (recognizer.long ?? 0)) recognizer.atLong?.(scan, start, end);
      }
      if (length > longestLength || slots[slotOf(hash)] === 0) return;
      const word = scan.text.slice(start, end).toLowerCase();
      const entry = dictionary.get(word);
      if (entry === undefined) return;
      for (const context of entry.contexts) lastCue[context] = end;
      for (const recognizer of entry.callees) recognizer.atWord?.(scan, start, end, word);
    },
  });
}

/** For each length, 64 standing for all above, the recognizers whose range holds it. */
function byLength(
  recognizers: readonly Recognizer[],
  rangeOf: (recognizer: Recognizer) => readonly [number, number] | undefined,
): Recognizer[][] {
  return Array.from({ length: longestLength + 1 }, (_, length) =>
    recognizers.filter((recognizer) => {
      const range = rangeOf(recognizer);
      return range !== undefined && length >= range[0] && length <= range[1];
    }),
  );
}
