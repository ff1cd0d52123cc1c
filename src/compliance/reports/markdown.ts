// An underscore within a word is no emphasis (CommonMark 0.31, 6.2); names of the code are full of them.
const markup = /[\\`*[\]<>|~&]|^#|(?<!\w)_|_(?!\w)/g;

/** Text that may stand in a table's cell or a line: no control character, and nothing that Markdown or HTML would take for markup. */
export function markdownText(value: unknown): string {
  return plainText(value).replace(markup, (character) => `\\${character}`);
}

/** A table; the header's cells are escaped too. */
export function markdownTable(header: readonly string[], rows: readonly (readonly unknown[])[]): string[] {
  const line = (cells: readonly unknown[]) => `| ${cells.map(markdownText).join(' | ')} |`;
  return [line(header), `|${header.map(() => '---|').join('')}`, ...rows.map(line)];
}

/** Lines as a list, escaped. */
export function markdownList(lines: readonly string[]): string[] {
  return lines.map((line) => `- ${markdownText(line)}`);
}

/** Text in a code block, whose fence is longer than any in it. */
export function markdownCode(text: string): string[] {
  const fences = [...text.matchAll(/`{3,}/g)].map(([fence]) => fence.length);
  const fence = '`'.repeat(Math.max(3, ...fences.map((length) => length + 1)));
  return [fence, text.replace(/\n$/, ''), fence];
}

/** A value on one line: numbers with at most three decimals, objects as JSON, nothing as a dash. */
export function plainText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-';
  if (typeof value === 'number') return String(Math.round(value * 1_000) / 1_000);
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}
