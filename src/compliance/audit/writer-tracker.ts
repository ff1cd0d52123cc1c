import type { RowColumns } from './check-row.ts';
import { writerClosed, writerOpened } from './entry.ts';

/** What is known of one server process from its rows. */
export interface WriterState {
  writer: string;
  /** Its first and last row. */
  firstSeq: number;
  lastSeq: number;
  lastWriterSeq: number;
  /** ms since 1970 of its opening row; null where its first known row is another one. */
  openedAt: number | null;
  /** Whether its last row says that it closed. */
  closed: boolean;
}

/** A writer that did not say that it closed: it still runs, or it was killed, or its last rows are gone. */
export type OpenWriter = Pick<WriterState, 'writer' | 'firstSeq' | 'lastSeq' | 'openedAt'>;

/** A stretch of a writer's own count: its rows `from`..`to`. */
export interface WriterFault {
  kind: 'missing' | 'repeated';
  from: number;
  to: number;
}

/** Follows each writer's own count. Memory grows with the number of writers, not of rows. */
export class WriterTracker {
  readonly #writers = new Map<string, WriterState>();
  readonly #knowsAll: boolean;

  /** @param known the writers before the first row that will be seen; null where they are not known */
  constructor(known: readonly WriterState[] | null) {
    this.#knowsAll = known !== null;
    for (const state of known ?? []) this.#writers.set(state.writer, { ...state });
  }

  /** Takes the next row of the log; tells where it does not follow on the writer's row before. */
  see(row: RowColumns): WriterFault | null {
    const state = this.#writers.get(row.writer);
    const expected = state ? state.lastWriterSeq + 1 : this.#knowsAll ? 1 : row.writerSeq;
    if (row.writerSeq < expected) return { kind: 'repeated', from: row.writerSeq, to: row.writerSeq };
    if (state) {
      state.lastSeq = row.seq;
      state.lastWriterSeq = row.writerSeq;
      state.closed = row.kind === writerClosed;
    } else this.#writers.set(row.writer, firstState(row));
    return row.writerSeq > expected ? { kind: 'missing', from: expected, to: row.writerSeq - 1 } : null;
  }

  /** The last row of a writer so far; 0 for an unknown one. */
  lastSeq(writer: string): number {
    return this.#writers.get(writer)?.lastSeq ?? 0;
  }

  summary(): { total: number; withoutClose: OpenWriter[] } {
    const withoutClose = [];
    for (const { writer, firstSeq, lastSeq, openedAt, closed } of this.#writers.values())
      if (!closed) withoutClose.push({ writer, firstSeq, lastSeq, openedAt });
    return { total: this.#writers.size, withoutClose };
  }

  states(): WriterState[] {
    return [...this.#writers.values()].map((state) => ({ ...state }));
  }
}

function firstState({ writer, seq, writerSeq, kind, at }: RowColumns): WriterState {
  const openedAt = kind === writerOpened ? at : null;
  return { writer, firstSeq: seq, lastSeq: seq, lastWriterSeq: writerSeq, openedAt, closed: kind === writerClosed };
}
