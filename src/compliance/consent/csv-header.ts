import { ConsentImportError } from './import-error.ts';
import { columns, nameList, requiredColumns } from './row.ts';

/**
 * The names of the columns, as they stand.
 * @throws ConsentImportError naming the columns that are unknown, missing or there twice
 */
export function checkedHeader(cells: readonly string[], line: number): string[] {
  const problems = [...problemsOf(cells)].map((message) => ({ line, field: 'header', message }));
  if (problems.length > 0) throw new ConsentImportError(problems);
  return [...cells];
}

function* problemsOf(cells: readonly string[]): Generator<string> {
  const unknown = cells.filter((cell) => !columns.includes(cell));
  if (unknown.length === cells.length) {
    // Most likely a record, in a file without a header: its cells are personal data and are not repeated.
    yield `must name the columns, separated by commas, in UTF-8: ${columns.join(', ')}`;
    return;
  }
  if (unknown.length > 0) yield `unknown columns: ${nameList(unknown)}; allowed: ${columns.join(', ')}`;
  const missing = requiredColumns.filter((column) => !cells.includes(column));
  if (missing.length > 0) yield `missing columns: ${missing.join(', ')}`;
  const twice = columns.filter((column) => cells.indexOf(column) !== cells.lastIndexOf(column));
  if (twice.length > 0) yield `columns given twice: ${twice.join(', ')}`;
}
