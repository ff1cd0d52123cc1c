/** The rows of the audit log that a statement rests on: so many, between two places of the log, both included. */
export interface Evidence {
  from: number;
  to: number;
  rows: number;
}

/** Gathers places into a range, in any order, at a steady memory. */
export class EvidenceRange {
  #from = 0;
  #to = 0;
  #rows = 0;

  add(seq: number): void {
    this.#from = this.#rows === 0 ? seq : Math.min(this.#from, seq);
    this.#to = Math.max(this.#to, seq);
    this.#rows += 1;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Null where nothing was added. */
  range(): Evidence | null {
    return this.#rows === 0 ? null : { from: this.#from, to: this.#to, rows: this.#rows };
  }
}

/** One row. */
export function evidenceAt(seq: number): Evidence {
  return { from: seq, to: seq, rows: 1 };
}

/** `rows 3-9 (4)`, for a document. */
export function evidenceText(evidence: Evidence | null): string {
  if (!evidence) return 'none';
  const { from, to, rows } = evidence;
  return from === to ? `row ${from}` : `${rows} of rows ${from}-${to}`;
}
