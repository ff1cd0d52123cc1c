import type { Entry } from './entry.ts';
import { listDocument } from './list-document.ts';
import { newestEntries, type EntryPage } from './newest-entries.ts';
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
  const page = await newestEntries(sources, order, {
    kinds: new Set(['OPERATION']),
    line: violationRow,
    count(entry) {
      operations += 1;
      for (const kind of kindsOf(entry)) kinds.add(kind);
    },
  });
  return violationsBody(page, { kinds, operations, format: order.format });
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
  const { operation, operationId, consent, residency, subject, error } = entry.body;
  const refused = error === 'consent_violation' || error === 'residency_violation';
  return {
    at: isoTime(entry.at),
    violation: found.join(' '),
    outcome: refused ? 'refused' : 'went on',
    operation,
    purpose: consent?.purpose ?? null,
    target: found.some((kind) => kind.startsWith('residency')) ? residency.map(({ target }) => target).join(' ') : null,
    subject: subject?.id ?? null,
    operationId,
    seq: entry.seq,
  };
}

interface Counted {
  kinds: Tally;
  operations: number;
  format: ReportFormat;
}

export function violationsBody(
  { period, rows, nextCursor }: EntryPage,
  { kinds, operations, format }: Counted,
): ReportBody {
  const summary = [
    kinds.total === 0 ? `No violation in ${operations} operations.` : `${kinds.total} in ${operations} operations: ${kinds.text(8)}.`,
    periodText(period),
    ...(operations === 0 ? ['No operation was routed in this period; give from and to for another one.'] : []),
  ];
  const document = listDocument(format, { title: 'Violations of consent and residency', lines: summary, columns, rows });
  return {
    status: operations === 0 ? 'not_assessed' : kinds.total === 0 ? 'pass' : 'fail',
    summary,
    rows,
    nextCursor,
    ...(document === null ? {} : { document }),
    next: kinds.total === 0 ? [] : [{ tool: 'compliance_report', arguments: { report: 'consent' }, why: 'see what is recorded' }],
    audited: { rows: rows.length },
  };
}
