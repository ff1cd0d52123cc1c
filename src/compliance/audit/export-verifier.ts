import type { Checkpoint } from './checkpoint.ts';
import type { AuditRow } from './entry.ts';
import {
  type ExportInclusion,
  type ExportManifest,
  type ExportNote,
  type ExportTrailer,
  parseExportLine,
} from './export-format.ts';
import { ExportBreaks, type ExportReport } from './export-report.ts';
import { verifyConsistency, verifyInclusion } from './merkle-proof.ts';
import type { TrustedKey } from './note-keys.ts';
import { RowVerifier } from './row-verifier.ts';

/** What the bytes so far add up to: the trailer must say the same. */
export interface LineSums {
  lines: number;
  sha256: string;
}

/** Checks the lines of an export after the first one, in constant memory. */
export class ExportVerifier {
  readonly #manifest: ExportManifest;
  readonly breaks = new ExportBreaks();
  readonly #rows: RowVerifier;
  /** Leaf hashes of the rows that an inclusion proof will come for. */
  readonly #leaves = new Map<number, string>();
  readonly #asked: ReadonlySet<number>;
  readonly #counts = { rows: 0, notes: 0, proofs: 0 };
  /** What the next consistency proof starts from. */
  #point: { size: number; root: string };
  /** The row after which the next note stands; null where none is to come. */
  #noteAfter: number | null;
  #signed: Checkpoint | null = null;
  #provenInclusions = 0;
  #isEnded = false;

  constructor(manifest: ExportManifest, trustedKeys: readonly TrustedKey[]) {
    this.#manifest = manifest;
    this.#asked = new Set(manifest.proofs);
    this.#noteAfter = manifest.firstNote;
    const { prefix, previous: leaf, origin } = manifest;
    const start = { size: prefix.size, leaf, frontier: prefix, writers: prefix.size === 0 ? [] : null };
    this.#rows = new RowVerifier({ start, trustedKeys, origin, onBreak: this.breaks.row });
    this.#point = { size: prefix.size, root: this.#rows.root() };
  }

  get rows(): number {
    return this.#rows.rows;
  }

  /** @param sums asked for at the trailer alone */
  line(number: number, text: string, sums: () => LineSums): void {
    this.breaks.at(number);
    const line = this.#isEnded ? { invalid: 'it stands after the trailer' } : parseExportLine(text);
    if ('invalid' in line) this.#invalid(line.invalid);
    else if ('row' in line) this.#row(line.row);
    else if ('checkpoint' in line) this.#note(line.checkpoint, 'checkpoint_invalid');
    else if ('head' in line) this.#note(line.head, 'head_invalid');
    else if ('inclusion' in line) this.#inclusion(line.inclusion);
    else this.#trailer(line.trailer, sums());
  }

  /** After the last line. @param lines how many there were */
  end(lines: number): Omit<ExportReport, 'exitCode' | 'verdict' | 'reason' | 'lines' | 'bytes' | 'keys'> {
    this.breaks.at(lines + 1);
    if (!this.#isEnded) this.breaks.add('trailer_missing', 'the file ends without its trailer: it was cut short');
    else if (!this.#signed && this.breaks.count === 0)
      this.breaks.add('not_signed', 'nothing in the file is signed: it proves nothing', lines);
    this.breaks.at(lines);
    const { verifiedTo, pruned, writers, unanchored, checkpoints } = this.#rows.result();
    const { origin, from, to, treeSize, createdAt } = this.#manifest;
    const breaks = this.breaks.list();
    return {
      manifest: { origin, from, to, treeSize, createdAt },
      rows: this.#rows.rows,
      verifiedTo: verifiedTo < from ? 0 : verifiedTo,
      unanchored,
      notes: checkpoints.valid,
      proofs: this.#provenInclusions,
      pruned,
      writers,
      firstBreak: breaks[0] ?? null,
      breaks,
    };
  }

  #invalid(reason: string): void {
    const next = this.#rows.seq + 1;
    const seq = next <= this.#manifest.to ? next : null;
    this.breaks.add('line_invalid', seq === null ? reason : `${reason}; row ${seq} was to come`, undefined, seq);
  }

  #row(row: AuditRow): void {
    const { from, to } = this.#manifest;
    this.#counts.rows++;
    this.#notesCame(this.#rows.seq);
    if (this.#counts.proofs > 0) this.breaks.add('line_order', 'a row stands after the proofs', undefined, row.seq);
    else if (row.seq < from || row.seq > to)
      this.breaks.add('line_order', `row ${row.seq} is not one of rows ${from} to ${to}`, undefined, row.seq);
    else this.#rows.row(row);
    if (this.#asked.has(row.seq)) this.#leaves.set(row.seq, row.leaf);
  }

  /** Whether all notes that stand before or right after row `seq` have come. */
  #notesCame(seq: number): void {
    if (this.#noteAfter === null || this.#noteAfter > seq || !this.#breaksNone()) return;
    this.breaks.add('line_missing', `the signed note that stood here, after row ${this.#noteAfter}, is missing`);
  }

  #note(line: ExportNote, kind: 'checkpoint_invalid' | 'head_invalid'): void {
    this.#counts.notes++;
    const after = this.#noteAfter;
    this.#noteAfter = line.next;
    if (this.#counts.proofs > 0 || (after !== this.#rows.seq && this.#breaksNone())) {
      const expected =
        after === null ? 'no signed note was to come any more' : `a signed note was to come after row ${after}`;
      this.breaks.add('line_order', `${expected}, not after row ${this.#rows.seq}`);
      return;
    }
    const note = this.#rows.open(line.note, kind);
    if (!note) return;
    const isBeyond = note.size > this.#manifest.to;
    if (isBeyond || kind === 'head_invalid') this.#rowsEnd();
    if (isBeyond && this.#point.size < this.#rows.seq) this.#point = { size: this.#rows.seq, root: this.#rows.root() };
    if (!isBeyond) this.#compare(note);
    if (this.#breaksNone()) this.#prove(line, note);
    this.#point = { size: note.size, root: note.root };
    this.#signed = note;
  }

  #breaksNone(): boolean {
    return this.breaks.count === 0;
  }

  /** A note about rows of the file: its place is after the last of them. */
  #compare(note: Checkpoint): void {
    const { seq } = this.#rows;
    if (note.size === seq) this.#rows.checkpoint(note);
    else if (!this.#breaksNone())
      return; // where rows are known to be missing, notes are out of place, too
    else if (note.size > seq) this.#rows.tailMissing(note.size, 'a note');
    else {
      const message = `a note of ${note.size} rows stands after row ${seq}: rows were added, or notes moved`;
      this.#rows.fault(note.size + 1, 'rows_unsigned', message);
    }
  }

  /** The consistency proof of a note. One beyond the file's rows attests them by it. */
  #prove({ from, consistency }: ExportNote, note: Checkpoint): void {
    const claim = { from: this.#point, to: note, proof: consistency };
    // Anything is consistent with no rows: RFC 9162 has no proof of that.
    const isProven = this.#point.size === 0 ? consistency.length === 0 : verifyConsistency(claim);
    if (from !== this.#point.size) {
      const message = `the proof starts from ${from} rows, but the note before is of ${this.#point.size}: one between them is missing`;
      this.breaks.add('proof_invalid', message);
    } else if (!isProven) {
      const message = `the proof from ${from} to ${note.size} rows does not hold: it was altered, or the log was rewritten or cut`;
      this.breaks.add('proof_invalid', message);
    } else if (note.size > this.#manifest.to) this.#rows.attest(note);
  }

  #inclusion(line: ExportInclusion): void {
    if (this.#counts.proofs === 0) this.#rowsEnd();
    this.#notesCame(this.#manifest.to);
    const expected = this.#manifest.proofs[this.#counts.proofs];
    this.#counts.proofs++;
    if (!this.#breaksNone()) return; // roots differ, or lines are missing: a proof tells nothing more
    const fault =
      line.seq === expected
        ? this.#inclusionFault(line)
        : `the proof of row ${expected} was to come, not of row ${line.seq}`;
    if (fault === null) this.#provenInclusions++;
    else this.breaks.add('proof_invalid', fault);
  }

  #inclusionFault({ seq, size, hashes }: ExportInclusion): string | null {
    const leaf = this.#leaves.get(seq);
    if (this.#signed?.size !== size) return `no signed note of ${size} rows stands before the proof: it is missing`;
    const claim = { index: seq - 1, size, root: this.#signed.root, proof: hashes };
    if (leaf !== undefined && verifyInclusion({ ...claim, leaf })) return null;
    return `the proof that row ${seq} is one of ${size} does not hold: it was altered`;
  }

  /** No row and no note comes any more. */
  #rowsEnd(): void {
    const { to } = this.#manifest;
    const { seq } = this.#rows;
    if (seq < to && this.#breaksNone())
      this.breaks.add('row_missing', `rows ${seq + 1} to ${to} were removed`, undefined, seq + 1);
  }

  #trailer(trailer: ExportTrailer, sums: LineSums): void {
    this.#isEnded = true;
    this.#rowsEnd();
    this.#notesCame(this.#manifest.to);
    if (!this.#breaksNone()) return; // a file with a break has another sum, too
    const fault = this.#trailerFault(trailer, sums);
    if (fault !== null) this.breaks.add('trailer_mismatch', fault);
  }

  #trailerFault(trailer: ExportTrailer, { lines, sha256 }: LineSums): string | null {
    const { proofs, treeSize } = this.#manifest;
    const signed = this.#signed?.size ?? 0;
    if (this.#counts.proofs !== proofs.length) return `the proof of row ${proofs[this.#counts.proofs]} is missing`;
    if (signed !== treeSize)
      return `the manifest tells of a tree of ${treeSize} rows, the last signed note of ${signed}`;
    const counts = { ...this.#counts, lines };
    for (const name of ['rows', 'notes', 'proofs', 'lines'] as const)
      if (trailer[name] !== counts[name])
        return `the trailer tells of ${trailer[name]} ${name}, the file has ${counts[name]}`;
    if (trailer.sha256 === sha256) return null;
    return 'the trailer does not have the SHA-256 of the lines before it: one of them was altered';
  }
}
