/** What a verification may find. `docs/audit.md` says what each means. */
export type BreakKind =
  | 'row_hash'
  | 'row_column'
  | 'row_content'
  | 'row_missing'
  | 'row_order'
  | 'row_repeated'
  | 'chain'
  | 'writer_seq'
  | 'pruned_unattested'
  | 'root_mismatch'
  | 'checkpoint_invalid'
  | 'checkpoint_order'
  | 'tail_missing'
  | 'rows_unsigned'
  | 'head_missing'
  | 'head_invalid';

export interface AuditBreak {
  /** The row it was found at: the first one affected, or for a checkpoint the size it names. */
  seq: number;
  kind: BreakKind;
  message: string;
  /** The first row that can no longer be vouched for because of it; `seq` itself, or the row after the last good checkpoint. */
  from: number;
}

/** A broken log has a break in every row at worst: only the first ones help. */
export const keptBreaks = 20;

/** The breaks with the lowest places, whatever order they are found in. */
export class BreakList {
  readonly #breaks: AuditBreak[] = [];
  readonly #onBreak: (found: AuditBreak) => void;
  #count = 0;
  #from = Number.POSITIVE_INFINITY;

  /** @param onBreak told of each one as it is found */
  constructor(onBreak: (found: AuditBreak) => void = () => {}) {
    this.#onBreak = onBreak;
  }

  add(found: AuditBreak): void {
    this.#count++;
    this.#onBreak(found);
    this.#from = Math.min(this.#from, found.from);
    const after = this.#breaks.findIndex(({ seq }) => seq > found.seq);
    this.#breaks.splice(after < 0 ? this.#breaks.length : after, 0, found);
    this.#breaks.length = Math.min(this.#breaks.length, keptBreaks);
  }

  /** How many were found, also those not kept. */
  get count(): number {
    return this.#count;
  }

  /** The first row that cannot be vouched for; infinity without a break. */
  get from(): number {
    return this.#from;
  }

  list(): AuditBreak[] {
    return [...this.#breaks];
  }
}
