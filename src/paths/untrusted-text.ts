/** A text that somebody else wrote, as far as it may be shown. */
export interface DataText {
  text: string;
  /** UTF-16 units taken out because they are invisible or steer what shows the text. */
  removed: number;
}

type Range = readonly [from: number, to: number];

/** What steers a terminal, turns the order of reading, or hides a text from people while a model reads it. */
const stripped: readonly Range[] = [
  [0x00, 0x08], // C0 controls, but tab and newline
  [0x0b, 0x1f],
  [0x7f, 0x9f], // DEL, C1 controls
  [0x061c, 0x061c], // Arabic letter mark
  [0x180e, 0x180e], // Mongolian vowel separator
  [0x200b, 0x200b], // zero width space
  [0x200e, 0x200f], // left-to-right and right-to-left mark
  [0x202a, 0x202e], // bidirectional embeddings and overrides
  [0x2060, 0x206f], // word joiner, invisible operators, bidirectional isolates, deprecated format characters
  [0xfeff, 0xfeff], // byte order mark, zero width no-break space
  [0xfff9, 0xfffb], // interlinear annotation
  [0x1d173, 0x1d17a], // musical format characters
  [0xe0000, 0xe007f], // tags: a whole ASCII alphabet that nobody sees
  [0xe0100, 0xe01ef], // variation selectors supplement: a byte each
];

const hex = (code: number) => `\\u{${code.toString(16)}}`;
const characters = (ranges: readonly Range[]) => ranges.map(([from, to]) => `${hex(from)}-${hex(to)}`).join('');

const esc = hex(0x1b);
const control = `[${hex(0)}-${hex(0x1f)}${hex(0x7f)}-${hex(0x9f)}]`;
const printable = `[^${control.slice(1, -1)}]`;
/** ECMA-48: control sequences; strings (titles, links, device control) with their end; other escapes. */
const ansi = [
  `(?:${esc}\\[|${hex(0x9b)})[0-?]*[ -/]*[@-~]`,
  `(?:${esc}[\\]PX^_]|[${hex(0x90)}${hex(0x98)}${hex(0x9d)}-${hex(0x9f)}])${printable}*(?:${hex(7)}|${esc}\\\\|${hex(0x9c)})`,
  `${esc}[ -/]*[0-~]`,
].join('|');

// \p{Surrogate} matches a lone half alone. One pass over the original: what is taken out never makes two halves a pair.
const unwanted = new RegExp(`${ansi}|[${characters(stripped)}]|\\p{Surrogate}`, 'gu');

/** Scripts whose letters take other forms beside a joiner (Persian and other Arabic, Indic, South-East Asian, Mongolian). */
const joiningScripts = [
  ...['Arab', 'Syrc', 'Nkoo', 'Mand', 'Mong', 'Phag', 'Adlm', 'Rohg'],
  ...['Deva', 'Beng', 'Guru', 'Gujr', 'Orya', 'Taml', 'Telu', 'Knda', 'Mlym', 'Sinh'],
  ...['Khmr', 'Mymr', 'Tibt', 'Thai', 'Laoo', 'Java', 'Bali'],
]
  .map((script) => `\\p{Script=${script}}`)
  .join('');
const joiner = '[\\u200c\\u200d]';
const selector = '[\\ufe00-\\ufe0f]';
// A joiner stays beside a letter that it shapes, and between the parts of an emoji; a selector stays with what it varies.
const strayJoiner = [
  `(?<![${joiningScripts}])(?<!\\p{Extended_Pictographic}\\p{Emoji_Modifier}?\\ufe0f?)${joiner}`,
  `(?<=\\p{Extended_Pictographic}\\p{Emoji_Modifier}?\\ufe0f?)${joiner}(?!\\p{Extended_Pictographic})`,
].join('|');
const straySelector = `(?<![^\\s\\u200c\\u200d\\ufe00-\\ufe0f])${selector}`;
const stray = new RegExp(`${strayJoiner}|${straySelector}`, 'gu');
const trailing = new RegExp(`(?:\\p{Surrogate}|${joiner}|${selector})+$`, 'u');

const cutMark = ' … (cut)';

/**
 * What another system wrote, as data: without control characters (newline and tab stay), terminal sequences, bidirectional
 * controls, and characters that hide a text. Emoji and the joiners of living scripts stay. Never longer than it was.
 *
 * @param maxLength in UTF-16 units; a longer text is cut, with a mark where it has room
 */
export function asData(text: string, maxLength = Number.POSITIVE_INFINITY): DataText {
  const lines = text.replaceAll('\r\n', '\n');
  const clean = lines.replace(unwanted, '').replace(stray, '');
  return { text: capped(clean, maxLength), removed: lines.length - clean.length };
}

/** The same on one line, for errors, findings and logs. @param maxLength in UTF-16 units */
export function asWords(text: string, maxLength: number): string {
  return asData(
    asData(text, 4 * maxLength)
      .text.replace(/\s+/gu, ' ')
      .trim(),
    maxLength,
  ).text;
}

function capped(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const mark = maxLength >= 2 * cutMark.length ? cutMark : '';
  return text.slice(0, maxLength - mark.length).replace(trailing, '') + mark;
}
