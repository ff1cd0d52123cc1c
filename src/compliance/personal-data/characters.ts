/** Classes of UTF-16 code units for the lexer. Letters and digits form words; marks call a recognizer. */
export const classOther = 0;
export const classLower = 1;
export const classUpper = 2;
export const classDigit = 3;
export const classMark = 4;

/** Punctuation that a recognizer may subscribe to. */
export const marks = '@:-.';

// Latin with its extensions, combining marks, Greek and Cyrillic. Other scripts form no words: no cue or name list has them.
const letterRanges: readonly (readonly [number, number])[] = [
  [0xaa, 0xaa],
  [0xb5, 0xb5],
  [0xba, 0xba],
  [0xc0, 0x52f],
  [0x1e00, 0x1fff],
];

/** One entry a code unit, so that the lexer has no branch for what is not ASCII. */
export const classes = new Uint8Array(65_536);
/** The small letter of each code unit. */
export const folded = new Uint16Array(65_536);

function fill(code: number): void {
  const letter = String.fromCharCode(code);
  const lower = letter.toLowerCase();
  classes[code] = lower === letter ? classLower : classUpper;
  folded[code] = lower.length === 1 ? lower.charCodeAt(0) : code;
}

for (let code = 0; code < 65_536; code += 1) folded[code] = code;
for (const [from, to] of letterRanges) for (let code = from; code <= to; code += 1) fill(code);
classes[0xd7] = classOther; // multiplication sign
classes[0xf7] = classOther; // division sign
for (let code = 0x61; code <= 0x7a; code += 1) fill(code);
for (let code = 0x41; code <= 0x5a; code += 1) fill(code);
for (let code = 0x30; code <= 0x39; code += 1) classes[code] = classDigit;
for (const mark of marks) classes[mark.charCodeAt(0)] = classMark;

/** Whether the code unit (NaN beyond the text) is a letter or a digit. */
export function isWordCode(code: number): boolean {
  const found = classes[code];
  return found !== undefined && found !== classOther && found !== classMark;
}

/** Whether the character at `index` is a letter, a digit or `_`; false outside the text. */
export function isWordAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code === 0x5f || isWordCode(code);
}

export function isDigitAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0x30 && code <= 0x39;
}

export function isUpperAt(text: string, index: number): boolean {
  return classes[text.charCodeAt(index)] === classUpper;
}

/** Whether no longer identifier goes on up to `start`. */
export function beginsAlone(text: string, start: number): boolean {
  return !isWordAt(text, start - 1) && !joined(text, start - 1, -1);
}

/** Whether nothing that belongs to a longer identifier touches [start, end). */
export function standsAlone(text: string, start: number, end: number): boolean {
  return !isWordAt(text, start - 1) && !isWordAt(text, end) && !joined(text, start - 1, -1) && !joined(text, end, 1);
}

/** A `-`, `.`, `/` or `_` with a letter or digit behind it: the token goes on (a UUID, a decimal, a path). */
function joined(text: string, index: number, step: number): boolean {
  const code = text.charCodeAt(index);
  return (code === 0x2d || code === 0x2e || code === 0x2f) && isWordAt(text, index + step);
}
