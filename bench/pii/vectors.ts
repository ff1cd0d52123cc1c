import type { Scanner } from '../../src/compliance/personal-data/scanner.ts';
import type { LabelledLine } from './lines.ts';

export interface VectorRow {
  readonly type: string;
  readonly positives: number;
  readonly found: number;
  readonly negatives: number;
  readonly falsePositives: number;
  readonly misses: readonly string[];
}

/**
 * Each vector is the test of one recognizer, and the same value may be a positive of two types (a passport and an
 * identity card have one form): so only the vector's type is looked for. A positive is found when at least `n` findings
 * of its type are there, overlapping an expected span.
 */
export function measureVectors(scanner: Scanner, lines: readonly LabelledLine[]): VectorRow[] {
  const types = [...new Set(lines.map(({ type }) => type ?? ''))].sort();
  return types.map((type) =>
    measureType(
      scanner,
      type,
      lines.filter((line) => line.type === type),
    ),
  );
}

function measureType(scanner: Scanner, type: string, lines: readonly LabelledLine[]): VectorRow {
  const misses: string[] = [];
  let found = 0;
  let falsePositives = 0;
  for (const line of lines) {
    const findings = scanner.scan(line.text, { types: [type] });
    const expected = line.n ?? 0;
    if (expected === 0) {
      if (findings.length > 0) misses.push(`false: ${line.text}`);
      falsePositives += findings.length > 0 ? 1 : 0;
      continue;
    }
    const hits = findings.filter((finding) =>
      line.spans.some((span) => finding.start < span.end && span.start < finding.end),
    );
    if (hits.length >= expected) found += 1;
    else misses.push(`missed: ${line.text}`);
  }
  const positives = lines.filter(({ n }) => (n ?? 0) > 0).length;
  return { type, positives, found, negatives: lines.length - positives, falsePositives, misses };
}
