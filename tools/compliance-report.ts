import type { z } from 'zod';
import { complianceReport } from '../src/operations/compliance-report.ts';
import { defineTool } from './define-tool.ts';
import { cut, nextLines, simulatedLine } from './format.ts';

type Answer = z.output<typeof complianceReport.output>;

const mostRows = 8;
const mostControls = 8;

export const complianceReportTool = defineTool({
  operation: complianceReport,
  description:
    'Compliance and security from the audit log: GDPR and AI Act controls with evidence, and every report an auditor or ' +
    'an incident needs. not_assessed where nothing measures it.',
  annotations: {
    title: 'Compliance report',
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  text: (answer) =>
    [
      `${answer.report}: ${answer.status}`,
      ...answer.summary.map((line) => cut(line, 280)),
      ...controlLines(answer),
      ...rowLines(answer),
      ...(answer.document === null ? [] : ['', answer.document]),
      ...(answer.nextCursor === null ? [] : [`nextCursor: ${answer.nextCursor}`]),
      ...simulatedLine(answer.simulated),
      ...nextLines(answer.next),
    ].join('\n'),
});

const order = ['fail', 'warn', 'not_assessed'];

/** What needs somebody first, with its reason; the rest by name. */
function controlLines({ controls, document }: Answer): string[] {
  if (document !== null) return [];
  const open = controls
    .filter(({ status }) => order.includes(status))
    .sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  const rest = [...open.slice(mostControls), ...controls.filter(({ status }) => !order.includes(status))];
  return [
    ...open.slice(0, mostControls).map(({ id, status, reason }) => `${status} ${id}: ${cut(reason, 90)}`),
    ...(rest.length > 0 ? [rest.map(({ id, status }) => `${status} ${id}`).join('; ')] : []),
  ];
}

/** The figures of a period, and what an export will say, are told above. */
const withoutRows = ['weekly', 'daily', 'audit_pack', 'export', 'security_posture'];

function rowLines({ report, rows, document }: Answer): string[] {
  if (document !== null || rows.length === 0) return [];
  if (withoutRows.includes(report)) return [`Rows in structuredContent: ${rows.length}`];
  const more = rows.length - mostRows;
  return [
    ...rows.slice(0, mostRows).map((row) => `- ${cut(Object.entries(row).filter(isTold).map(shown).join(' '), 150)}`),
    ...(more > 0 ? [`- and ${more} more, in structuredContent.rows`] : []),
  ];
}

function isTold([, value]: [string, unknown]): boolean {
  return value !== null && value !== '' && value !== false;
}

/** A word speaks for itself, a number does not. */
function shown([name, value]: [string, unknown]): string {
  if (typeof value === 'number' || value === true) return `${name} ${value}`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
