// A cell that a spreadsheet would take for a formula; tab and carriage return lead to one too (OWASP, "CSV Injection").
const formula = /^[=+\-@\t\r]/;

/** A document of RFC 4180, with its header line: commas, CRLF, quotes where they are needed. */
export function csvDocument(header: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return [header, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

/** Numbers and nothing stand as they are; a text that begins like a formula gets an apostrophe before it. */
function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const guarded = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
