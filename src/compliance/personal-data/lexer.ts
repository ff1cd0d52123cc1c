import { classDigit, classes, classMark, classOther, folded } from './characters.ts';

/** What the lexer tells as it walks. */
export interface LexerSink {
  /** A word of letters and digits; `digits` of its characters are digits. */
  word(start: number, end: number, digits: number, hash: number): void;
  /** One of `marks`. */
  mark(index: number, code: number): void;
}

/** What part of the text is walked over. */
export interface LexerBounds {
  /** Not within a word. */
  readonly from: number;
  /** A word that begins before it is taken whole ... */
  readonly to: number;
  /** ... but cut here: a megabyte without a space is nobody's name. */
  readonly stop: number;
}

/** Walks once over text[from, to). */
export function lex(text: string, { from, to, stop }: LexerBounds, sink: LexerSink): void {
  let index = from;
  while (index < to) {
    let code = text.charCodeAt(index);
    let found = classes[code] ?? classOther;
    if (found === classOther) {
      index += 1;
      continue;
    }
    if (found === classMark) {
      sink.mark(index, code);
      index += 1;
      continue;
    }
    const start = index;
    let hash = 0;
    let digits = 0;
    while (found !== classOther && found !== classMark) {
      if (found === classDigit) digits += 1;
      hash = (Math.imul(hash, 31) + (folded[code] ?? 0)) | 0;
      index += 1;
      if (index >= stop) break;
      code = text.charCodeAt(index);
      found = classes[code] ?? classOther;
    }
    sink.word(start, index, digits, hash);
  }
}
