import { residencyReport } from '../../residency/report.ts';
import { activityOf } from '../activity-of.ts';
import { alertsOf } from '../alerts/alerts-report.ts';
import { nextOf, statusCounts, worstOf } from '../control.ts';
import { readLogFacts } from '../log-facts.ts';
import { dayMs, type Period, periodOf, periodText } from '../period.ts';
import { postureOf } from '../posture/posture-report.ts';
import { readOrCause } from '../read-or-cause.ts';
import type { Report, ReportBody, ReportOrder, ReportSources } from '../report-body.ts';
import { gdprControls } from './controls.ts';
import type { GdprFacts } from './facts.ts';

/** A week, as the runbook's compliance report. */
const defaultDays = 7;

export async function gdprFacts(sources: ReportSources, order: ReportOrder, period: Period): Promise<GdprFacts> {
  const { config, now, targets } = sources;
  const { value: read, cause } = await readOrCause(async () => {
    return { activity: await activityOf(sources, period, order), log: await readLogFacts(sources) };
  });
  return {
    config,
    now,
    period,
    read,
    cause,
    residency: residencyReport(config.residency, targets.all()),
    posture: (await postureOf(sources)).checks,
    alerts: await alertsOf(sources, order),
  };
}

export const gdprStatus: Report = async (sources, order) => {
  const period = periodOf(order, sources.now, defaultDays * dayMs);
  return gdprBody(await gdprFacts(sources, order, period));
};

export function gdprBody(facts: GdprFacts): ReportBody {
  const controls = gdprControls(facts);
  const { period, read } = facts;
  const rows = read ? `${read.activity.rows.rows} audit rows` : 'no rows: the store cannot be read';
  return {
    status: worstOf(controls),
    summary: [`${periodText(period)}, ${rows}. ${statusCounts(controls)}.`, ...unreadLines(facts)],
    controls,
    next: nextOf(controls),
  };
}

/** Rows that say nothing any more are told, since the counts are without them. */
function unreadLines({ read }: GdprFacts): string[] {
  const { pruned = 0, unreadable = 0 } = read?.activity ?? {};
  if (pruned + unreadable === 0) return [];
  return [`Not counted: ${pruned} pruned rows, ${unreadable} that could not be read.`];
}
