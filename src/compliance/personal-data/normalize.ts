/** A text with look-alike characters made plain, and the way back to the offsets of the original. */
export interface Normalized {
  readonly text: string;
  /** Offset in the original of a start in `text`. */
  readonly startOf: (offset: number) => number;
  /** Offset in the original of an end in `text`. */
  readonly endOf: (offset: number) => number;
  /** Offset in `text` of an offset in the original. */
  readonly offsetOf: (original: number) => number;
}

// Invisible: soft hyphen, zero-width space and joiners, direction marks, word joiner, byte order mark.
const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/;
// Spaces, hyphens, full-width forms and Arabic digits, each replaced by one ASCII character of the same meaning.
const lookalike = /[\u00a0\u2000-\u200a\u202f\u205f\u3000\u2010-\u2015\u2212\uff01-\uff5e\u0660-\u0669\u06f0-\u06f9]/;
const anything = new RegExp(`${invisible.source}|${lookalike.source}`);
const lookalikes = new RegExp(lookalike.source, 'g');
const invisibles = new RegExp(invisible.source, 'g');

const same = (offset: number): number => offset;

/** Linear in the length of the text; an ordinary text is answered as it is. */
export function normalize(text: string): Normalized {
  if (!anything.test(text)) return { text, startOf: same, endOf: same, offsetOf: same };
  const plain = text.replace(lookalikes, plainOf);
  const removed: number[] = [];
  for (const { index } of plain.matchAll(invisibles)) removed.push(index);
  if (removed.length === 0) return { text: plain, startOf: same, endOf: same, offsetOf: same };
  const startOf = (offset: number): number => original(removed, offset);
  return {
    text: plain.replace(invisibles, ''),
    startOf,
    endOf: (offset) => (offset === 0 ? 0 : startOf(offset - 1) + 1),
    offsetOf: (at) => at - removedBefore(removed, at),
  };
}

function plainOf(char: string): string {
  const code = char.charCodeAt(0);
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
  if (code >= 0x660 && code <= 0x669) return String.fromCharCode(code - 0x660 + 0x30);
  if (code >= 0x6f0 && code <= 0x6f9) return String.fromCharCode(code - 0x6f0 + 0x30);
  return (code >= 0x2010 && code <= 0x2015) || code === 0x2212 ? '-' : ' ';
}

/** The original offset: as many are added as were removed at or before it. `removed` is sorted, so it is found by halving. */
function original(removed: readonly number[], offset: number): number {
  let low = 0;
  let high = removed.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((removed[middle] ?? 0) - middle <= offset) low = middle + 1;
    else high = middle;
  }
  return offset + low;
}

function removedBefore(removed: readonly number[], offset: number): number {
  let low = 0;
  let high = removed.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((removed[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
