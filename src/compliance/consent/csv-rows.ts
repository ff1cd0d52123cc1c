import { CsvError, type Parser, parse } from 'csv-parse';
import { checkedHeader } from './csv-header.ts';
import { ConsentImportError } from './import-error.ts';
import { maxLineBytes, type Row } from './json-lines.ts';

/**
 * The rows of a CSV file (RFC 4180: comma, double quotes, a header; LF or CRLF, a byte order mark at the start, blank
 * lines passed over), in a list for each chunk.
 * @throws ConsentImportError where the header is not right or the quoting breaks: what follows cannot be told apart
 */
export async function* csvRows(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Row[]> {
  const parser = newParser();
  let header: string[] | undefined;
  let line = 1;
  const take = () => {
    const rows: Row[] = [];
    for (let cells = nextOf(parser); cells !== null; cells = nextOf(parser)) {
      const blank = cells.length === 1 && cells[0] === '';
      if (!blank && header === undefined) header = checkedHeader(cells, line);
      else if (!blank && header !== undefined) rows.push(rowOf(header, cells, line));
      line += linesOf(cells);
    }
    return rows;
  };
  try {
    for await (const { buffer, byteOffset, byteLength } of chunks) {
      // Taken before it is awaited: the parser calls back when what it has parsed was read.
      const written = done(parser, (callback) => parser.write(Buffer.from(buffer, byteOffset, byteLength), callback));
      const rows = take();
      const fault = await written;
      yield rows;
      if (fault) throw broken(fault, line);
    }
    const fault = await done(parser, (callback) => parser.end(callback));
    yield take();
    if (fault) throw broken(fault, line);
    if (header === undefined) checkedHeader([], 1);
  } finally {
    parser.destroy();
  }
}

function newParser(): Parser {
  const parser = parse({
    bom: true,
    // Counted by rowOf(), so that a short row is one bad line and not the end of the file.
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n'],
    max_record_size: maxLineBytes,
  });
  parser.on('error', () => {}); // done() has it from the same call
  return parser;
}

/** The next record that has been parsed; null where there is none until more is written. */
function nextOf(parser: Parser): string[] | null {
  return parser.read();
}

/** A quoted cell may run over several lines. The parser could tell, at twice the time for the whole file. */
function linesOf(cells: readonly string[]): number {
  return cells.reduce((lines, cell) => (cell.includes('\n') ? lines + cell.split('\n').length - 1 : lines), 1);
}

/** Runs one call with a callback; resolves to the parser's fault. */
function done(parser: Parser, call: (callback: (error?: Error | null) => void) => void): Promise<Error | null> {
  return new Promise((resolve) => {
    call((error) => resolve(error ?? parser.errored));
  });
}

/** The parser's own message quotes the cell, which may be personal data. */
function broken(fault: Error, line: number): Error {
  if (!(fault instanceof CsvError)) return fault;
  const rest = 'the lines from here on were not read';
  const message =
    fault.code === 'CSV_MAX_RECORD_SIZE'
      ? `must have at most ${maxLineBytes} bytes (or a double quote is not closed); ${rest}`
      : `must have its double quotes around a whole cell, closed, and doubled within it; ${rest}`;
  return new ConsentImportError([{ line, field: 'line', message }]);
}

function rowOf(header: readonly string[], cells: readonly string[], line: number): Row {
  if (cells.length !== header.length) {
    const message = `must have ${header.length} cells, as the header has, and has ${cells.length}`;
    return { line, problem: { line, field: 'line', message } };
  }
  const row: Record<string, string> = {};
  header.forEach((name, index) => {
    row[name] = cells[index] ?? '';
  });
  return { line, row };
}
