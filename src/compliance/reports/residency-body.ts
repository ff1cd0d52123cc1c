import { type ResidencyReport, residencyReport } from '../residency/report.ts';
import type { Verdict } from '../residency/verdict.ts';
import type { ControlStatus } from './control.ts';
import { worstOf } from './control.ts';
import type { Report, ReportBody } from './report-body.ts';

/** Where each model and upstream answers, as the gate goes by it. */
export const residency: Report = async ({ config, targets }) =>
  residencyBody(residencyReport(config.residency, targets.all()));

export function residencyBody({
  rows,
  counts,
  mode,
  strict,
  allowedRegions,
  builtInList,
}: ResidencyReport): ReportBody {
  if (rows.length === 0) {
    return {
      status: 'not_assessed',
      summary: ['Neither Bedrock nor an upstream is configured, so nothing answers anywhere.'],
      next: [{ tool: 'health_check', arguments: { depth: 'detailed' }, why: 'see what is not configured' }],
    };
  }
  const { inside, outside, not_assessed } = counts;
  const remedy = rows.find((row) => row.status !== 'inside')?.remedy;
  return {
    status: worstOf(rows.map(statusOf)),
    summary: [
      `${inside} inside, ${outside} outside, ${not_assessed} not assessed; residency.mode ${mode}${strict ? ', strict' : ''}.`,
      `Allowed regions: ${allowedRegions.join(', ')}. Built-in list of ${builtInList.asOf}.`,
      ...(remedy ? [remedy] : []),
    ],
    rows: rows.map((row) => ({
      verdict: row.status,
      target: row.model ?? row.upstream,
      class: row.class,
      destinations: row.destinations.join(' '),
      refused: row.refused,
      reason: row.reason,
    })),
    next: [
      { tool: 'compliance_report', arguments: { report: 'violations' }, why: 'see operations that broke the rule' },
    ],
  };
}

/** A target outside that the gate keeps out is a warning: it is configured in vain. */
function statusOf({ status, refused }: { status: Verdict['status']; refused: boolean }): { status: ControlStatus } {
  if (status === 'inside') return { status: 'pass' };
  if (refused) return { status: 'warn' };
  return { status: status === 'outside' ? 'fail' : 'not_assessed' };
}
