import type { ControlStatus } from './control.ts';
import type { Entry } from './entry.ts';
import { listDocument } from './list-document.ts';
import { type EntryPage, newestEntries } from './newest-entries.ts';
import { isoTime, periodText } from './period.ts';
import type { Report, ReportBody, ReportRow } from './report-body.ts';
import type { ReportFormat } from './report-names.ts';
import { residencyOutcome } from './residency-outcome.ts';
import { Tally } from './tally.ts';

const columns = ['at', 'violation', 'outcome', 'operation', 'purpose', 'target', 'subject', 'operationId', 'seq'];

/** Operations that broke the rules of consent or residency, the newest first. */
export const violations: Report = async (sources, order) => {
  const kinds = new Tally();
  let operations = 0;
  let wentOn = 0;
  const page = await newestEntries(sources, order, {
    kinds: new Set(['OPERATION']),
    line: violationRow,
    count(entry) {
      operations += 1;
      const found = kindsOf(entry);
      for (const kind of found) kinds.add(kind);
      if (found.length > 0 && !isRefused(entry)) wentOn += 1;
    },
  });
  return violationsBody(page, { kinds, operations, wentOn, format: order.format });
};

/** `consent_withdrawn`, `residency_outside` and the like; an operation may break both rules. */
export function kindsOf(entry: Entry): string[] {
  if (entry.kind !== 'OPERATION') return [];
  const violation = entry.body.consent?.violation ?? null;
  const outcome = residencyOutcome(entry.body);
  return [...(violation === null ? [] : [`consent_${violation}`]), ...(outcome === null ? [] : [outcome])];
}

/** No identifier: the subject's random id alone, which says nothing once the subject is erased. */
export function violationRow(entry: Entry): ReportRow | null {
  const found = kindsOf(entry);
  if (entry.kind !== 'OPERATION' || found.length === 0) return null;
  const { operation, operationId, consent, residency, subject } = entry.body;
  return {
    at: isoTime(entry.at),
    violation: found.join(' '),
    outcome: isRefused(entry) ? 'refused' : 'went on',
    operation,
    purpose: consent?.purpose ?? null,
    target: found.some((kind) => kind.startsWith('residency')) ? residency.map(({ target }) => target).join(' ') : null,
    subject: subject?.id ?? null,
    operationId,
    seq: entry.seq,
  };
}

function isRefused(entry: Entry): boolean {
  if (entry.kind !== 'OPERATION') return false;
  const { error } = entry.body;
  return error === 'consent_violation' || error === 'residency_violation';
}

interface Counted {
  kinds: Tally;
  operations: number;
  /** Operations that broke a rule and were not refused. */
  wentOn: number;
  format: ReportFormat;
}

export function violationsBody(
  { period, rows, nextCursor }: EntryPage,
  { kinds, operations, wentOn, format }: Counted,
): ReportBody {
  const summary = [
    kinds.total === 0
      ? `No violation in ${operations} operations.`
      : `${kinds.total} violations in ${operations} operations: ${kinds.text(8)}; ${wentOn} operations went on.`,
    periodText(period),
    ...(operations === 0 ? ['No operation was routed in this period; give from and to for another one.'] : []),
  ];
  const document = listDocument(format, {
    title: 'Violations of consent and residency',
    lines: summary,
    columns,
    rows,
  });
  return {
    status: statusOf({ kinds, operations, wentOn }),
    summary,
    rows,
    nextCursor,
    ...(document === null ? {} : { document }),
    next:
      kinds.total === 0
        ? []
        : [{ tool: 'compliance_report', arguments: { report: 'consent' }, why: 'see what is recorded' }],
    audited: { rows: rows.length },
  };
}

/** What the gates refused is as it should be, and worth a look; what went on is not. */
function statusOf({ kinds, operations, wentOn }: Omit<Counted, 'format'>): ControlStatus {
  if (operations === 0) return 'not_assessed';
  if (wentOn > 0) return 'fail';
  return kinds.total > 0 ? 'warn' : 'pass';
}
