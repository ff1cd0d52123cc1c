import { csvRows } from './csv-rows.ts';
import { ConsentImportError, type LineProblem, maxBadLines } from './import-error.ts';
import { jsonLines } from './json-lines.ts';
import type { ConsentRecord } from './record.ts';
import { toRecord } from './row.ts';

export const consentFormats = ['jsonl', 'csv'] as const;
export type ConsentFormat = (typeof consentFormats)[number];

/** A record and the line of the file that it begins on, from 1. */
export interface NumberedRecord {
  line: number;
  record: ConsentRecord;
}

/**
 * The records of a file, as they are read; memory stays flat whatever its size. After the first bad line nothing more is
 * yielded: the rest is read for further bad lines, up to 20, and then they are thrown together.
 * @param input.stream the bytes of the file
 * @param input.format `csv` with a header of the field names, or `jsonl`, one object a line
 * @param input.recordedAt ms since 1970, for every record
 * @throws ConsentImportError with the bad lines; whatever the stream throws
 */
export async function* readConsentFile(input: {
  stream: AsyncIterable<Uint8Array>;
  format: ConsentFormat;
  recordedAt: number;
}): AsyncGenerator<NumberedRecord> {
  const problems: LineProblem[] = [];
  let badLines = 0;
  for await (const rows of whole(input, problems)) {
    for (const item of rows) {
      const result = 'problem' in item ? { problems: [item.problem] } : toRecord(item.row, item.line, input.recordedAt);
      if ('record' in result) {
        if (badLines === 0) yield { line: item.line, record: result.record };
        continue;
      }
      problems.push(...result.problems);
      badLines += 1;
      if (badLines === maxBadLines) throw new ConsentImportError(problems);
    }
  }
  if (problems.length > 0) throw new ConsentImportError(problems);
}

/** The rows of either format. Where a file breaks off, what was wrong before that is reported with it. */
async function* whole(
  { stream, format }: { stream: AsyncIterable<Uint8Array>; format: ConsentFormat },
  before: readonly LineProblem[],
) {
  try {
    yield* format === 'csv' ? csvRows(stream) : jsonLines(stream);
  } catch (error) {
    if (error instanceof ConsentImportError) throw new ConsentImportError([...before, ...error.problems]);
    throw error;
  }
}
