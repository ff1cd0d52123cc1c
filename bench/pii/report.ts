import type { LabelRow, Measured, TypeRow } from './measure.ts';

export const percent = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;

/** Lines of columns; the first is left-aligned, the others right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const cell = (text: string, column: number): string =>
    column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(cell).join('  ')).join('\n');
}

const sum = <Row>(rows: readonly Row[], of: (row: Row) => number): number =>
  rows.reduce((total, row) => total + of(row), 0);

/** Recall by label of the data, precision by type of ours. */
export function dataReport({ lines, labels, types }: Measured): string {
  const recall = (name: string, { spans, typed, masked }: Omit<LabelRow, 'label'>): string[] => [
    name,
    String(spans),
    percent(typed, spans),
    percent(masked, spans),
  ];
  const precision = (name: string, { findings, right, onData }: Omit<TypeRow, 'type'>): string[] => [
    name,
    String(findings),
    percent(right, findings),
    percent(onData, findings),
  ];
  const allLabels = {
    spans: sum(labels, (row) => row.spans),
    typed: sum(labels, (row) => row.typed),
    masked: sum(labels, (row) => row.masked),
  };
  const allTypes = {
    findings: sum(types, (row) => row.findings),
    right: sum(types, (row) => row.right),
    onData: sum(types, (row) => row.onData),
  };
  return [
    `${lines} texts`,
    '',
    table([
      ['label', 'spans', 'typed recall', 'fully masked'],
      ...labels.map((row) => recall(row.label, row)),
      recall('all', allLabels),
    ]),
    '',
    table([
      ['type', 'findings', 'precision', 'on any label'],
      ...types.map((row) => precision(row.type, row)),
      precision('all', allTypes),
    ]),
  ].join('\n');
}

export function missReport(misses: readonly string[], most: number): string {
  const shown = misses.slice(0, most).map((miss) => miss.replaceAll('\n', '\\n'));
  return ['', `${misses.length} misses, cut values and findings outside labels`, ...shown].join('\n');
}
