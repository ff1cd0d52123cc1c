import { residencyReport } from '../../residency/report.ts';
import { Activity } from '../activity.ts';
import { alertPeriod, alertsWithoutStore, assessAlerts } from '../alerts/alerts-report.ts';
import { AlertSignals } from '../alerts/signals.ts';
import { nextOf, statusCounts, worstOf } from '../control.ts';
import { feed } from '../feed.ts';
import { readLogFacts } from '../log-facts.ts';
import { dayMs, type Period, periodOf, periodText } from '../period.ts';
import { assessPosture } from '../posture/posture.ts';
import { readOrCause } from '../read-or-cause.ts';
import type { Report, ReportBody, ReportOrder, ReportSources } from '../report-body.ts';
import { folderMode } from '../state-folder-mode.ts';
import { gdprControls } from './controls.ts';
import type { GdprFacts } from './facts.ts';

/** A week, as the runbook's compliance report. */
const defaultDays = 7;

/** Reads the log once for all of it. Goes on without the store. */
export async function gdprFacts(sources: ReportSources, order: ReportOrder, period: Period): Promise<GdprFacts> {
  const { config, now, targets, auditStatus, lockdown } = sources;
  const activity = new Activity();
  const signals = new AlertSignals(now);
  const { value: log, cause } = await readOrCause(async () => {
    const recent = { period: alertPeriod(now), counter: signals };
    await feed(sources, [{ period, counter: activity }, recent], order);
    return readLogFacts(sources);
  });
  const folder = await folderMode(sources.folder);
  const known = { auditStatus, lockdown, now };
  return {
    config,
    now,
    period,
    read: log && { activity, log },
    cause,
    residency: residencyReport(config.residency, targets.all()),
    posture: assessPosture({ ...known, config, folder, log, cause }).checks,
    alerts: log
      ? assessAlerts({ ...known, signals, lastVerification: log.lastVerification })
      : alertsWithoutStore(sources, cause ?? ''),
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
