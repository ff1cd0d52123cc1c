import { Activity } from './activity.ts';
import { type ControlStatus, type NextStep, reportCall } from './control.ts';
import { csvDocument } from './csv.ts';
import { feed } from './feed.ts';
import { type ComparedFigure, compared, figuresOf } from './figures.ts';
import { type LogFacts, readLogFacts } from './log-facts.ts';
import { markdownList, markdownTable } from './markdown.ts';
import { dayMs, isoTime, type Period, periodBefore, periodOf, periodText } from './period.ts';
import type { Report, ReportBody, ReportSources } from './report-body.ts';
import type { ReportFormat } from './report-names.ts';

export interface PeriodicFacts extends Pick<ReportSources, 'auditStatus'> {
  title: string;
  period: Period;
  activity: Activity;
  before: Activity;
  log: LogFacts;
  simulated: boolean;
}

/** The report of a day or a week, against the one before. */
function periodic(title: string, days: number): Report {
  return async (sources, order) => {
    const { now, auditStatus, config } = sources;
    const period = periodOf(order, now, days * dayMs);
    const [before, activity] = [new Activity(), new Activity()];
    const both = [
      { period: periodBefore(period), counter: before },
      { period, counter: activity },
    ];
    await feed(sources, both, order);
    const log = await readLogFacts(sources);
    const simulated = config.simulate;
    return periodicBody({ title, period, activity, before, log, auditStatus, simulated }, order.format);
  };
}

export const daily = periodic('Daily compliance report', 1);
export const weekly = periodic('Weekly compliance report', 7);

const columns = ['section', 'measure', 'value', 'previous', 'change', 'unit'] as const;

export function periodicBody(facts: PeriodicFacts, format: ReportFormat): ReportBody {
  const rows = compared(figuresOf(facts.activity), figuresOf(facts.before));
  const lines = summaryLines(facts);
  const cells = rows.map((row) => columns.map((column) => row[column]));
  const document =
    format === 'csv' ? csvDocument(columns, cells) : format === 'markdown' ? markdown(facts, lines, rows) : null;
  return {
    status: statusOf(facts),
    summary: lines,
    rows: rows.map((row) => ({ ...row })),
    ...(document === null ? {} : { document }),
    next: nextSteps(facts),
    audited: { from: facts.period.from, to: facts.period.to },
  };
}

function summaryLines({ period, activity, before, log, auditStatus }: PeriodicFacts): string[] {
  const { operations, personalData, gates, changes, refusals } = activity;
  const { total, slaPercent, fallbacks } = operations;
  const sla = slaPercent === null ? 'SLA not assessed' : `SLA met ${slaPercent.toFixed(1)} %`;
  const earlier = before.rows.rows === 0 ? 'no rows before' : `${before.operations.total} before`;
  const left = personalData.left > 0 ? `, ${personalData.left} left as they were` : '';
  return [
    `${periodText(period)}: ${total} operations (${earlier}), ${sla}, ${fallbacks} fallbacks.`,
    `Status: ${or(operations.statuses.text(), 'none')}. Errors: ${or(operations.errors.text(3), 'none')}.`,
    `Personal data: ${personalData.kept} values kept back${left}; ${or(personalData.types.text(3), 'nothing recognised')}.`,
    `Consent violations: ${or(gates.consent.text(3), 'none')}, ${gates.wentOn} went on. Residency: ${or(gates.residency.text(3), 'none')}.`,
    `Changes: ${or(changes.text(3), 'none')}. Refused accesses: ${or(refusals.text(3), 'none')}.`,
    auditLine(log, auditStatus),
    ...(total === 0 ? ['No operation was routed in this period; give from and to for another one.'] : []),
  ];
}

function auditLine({ size, checkpoints, lastVerification }: LogFacts, { state }: PeriodicFacts['auditStatus']): string {
  const verified = lastVerification
    ? `${lastVerification.ok ? 'whole' : 'BROKEN'} when verified ${isoTime(lastVerification.at)}`
    : 'not verified yet';
  return `Audit log: ${size} rows (${state}), ${checkpoints} checkpoints, ${verified}.`;
}

function or(text: string, otherwise: string): string {
  return text === '' ? otherwise : text;
}

function statusOf({ activity, log, auditStatus }: PeriodicFacts): ControlStatus {
  const { gates, personalData, operations, refusals } = activity;
  if (log.lastVerification?.ok === false || gates.wentOn + gates.leftTheRule + personalData.left > 0) return 'fail';
  if (gates.consent.total + gates.residency.total + refusals.total > 0 || auditStatus.state !== 'stored') return 'warn';
  return operations.total === 0 || !log.lastVerification ? 'not_assessed' : 'pass';
}

function nextSteps({ activity: { gates, refusals }, log }: PeriodicFacts): NextStep[] {
  return [
    ...(log.lastVerification?.ok ? [] : [reportCall('audit_verify', 'verify the audit log')]),
    ...(gates.consent.total + gates.residency.total > 0 ? [reportCall('violations', 'see which operations')] : []),
    ...(refusals.total > 0 ? [reportCall('security_alerts', 'see whether the refusals are a pattern')] : []),
  ];
}

function markdown(
  { title, simulated }: PeriodicFacts,
  lines: readonly string[],
  rows: readonly ComparedFigure[],
): string {
  const sections = [...new Set(rows.map(({ section }) => section))];
  return [
    `# ${title}`,
    '',
    ...(simulated ? ['SIMULATED: no real service was called.', ''] : []),
    ...markdownList(lines),
    ...sections.flatMap((section) => {
      const own = rows.filter((row) => row.section === section);
      const cells = own.map(({ measure, value, previous, change, unit }) => [
        unit === 'count' ? measure : `${measure}, ${unit}`,
        ...[value, previous, change],
      ]);
      return ['', `## ${heading(section)}`, '', ...markdownTable(['measure', 'value', 'before', 'change'], cells)];
    }),
    '',
  ].join('\n');
}

function heading(section: string): string {
  return section.charAt(0).toUpperCase() + section.slice(1);
}
