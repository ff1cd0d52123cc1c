import { hash as digest } from 'node:crypto';
import { z } from 'zod';
import { isCanonicalJson } from './canonical-check.ts';
import { canonicalJson, isPlainObject } from './canonical-json.ts';
import { checkRow, columnsOf, readColumns } from './check-row.ts';
import type { AuditRow } from './entry.ts';
import { isFrontierState, isHash } from './merkle.ts';

// Every line is canonical JSON (RFC 8785), so that a file has one form only, and has a hash of its own (a row its leaf, any other
// line `sum`), so that a changed byte shows on its line.

export const exportFormat = 'hybrid-routing-audit-export';
export const exportVersion = 1;
/** Rows of which an inclusion proof can be asked: the verifier keeps their hashes until the proofs come. */
export const maxProofs = 1_000;

const count = z.number().int().min(0);
const hash = z.string().refine(isHash, 'not a SHA-256 in lower-case hexadecimal');
const place = count.nullable();
const frontier = z
  .strictObject({ size: count, hashes: z.array(hash).max(53) })
  .refine(isFrontierState, 'not as many hashes as the size asks for');

export const manifestSchema = z
  .strictObject({
    format: z.literal(exportFormat),
    version: z.literal(exportVersion),
    origin: z.string().min(1).describe('name of the log'),
    from: count.min(1).describe('first row'),
    to: count.min(1).describe('last row'),
    rows: count.describe('rows in the file: to - from + 1'),
    treeSize: count.describe(
      'size of the last signed note in the file, which the inclusion proofs lead to; 0 without one',
    ),
    prefix: frontier.describe('Merkle subtrees over the rows before `from`'),
    previous: hash.describe('leaf hash of the row before `from`; zeros where there is none'),
    firstNote: place.describe('row after which the first signed note stands; null without one'),
    publicKeys: z
      .array(z.string())
      .max(100)
      .describe('keys that signed, one vkey each: a claim of whoever wrote the file'),
    proofs: z.array(count.min(1)).max(maxProofs).describe('rows that have an inclusion proof, ascending'),
    createdAt: count.describe('ms since 1970, by the clock of whoever wrote the file'),
  })
  .refine(({ from, to, rows }) => rows === to - from + 1, 'rows is not to - from + 1')
  .refine(({ from, prefix }) => prefix.size === from - 1, 'prefix is not over the rows before `from`');
export type ExportManifest = z.infer<typeof manifestSchema>;

const noteSchema = z.strictObject({
  note: z.string().describe('the signed note'),
  from: count.describe('size that the consistency proof starts from: of the note before, or of the rows so far'),
  consistency: z.array(hash).max(128),
  next: place.describe('row after which the next note stands; null after the last one'),
});
export type ExportNote = z.infer<typeof noteSchema>;

const inclusionSchema = z.strictObject({ seq: count.min(1), size: count, hashes: z.array(hash).max(64) });
export type ExportInclusion = z.infer<typeof inclusionSchema>;

const trailerSchema = z.strictObject({
  lines: count.describe('lines before this one'),
  rows: count,
  notes: count,
  proofs: count,
  sha256: hash.describe('of all bytes before this line'),
});
export type ExportTrailer = z.infer<typeof trailerSchema>;

const lineSchema = z.union([
  z.strictObject({ checkpoint: noteSchema }),
  z.strictObject({ head: noteSchema }),
  z.strictObject({ inclusion: inclusionSchema }),
  z.strictObject({ trailer: trailerSchema }),
]);
export type ExportLine = { row: AuditRow } | z.infer<typeof lineSchema>;

/** A line that is none of the format, with the reason. */
export interface InvalidLine {
  invalid: string;
}

const entryStart = '{"entry":';
const leafStart = ',"leaf":"';
const entryEnd = leafStart.length + 64 + '"}'.length;

/**
 * A row's line: `{"entry":<content>,"leaf":"..."}`. A row that was pruned, or is not whole, is told column by column instead:
 * `{"columns":{...},"leaf":"...","sum":"...","text":<content as a string, or null>}`: an export shows a broken log as it is.
 */
export function rowLine(row: AuditRow): string {
  const { content, leaf, at, kind, previous, seq, writer, writerSeq } = row;
  if (content !== null && checkRow(row).fault === null) return `${entryStart}${content}${leafStart}${leaf}"}`;
  return sealLine({ columns: { at, kind, previous, seq, writer, writerSeq }, leaf, text: content });
}

export function otherLine(line: Exclude<ExportLine, { row: AuditRow }>): string {
  return sealLine(line);
}

/** A line of canonical JSON with its `sum`: the SHA-256 of the same line without it. */
export function sealLine(value: object): string {
  return canonicalJson({ ...value, sum: digest('sha256', canonicalJson(value)) });
}

/** The value of a sealed line. */
export function openLine(text: string): { value: Record<string, unknown> } | InvalidLine {
  const line = parseJson(text);
  if (!isPlainObject(line)) return { invalid: 'it is not a JSON object' };
  const { sum, ...value } = line;
  if (!isCanonicalJson(text) || sum !== digest('sha256', canonicalJson(value)))
    return { invalid: 'its sum does not fit: it was altered' };
  return { value };
}

/** Reads any line but the first. */
export function parseExportLine(text: string): ExportLine | InvalidLine {
  if (text.startsWith(entryStart)) return parseEntry(text);
  const opened = openLine(text);
  if ('invalid' in opened) return opened;
  if ('columns' in opened.value) return parseColumns(opened.value);
  const line = lineSchema.safeParse(opened.value);
  return line.success ? line.data : { invalid: 'it is no line of an audit export' };
}

function parseEntry(text: string): ExportLine | InvalidLine {
  const content = text.slice(entryStart.length, -entryEnd);
  const leaf = text.slice(-entryEnd + leafStart.length, -2);
  const columns = readColumns(parseJson(content));
  if (!columns) return { invalid: 'its entry is not that of a row' };
  if (text !== `${entryStart}${content}${leafStart}${leaf}"}` || !isHash(leaf))
    return { invalid: 'it does not end in a hash' };
  return { row: { ...columns, content, leaf } };
}

function parseColumns({ columns, leaf, text, ...more }: Record<string, unknown>): ExportLine | InvalidLine {
  const known = isPlainObject(columns) && Object.keys(columns).length === 6 ? columnsOf(columns) : null;
  if (!known || typeof leaf !== 'string' || (text !== null && typeof text !== 'string') || Object.keys(more).length > 0)
    return { invalid: 'its columns are not those of a row' };
  return { row: { ...known, content: text, leaf } };
}

/** Undefined where the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller says where
  }
}
