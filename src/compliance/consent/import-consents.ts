import { type ConsentFormat, readConsentFile } from './read-consent-file.ts';
import type { ConsentRecord } from './record.ts';

/**
 * Where an import goes: everything staged becomes visible at `commit`, and nothing of it ever after `discard`. The calls
 * come one after the other; exactly one of commit and discard ends it, but a failed commit is followed by a discard.
 */
export interface ConsentSink {
  stage(records: readonly ConsentRecord[]): Promise<void>;
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/** Records handed to the sink at a time: one statement of nine values each stays within SQLite's 32,766 parameters. */
const batchSize = 1_000;

export interface ConsentImport {
  stream: AsyncIterable<Uint8Array>;
  format: ConsentFormat;
  /** ms since 1970, for every record. */
  recordedAt: number;
  sink: ConsentSink;
}

/**
 * Takes a whole file or nothing: checks and stages it in one pass, and commits only where no line was bad.
 * @returns the number of records that were committed
 * @throws ConsentImportError with up to 20 bad lines; the stream's or the sink's own fault. In each case the sink was
 *   told to discard; where that fails too, an AggregateError has both.
 */
export async function importConsents({ sink, ...file }: ConsentImport): Promise<number> {
  try {
    let count = 0;
    let batch: ConsentRecord[] = [];
    for await (const { record } of readConsentFile(file)) {
      batch.push(record);
      count += 1;
      if (batch.length < batchSize) continue;
      await sink.stage(batch);
      batch = [];
    }
    if (batch.length > 0) await sink.stage(batch);
    await sink.commit();
    return count;
  } catch (fault) {
    await discard(sink, fault);
    throw fault;
  }
}

async function discard(sink: ConsentSink, fault: unknown): Promise<void> {
  try {
    await sink.discard();
  } catch (second) {
    throw new AggregateError([fault, second], 'The import failed, and what was staged could not be discarded');
  }
}
