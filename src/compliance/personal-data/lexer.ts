import { classDigit, classes, classMark, classOther, folded } from './characters.ts';

/** What the lexer tells as it walks. */
export interface LexerSink {
  /** A word of letters and digits; `digits` of its characters are digits. */
  word(start: number, end: number, digits: number, hash: number): void;
  /** One of `marks`. */
  mark(index: number, code: number): void;
}

/** Walks once over text[from, to); a word that begins before `to` is taken whole. `from` must not lie within a word. */
export function lex(text: string, from: number, to: number, sink: LexerSink): void {
  const length = text.length;
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
      if (index >= length) break;
      code = text.charCodeAt(index);
      found = classes[code] ?? classOther;
    }
    sink.word(start, index, digits, hash);
  }
}
