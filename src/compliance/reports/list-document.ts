import { csvDocument } from './csv.ts';
import { markdownList, markdownTable } from './markdown.ts';
import type { ReportRow } from './report-body.ts';
import type { ReportFormat } from './report-names.ts';

interface ListDocument {
  title: string;
  /** Facts that stand above the table. */
  lines: readonly string[];
  columns: readonly string[];
  rows: readonly ReportRow[];
}

/** A list as a document of the format asked for; null where it is JSON, which the answer is anyway. */
export function listDocument(format: ReportFormat, { title, lines, columns, rows }: ListDocument): string | null {
  const cells = rows.map((row) => columns.map((column) => row[column] ?? null));
  switch (format) {
    case 'json':
      return null;
    case 'csv':
      return csvDocument(columns, cells);
    case 'markdown':
      return [`# ${title}`, '', ...markdownList(lines), '', ...markdownTable(columns, cells), ''].join('\n');
  }
}
