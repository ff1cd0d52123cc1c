import { type AuditBreak, type BreakKind, BreakList } from './breaks.ts';
import { checkRow, type RowColumns } from './check-row.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { type AuditRow, emptyHead, type LogHead } from './entry.ts';
import { Frontier, isHash } from './merkle.ts';
import type { TrustedKey } from './note-keys.ts';
import { RowOrder } from './row-order.ts';
import { type OpenWriter, type WriterState, WriterTracker } from './writer-tracker.ts';

/** Where a verification may begin: a state that an earlier one ended in, kept where nobody could alter it. */
export interface VerifiedState extends LogHead {
  /** Null where the writers of the rows before are not known. */
  writers: readonly WriterState[] | null;
}

export interface AuditVerification {
  ok: boolean;
  /** Rows seen. */
  rows: number;
  /** Everything up to this row is as it was written; the rows, where the log is whole. */
  verifiedTo: number;
  /** Rows after the last signed checkpoint that fits: whoever has the log can still replace them. */
  unanchored: number;
  checkpoints: {
    /** Signed by a trusted key, and fitting the rows. */
    valid: number;
    /** The last valid one's size and signing time (ms since 1970); null without one. */
    last: Pick<Checkpoint, 'size' | 'time'> | null;
  };
  /** Rows without content: only that something was written there is known, attested by checkpoints alone. */
  pruned: number;
  writers: { total: number; withoutClose: OpenWriter[] };
  firstBreak: AuditBreak | null;
  /** The first ones, 20 at most. */
  breaks: AuditBreak[];
  /** All that were found. */
  breakCount: number;
  /** What to begin from next time; worth keeping only where `ok`. */
  end: VerifiedState;
}

export interface RowVerifierOptions {
  start?: VerifiedState | undefined;
  trustedKeys: readonly TrustedKey[];
  /** The log's name, where it is known; otherwise the first checkpoint's counts. */
  origin?: string | undefined;
  /** Told of each break as it is found. */
  onBreak?: ((found: AuditBreak) => void) | undefined;
}

/** Checks a log row by row in constant memory. `verifyRows` drives it over pages, `verifyExport` over lines. */
export class RowVerifier {
  readonly #trusted: readonly TrustedKey[];
  readonly #start: VerifiedState;
  readonly #frontier: Frontier;
  readonly #order: RowOrder;
  readonly #writers: WriterTracker;
  readonly #breaks: BreakList;
  #origin: string | null;
  #leaf: string;
  #rows = 0;
  #pruned = 0;
  /** The first pruned row that no checkpoint attests yet. */
  #prunedFrom: number | null = null;
  /** The row before had a fault of its own, so what is fastened to it may differ. */
  #afterFault = false;
  /** The tree is known not to be the one that was signed: that its roots differ is no news. */
  #diverged = false;
  #valid = 0;
  #last: Pick<Checkpoint, 'size' | 'time'> | null = null;
  /** Checkpoints opened, and the size of the last good one: the place of one that cannot be read. */
  #opened = 0;
  #notesTo = 0;

  constructor(how: RowVerifierOptions) {
    this.#breaks = new BreakList(how.onBreak);
    this.#start = how.start ?? { ...emptyHead, writers: [] };
    this.#trusted = how.trustedKeys;
    this.#origin = how.origin ?? null;
    this.#frontier = new Frontier(this.#start.frontier);
    this.#leaf = this.#start.leaf;
    this.#order = new RowOrder(this.#start.size, this.#breaks);
    this.#writers = new WriterTracker(this.#start.writers);
  }

  /** The last row's place. */
  get seq(): number {
    return this.#order.last;
  }

  get rows(): number {
    return this.#rows;
  }

  get breakCount(): number {
    return this.#breaks.count;
  }

  /** The root over all rows so far. */
  root(): string {
    return this.#frontier.root();
  }

  row(row: AuditRow): void {
    this.#rows++;
    const { columns, fault } = checkRow(row);
    if (fault) this.#break(columns.seq, fault.kind, fault.message);
    const place = this.#order.place(columns.seq);
    if (place === 'late') return; // reported; where it belongs, another row stands or its absence is known
    if (place === 'after_gap') this.#diverged = true;
    // What altered content says it was fastened to says nothing.
    if (place === 'next' && fault?.kind !== 'row_hash') this.#checkChain(columns);
    this.#follow(columns, fault !== null);
    if (row.content === null) {
      this.#pruned++;
      this.#prunedFrom ??= columns.seq;
    }
    this.#append(row.leaf, fault?.kind === 'row_hash');
  }

  /** Opens a checkpoint: null, with a break, where it is not signed by a trusted key or belongs to another log. */
  open(note: string, kind: 'checkpoint_invalid' | 'head_invalid'): Checkpoint | null {
    if (kind === 'checkpoint_invalid') this.#opened++;
    const verdict = openCheckpoint(note, this.#trusted);
    const said = verdict.checkpoint;
    const reason = verdict.ok ? otherLog(verdict.checkpoint.origin, this.#origin) : verdict.reason;
    if (said && reason === null) {
      this.#origin ??= said.origin;
      this.#notesTo = said.size;
      return said;
    }
    const what = kind === 'head_invalid' ? 'the signed head' : `checkpoint number ${this.#opened}`;
    const place = said ? `of size ${said.size}` : `after the one of size ${this.#notesTo}`;
    // What an altered note says of its size is not to be relied on, but it cannot be before the one before.
    this.#break(Math.max(said?.size ?? 0, this.#notesTo), kind, `${what}, ${place}: ${reason}`, this.#anchored() + 1);
    return null;
  }

  /** Compares an opened checkpoint with the rows so far: its size must be theirs. */
  checkpoint(checkpoint: Checkpoint): void {
    if (this.#fits(checkpoint, 'checkpoint')) this.attest(checkpoint);
  }

  /** A valid checkpoint covers all rows so far: it fits them, or a consistency proof leads to it. */
  attest({ size, time }: Pick<Checkpoint, 'size' | 'time'>): void {
    this.#valid++;
    this.#last = { size, time };
    this.#prunedFrom = null;
  }

  /** A checkpoint that says more rows than there are. */
  tailMissing(size: number, what: string): void {
    const message = `${what} of size ${size} was signed, but the rows end at ${this.seq}: the last ${size - this.seq} were removed`;
    this.#break(this.seq + 1, 'tail_missing', message);
  }

  fault(seq: number, kind: BreakKind, message: string): void {
    this.#break(seq, kind, message);
  }

  /** Compares the signed head, which is replaced at each commit, with the end of the rows. Null: there is none. */
  head(note: string | null): void {
    if (note === null) {
      if (this.seq > 0)
        this.#break(this.seq, 'head_missing', `there are ${this.seq} rows, but no signed head`, this.#anchored() + 1);
      return;
    }
    const head = this.open(note, 'head_invalid');
    if (!head) return;
    if (head.size > this.seq) this.tailMissing(head.size, 'a head');
    else if (head.size < this.seq) {
      const message = `rows ${head.size + 1} to ${this.seq} stand after the signed head of size ${head.size}: they were added without the key`;
      this.#break(head.size + 1, 'rows_unsigned', message);
    } else this.#fits(head, 'head');
  }

  result(): AuditVerification {
    const { seq } = this;
    // In a tree that is known to be another one no checkpoint fits: that says nothing of pruning.
    if (this.#prunedFrom !== null && !this.#diverged) {
      const message = `row ${this.#prunedFrom} has no content and no checkpoint attests it: retention prunes only what a checkpoint covers`;
      this.#break(this.#prunedFrom, 'pruned_unattested', message);
      this.#prunedFrom = null;
    }
    const breaks = this.#breaks.list();
    return {
      ok: breaks.length === 0,
      rows: this.#rows,
      verifiedTo: Math.max(0, Math.min(seq, this.#breaks.from - 1)),
      unanchored: Math.max(0, seq - this.#anchored()),
      checkpoints: { valid: this.#valid, last: this.#last },
      pruned: this.#pruned,
      writers: this.#writers.summary(),
      firstBreak: breaks[0] ?? null,
      breaks,
      breakCount: this.#breaks.count,
      end: { size: seq, leaf: this.#leaf, frontier: this.#frontier.state(), writers: this.#writers.states() },
    };
  }

  #checkChain({ seq, previous }: RowColumns): void {
    if (previous === this.#leaf || this.#afterFault) return;
    const before = seq - 1;
    const message = `row ${seq} was fastened to another row than the one before it: row ${before} was replaced, or row ${seq} was`;
    // The row that was replaced is the one before: the hash of row `seq` vouches for what it names.
    this.#break(Math.max(before, this.#start.size + 1), 'chain', message);
    this.#diverged = true;
  }

  #follow(columns: RowColumns, faulty: boolean): void {
    const before = this.#writers.lastSeq(columns.writer);
    const fault = this.#writers.see(columns);
    // Where rows are missing or altered, each writer's count may show it once more.
    const explained = this.#order.disturbedAt > before;
    if (faulty) this.#order.disturb(columns.seq);
    if (!fault || faulty || explained) return;
    const rows = fault.from === fault.to ? `row ${fault.from} is` : `rows ${fault.from} to ${fault.to} are`;
    const what = fault.kind === 'missing' ? 'missing before this one' : 'here again';
    this.#break(columns.seq, 'writer_seq', `row ${columns.seq}: writer ${columns.writer}'s own ${rows} ${what}`);
  }

  #append(leaf: string, faulty: boolean): void {
    this.#afterFault = faulty;
    if (faulty) this.#diverged = true;
    // A leaf that is no hash has been reported; the row keeps its place in the tree.
    this.#leaf = faulty && !isHash(leaf) ? this.#leaf : leaf;
    this.#frontier.append(this.#leaf);
  }

  #fits({ size, root, chain }: Checkpoint, what: string): boolean {
    const fits = this.#frontier.size === size && this.root() === root && (chain === null || chain === this.#leaf);
    if (fits || this.#diverged) return fits;
    const from = this.#anchored() + 1;
    const message = `rows ${from} to ${size} agree with each other, but not with the ${what} of size ${size}: one of them was rewritten`;
    this.#break(size, 'root_mismatch', message, from);
    this.#diverged = true;
    return false;
  }

  #anchored(): number {
    return Math.max(this.#last?.size ?? 0, this.#start.size);
  }

  #break(seq: number, kind: BreakKind, message: string, from = seq): void {
    this.#breaks.add({ seq, kind, message, from });
  }
}

function otherLog(origin: string, expected: string | null): string | null {
  return expected === null || origin === expected ? null : `it is of another log, ${origin}, not ${expected}`;
}
