import type { Finding } from '../../src/compliance/personal-data/finding.ts';
import type { Scanner } from '../../src/compliance/personal-data/scanner.ts';
import { typesOf } from './labels.ts';
import type { LabelledLine, LabelledSpan } from './lines.ts';

/** One label of the data, or one type of ours for precision. */
export interface LabelRow {
  label: string;
  spans: number;
  /** Spans that a finding of a type that counts for the label overlaps. */
  typed: number;
  /** Spans of which every character lies in a finding of any type. */
  masked: number;
}
export interface TypeRow {
  type: string;
  findings: number;
  /** Findings that overlap a span whose label the type counts for. */
  right: number;
  /** Findings that overlap a span of any label: it was personal data, whatever its name. */
  onData: number;
}
export interface Measured {
  readonly lines: number;
  readonly labels: LabelRow[];
  readonly types: TypeRow[];
}

/** Runs every line through the scanner with its defaults and compares findings with spans. */
export function measureLines(
  scanner: Scanner,
  lines: readonly LabelledLine[],
  onMiss?: (text: string) => void,
): Measured {
  const labels = new Map<string, LabelRow>();
  const types = new Map<string, TypeRow>();
  for (const { text, spans } of lines) {
    const findings = scanner.scan(text);
    for (const span of spans)
      countSpan(labels, span, findings, (what) =>
        onMiss?.(`${what} ${span.type} "${text.slice(span.start, span.end)}" in: ${text}`),
      );
    for (const finding of findings)
      countFinding(types, finding, spans, () =>
        onMiss?.(`wrong ${finding.type} "${text.slice(finding.start, finding.end)}" in: ${text}`),
      );
  }
  const byName = <Row extends { label?: string; type?: string }>(a: Row, b: Row): number =>
    (a.label ?? a.type ?? '').localeCompare(b.label ?? b.type ?? '');
  return { lines: lines.length, labels: [...labels.values()].sort(byName), types: [...types.values()].sort(byName) };
}

const overlap = (a: { start: number; end: number }, b: { start: number; end: number }): boolean =>
  a.start < b.end && b.start < a.end;

function countSpan(
  rows: Map<string, LabelRow>,
  span: LabelledSpan,
  findings: readonly Finding[],
  onMiss: (what: string) => void,
): void {
  const row = rows.get(span.type) ?? { label: span.type, spans: 0, typed: 0, masked: 0 };
  rows.set(span.type, row);
  row.spans += 1;
  const allowed = typesOf(span.type);
  const typed = findings.some((finding) => allowed.includes(finding.type) && overlap(finding, span));
  const masked = isMasked(span, findings);
  row.typed += typed ? 1 : 0;
  row.masked += masked ? 1 : 0;
  if (!typed) onMiss(masked ? 'mistyped' : 'missed');
  else if (!masked) onMiss('cut');
}

/** Whether findings, which are sorted and do not overlap, cover the span without a gap. */
function isMasked({ start, end }: LabelledSpan, findings: readonly Finding[]): boolean {
  let reached = start;
  for (const finding of findings) if (finding.start <= reached && finding.end > reached) reached = finding.end;
  return reached >= end;
}

function countFinding(
  rows: Map<string, TypeRow>,
  finding: Finding,
  spans: readonly LabelledSpan[],
  onWrong: () => void,
): void {
  const row = rows.get(finding.type) ?? { type: finding.type, findings: 0, right: 0, onData: 0 };
  rows.set(finding.type, row);
  row.findings += 1;
  const hit = spans.filter((span) => overlap(finding, span));
  if (hit.some(({ type }) => typesOf(type).includes(finding.type))) row.right += 1;
  if (hit.length > 0) row.onData += 1;
  else onWrong();
}
