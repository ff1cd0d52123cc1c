import { HybridRoutingError } from '../../config/errors.ts';

/** What is wrong with one line. The value is not repeated: whatever stands there may be personal data. */
export interface LineProblem {
  /** Line of the file, from 1; the header of a CSV file is line 1. */
  line: number;
  /** The field, or `line` where the line as a whole cannot be read. */
  field: string;
  /** What is allowed. */
  message: string;
}

/** Bad lines that are looked for before an import gives up. */
export const maxBadLines = 20;

/** A file of consent records that was not taken, with up to 20 of its bad lines. Nothing of it was applied. */
export class ConsentImportError extends HybridRoutingError {
  readonly problems: readonly LineProblem[];

  constructor(problems: readonly LineProblem[]) {
    const lines = new Set(problems.map(({ line }) => line)).size;
    const count = lines >= maxBadLines ? `At least ${lines} lines` : lines === 1 ? 'One line' : `${lines} lines`;
    const list = problems.map(({ line, field, message }) => `line ${line}, ${field}: ${message}`).join('; ');
    super(
      'consent_import_invalid',
      `${count} of the file cannot be taken: ${list}`,
      'Nothing was imported. Correct the lines and import the whole file again.',
    );
    this.problems = problems;
  }
}
