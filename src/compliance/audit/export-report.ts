import { type AuditBreak, type BreakKind, keptBreaks } from './breaks.ts';
import type { ExportManifest } from './export-format.ts';
import type { OpenWriter } from './writer-tracker.ts';

export type ExportBreakKind =
  | BreakKind
  | 'line_invalid'
  | 'line_missing'
  | 'line_order'
  | 'manifest_altered'
  | 'proof_invalid'
  | 'not_signed'
  | 'trailer_missing'
  | 'trailer_mismatch';

export interface ExportBreak {
  /** Line of the file, from 1. */
  line: number;
  /** Row; null where the break is not about one. */
  seq: number | null;
  kind: ExportBreakKind;
  message: string;
}

export interface ExportReport {
  /** For the command line: 0 whole, 1 broken, 2 unreadable. */
  exitCode: 0 | 1 | 2;
  verdict: 'whole' | 'broken' | 'unreadable';
  /** Why it is unreadable, with what to do; null otherwise. */
  reason: string | null;
  manifest: Pick<ExportManifest, 'origin' | 'from' | 'to' | 'treeSize' | 'createdAt'> | null;
  lines: number;
  bytes: number;
  rows: number;
  /** All rows up to this one are as they were written; 0 where not even the first is. */
  verifiedTo: number;
  /** Rows after the last signed note. */
  unanchored: number;
  /** Signed notes that fit the rows: checkpoints, and the head. */
  notes: number;
  /** Inclusion proofs that hold. */
  proofs: number;
  pruned: number;
  writers: { total: number; withoutClose: OpenWriter[] };
  /** `pinned`: the caller gave the keys. Otherwise the file's own were used, and anybody could have made it. */
  keys: { pinned: boolean; trusted: string[] };
  firstBreak: ExportBreak | null;
  /** The first ones by line, 20 at most. */
  breaks: ExportBreak[];
}

/** The breaks of a file, each with the line at which it was found. */
export class ExportBreaks {
  readonly #breaks: { line: number; found: AuditBreak | ExportBreak }[] = [];
  #line = 0;
  #count = 0;

  /** The line being read. */
  at(line: number): void {
    this.#line = line;
  }

  get count(): number {
    return this.#count;
  }

  /** A break that the row verifier found. */
  readonly row = (found: AuditBreak): void => this.#add(this.#line, found);

  add(kind: ExportBreakKind, message: string, line = this.#line, seq: number | null = null): void {
    this.#add(line, { line, seq, kind, message });
  }

  list(): ExportBreak[] {
    // Read only now: a missing row that comes later turns its break into one of order.
    return this.#breaks.map(({ line, found: { seq, kind, message } }) => ({ line, seq, kind, message }));
  }

  #add(line: number, found: AuditBreak | ExportBreak): void {
    this.#count++;
    const after = this.#breaks.findIndex((other) => other.line > line);
    this.#breaks.splice(after < 0 ? this.#breaks.length : after, 0, { line, found });
    this.#breaks.length = Math.min(this.#breaks.length, keptBreaks);
  }
}

/** The report in words, for a terminal. */
export function reportText(report: ExportReport): string {
  const { verdict, manifest, firstBreak } = report;
  if (verdict === 'unreadable' || !manifest) return `UNREADABLE: ${report.reason}\n`;
  const lines = [
    `${verdict === 'whole' ? 'WHOLE' : 'BROKEN'}: rows ${manifest.from} to ${manifest.to} of ${manifest.origin}, exported ${dateOf(manifest.createdAt)}`,
    firstBreak
      ? `first break: ${placeOf(firstBreak)}: ${firstBreak.message}`
      : `verified to row ${report.verifiedTo}, ${report.unanchored} unanchored`,
    `lines ${report.lines}, rows ${report.rows} (pruned ${report.pruned}), signed notes ${report.notes}, inclusion proofs ${report.proofs}`,
    writersText(report.writers),
    keysText(report.keys),
  ];
  if (firstBreak && report.verifiedTo > 0) lines.splice(2, 0, `verified to row ${report.verifiedTo}`);
  for (const other of report.breaks.slice(1)) lines.push(`also ${placeOf(other)}: ${other.message}`);
  return `${lines.join('\n')}\n`;
}

function placeOf({ line, seq, kind }: ExportBreak): string {
  return `line ${line}${seq === null ? '' : `, row ${seq}`} (${kind})`;
}

function writersText({ total, withoutClose }: ExportReport['writers']): string {
  const named = withoutClose.slice(0, 5).map(({ writer, lastSeq }) => `${writer} (last row ${lastSeq})`);
  const more = withoutClose.length > named.length ? ` and ${withoutClose.length - named.length} more` : '';
  return `writers ${total}, without a close in these rows ${withoutClose.length}${named.length > 0 ? `: ${named.join(', ')}${more}` : ''}`;
}

function keysText({ pinned, trusted }: ExportReport['keys']): string {
  if (pinned) return `signatures checked with the keys given: ${trusted.join(', ')}`;
  return (
    `keys NOT PINNED: signatures were checked with the file's own keys (${trusted.join(', ')}), which proves nothing about who ` +
    'signed; give the public key that you know with --key'
  );
}

function dateOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `at ${ms} ms` : date.toISOString();
}
