import { type Evidence, EvidenceRange } from './evidence.ts';
import type { OperationBody } from './row-bodies.ts';
import { otherNames, Tally } from './tally.ts';

/** One line of the record of processing (GDPR Art. 30): what was processed for what, and who was asked. */
export interface ProcessingRecord {
  operation: string;
  /** Null where none was named. */
  purpose: string | null;
  operations: number;
  /** Categories of data that were recognised, with their counts. */
  categories: Tally;
  /** Models and upstreams that answered. */
  recipients: Tally;
  evidence: Evidence | null;
}

interface Line extends Omit<ProcessingRecord, 'evidence'> {
  range: EvidenceRange;
}

/** Callers name the purposes: further ones count together. */
const mostLines = 200;

/** Counts by operation type and purpose. */
export class ProcessingRecords {
  readonly #lines = new Map<string, Line>();

  add(seq: number, { operation, consent, model, upstream, personalData }: OperationBody): void {
    const line = this.#line(operation, consent?.purpose ?? null);
    line.operations += 1;
    line.range.add(seq);
    const recipient = upstream ?? model;
    if (recipient !== null) line.recipients.add(recipient);
    for (const [type, count] of Object.entries(personalData?.counts ?? {})) line.categories.add(type, count);
  }

  /** By operation type, then by purpose. */
  list(): ProcessingRecord[] {
    return [...this.#lines.values()]
      .sort((a, b) => compare(a.operation, b.operation) || compare(a.purpose ?? '', b.purpose ?? ''))
      .map(({ range, ...line }) => ({ ...line, evidence: range.range() }));
  }

  #line(operation: string, purpose: string | null): Line {
    const key = JSON.stringify([operation, purpose]);
    const known = this.#lines.get(key);
    if (known) return known;
    if (this.#lines.size >= mostLines && purpose !== otherNames) return this.#line(operation, otherNames);
    const counts = { categories: new Tally(), recipients: new Tally(), range: new EvidenceRange() };
    const made = { operation, purpose, operations: 0, ...counts };
    this.#lines.set(key, made);
    return made;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
