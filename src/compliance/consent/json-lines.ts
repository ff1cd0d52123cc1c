import type { LineProblem } from './import-error.ts';

/** Longest line or CSV record, in bytes; a record of the longest fields has under 4 KiB. */
export const maxLineBytes = 65_536;

/** One line of the file: a row to check, or why there is none. */
export type Row = { line: number; row: unknown } | { line: number; problem: LineProblem };

const newline = 0x0a;
const byteOrderMark = '\uFEFF';

/**
 * The JSON values of a file with one on each line (LF or CRLF, a byte order mark at the start, blank lines passed over),
 * in a list for each chunk. A line over the limit is told from its first 64 KiB and never held whole.
 */
export async function* jsonLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Row[]> {
  let line = 1;
  let start: Buffer[] = []; // of the line that the last chunk broke off in
  let length = 0;
  const rowOf = (end: Uint8Array): Row | null => {
    const whole = Buffer.concat([...start, end]);
    const row = length + end.length > maxLineBytes ? tooLong(line) : parsed(whole, line);
    start = [];
    length = 0;
    line += 1;
    return row;
  };
  for await (const data of chunks) {
    const chunk = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const rows: Row[] = [];
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      const row = rowOf(chunk.subarray(from, at));
      if (row !== null) rows.push(row);
      from = at + 1;
    }
    const rest = chunk.subarray(from);
    if (length <= maxLineBytes && rest.length > 0) start.push(rest);
    length += rest.length;
    yield rows;
  }
  const last = length > 0 ? rowOf(Buffer.alloc(0)) : null;
  if (last !== null) yield [last];
}

function parsed(bytes: Buffer, line: number): Row | null {
  let text = bytes.toString('utf8');
  if (line === 1 && text.startsWith(byteOrderMark)) text = text.slice(1);
  if (text.trim() === '') return null;
  try {
    return { line, row: JSON.parse(text) };
  } catch {
    // The engine's message quotes the text, which may be personal data.
    return { line, problem: { line, field: 'line', message: 'must be one JSON object, and is not JSON' } };
  }
}

function tooLong(line: number): Row {
  return { line, problem: { line, field: 'line', message: `must have at most ${maxLineBytes} bytes` } };
}
