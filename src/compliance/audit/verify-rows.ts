import { setImmediate } from 'node:timers/promises';
import type { Checkpoint } from './checkpoint.ts';
import type { AuditRow } from './entry.ts';
import type { TrustedKey } from './note-keys.ts';
import { type AuditVerification, RowVerifier, type VerifiedState } from './row-verifier.ts';

/** The event loop gets its turn after so many rows: about 5 ms of work. */
const rowsATurn = 1_000;

export interface VerifyRequest {
  /** Rows in order of `seq`, up to the size of the head: rows that are committed later belong to the next verification. */
  pages: AsyncIterable<readonly AuditRow[]>;
  /** Where to begin; absent: at row 1. */
  start?: VerifiedState | undefined;
  /** Signed checkpoints, by size. Those before `start` are passed over. */
  checkpoints: AsyncIterable<string> | Iterable<string>;
  /** The signed head that is replaced at each commit; null where there is none, which is a break when there are rows. */
  head: string | null;
  /** Keys whose signatures count. */
  trustedKeys: readonly TrustedKey[];
  /** Name of the log; absent: as the first checkpoint says. */
  origin?: string | undefined;
  /** Told the rows verified so far, after each page. */
  onProgress?: ((rows: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Verifies a log: rows, hash chain, Merkle roots, checkpoints, head and writers. Memory is flat in the number of rows.
 * @throws the signal's reason when it is aborted, and whatever the sources throw; a broken log is a result, not an error
 */
export async function verifyRows(request: VerifyRequest): Promise<AuditVerification> {
  const verifier = new RowVerifier(request);
  const anchors = new Anchors(request.checkpoints, verifier);
  try {
    await anchors.passed();
    for await (const page of request.pages) {
      for (const row of page) {
        verifier.row(row);
        if (verifier.seq >= anchors.nextSize) await anchors.passed();
        if (verifier.rows % rowsATurn === 0) await turn(request.signal);
      }
      request.onProgress?.(verifier.rows);
      await turn(request.signal);
    }
    await anchors.end();
  } finally {
    await anchors.close();
  }
  verifier.head(request.head);
  return verifier.result();
}

async function turn(signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await setImmediate();
}

/** The checkpoints, one at a time, each compared when the rows reach its size. */
class Anchors {
  readonly #notes: AsyncIterator<string> | Iterator<string>;
  readonly #verifier: RowVerifier;
  #next: Checkpoint | null | undefined;

  constructor(notes: VerifyRequest['checkpoints'], verifier: RowVerifier) {
    this.#notes = Symbol.asyncIterator in notes ? notes[Symbol.asyncIterator]() : notes[Symbol.iterator]();
    this.#verifier = verifier;
  }

  /** The rows at which `passed` wants to be called. */
  get nextSize(): number {
    return this.#next?.size ?? Number.POSITIVE_INFINITY;
  }

  /** Compares what the rows have reached. */
  async passed(): Promise<void> {
    if (this.#next === undefined) this.#next = await this.#pull(0);
    while (this.#next && this.#next.size <= this.#verifier.seq) {
      // One before the start, or in a gap in the rows, which is reported, has nothing to compare with.
      if (this.#next.size === this.#verifier.seq) this.#verifier.checkpoint(this.#next);
      this.#next = await this.#pull(this.#next.size);
    }
  }

  /** All checkpoints that are left name rows that do not exist. */
  async end(): Promise<void> {
    for (let first = true; this.#next; first = false) {
      if (first) this.#verifier.tailMissing(this.#next.size, 'a checkpoint');
      this.#next = await this.#pull(this.#next.size);
    }
  }

  /** Lets the source go, also where it was not read to its end. */
  async close(): Promise<void> {
    await this.#notes.return?.();
  }

  /** The next checkpoint that is signed, and in order; null after the last. */
  async #pull(after: number): Promise<Checkpoint | null> {
    for (;;) {
      const step = await this.#notes.next();
      if (step.done) return null;
      const checkpoint = this.#verifier.open(step.value, 'checkpoint_invalid');
      if (!checkpoint) continue;
      if (checkpoint.size >= after) return checkpoint;
      const message = `the checkpoint of size ${checkpoint.size} stands after the one of size ${after}`;
      this.#verifier.fault(checkpoint.size, 'checkpoint_order', message);
    }
  }
}
