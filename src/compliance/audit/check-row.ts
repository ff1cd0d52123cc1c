import { isCanonicalJson } from './canonical-check.ts';
import { hasLoneSurrogate, isPlainObject } from './canonical-json.ts';
import { type AuditRow, contentFrame } from './entry.ts';
import { isHash, leafHash } from './merkle.ts';

export type RowColumns = Omit<AuditRow, 'content' | 'leaf'>;

export interface CheckedRow {
  /** The columns to go on with: the content's, where the hash vouches for them. */
  columns: RowColumns;
  fault: { kind: 'row_hash' | 'row_column' | 'row_content'; message: string } | null;
}

const columnNames = ['at', 'kind', 'previous', 'seq', 'writer', 'writerSeq'] as const;

/** Whether a row agrees with itself: its hash with its content, its columns with its content, its form with the format. */
export function checkRow(row: AuditRow): CheckedRow {
  const { content } = row;
  if (content === null) return { columns: row, fault: prunedFault(row) };
  const hashFits = leafHash(content) === row.leaf;
  const { start, end } = contentFrame(row);
  // An escaped surrogate is half of a pair: canonical text has pairs as they are.
  const columnsFit =
    !end.includes('\\ud') &&
    content.startsWith(start) &&
    content.endsWith(end) &&
    content.length > start.length + end.length;
  if (hashFits && columnsFit && isCanonicalJson(content.slice(start.length, -end.length)))
    return { columns: row, fault: null };
  return hashFits ? formFault(row, content) : hashFault(row, content);
}

/** The columns that a row's content tells, or null where it is not the content of a row. */
export function readColumns(content: unknown): RowColumns | null {
  if (!isPlainObject(content) || Object.keys(content).length !== columnNames.length + 2) return null;
  const { at, kind, previous, seq, v, writer, writerSeq } = content;
  if (v !== 1 || !('body' in content)) return null;
  return columnsOf({ at, kind, previous, seq, writer, writerSeq });
}

/** Columns of the right types, or null. */
export function columnsOf(values: { [name in (typeof columnNames)[number]]?: unknown }): RowColumns | null {
  const { at, kind, previous, seq, writer, writerSeq } = values;
  if (typeof at !== 'number' || typeof seq !== 'number' || typeof writerSeq !== 'number') return null;
  if (typeof kind !== 'string' || typeof previous !== 'string' || typeof writer !== 'string') return null;
  return { at, kind, previous, seq, writer, writerSeq };
}

function prunedFault(row: AuditRow): CheckedRow['fault'] {
  if (isHash(row.leaf) && isHash(row.previous)) return null;
  return {
    kind: 'row_hash',
    message: `the hash of pruned row ${row.seq} is not 64 hexadecimal digits: it was altered`,
  };
}

/** The content is as it was hashed, but something else is not right. */
function formFault(row: AuditRow, content: string): CheckedRow {
  const told = hasLoneSurrogate(content) ? null : readColumns(parse(content));
  if (!told || !isCanonicalJson(content)) {
    const message = `the content of row ${row.seq} is not canonical JSON of an entry of version 1: no version of this server wrote it`;
    return { columns: row, fault: { kind: 'row_content', message } };
  }
  const message = `row ${told.seq}: ${differences(row, told)}; the column was altered, the content was not`;
  return { columns: told, fault: { kind: 'row_column', message } };
}

function hashFault(row: AuditRow, content: string): CheckedRow {
  const told = readColumns(parse(content));
  const differs = told ? differences(row, told) : 'the content is no longer an entry';
  const message = `row ${row.seq}: the content does not have the stored hash${differs && `; ${differs}`}: one of them was altered`;
  return { columns: row, fault: { kind: 'row_hash', message } };
}

function differences(row: RowColumns, told: RowColumns): string {
  return columnNames
    .filter((name) => row[name] !== told[name])
    .map((name) => `column ${name} says ${excerpt(row[name])}, the content ${excerpt(told[name])}`)
    .join(', ');
}

function excerpt(value: string | number): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // altered so that it is no JSON any more; the caller says so
  }
}
