import type { ResidencyReport } from '../../residency/report.ts';
import type { Activity } from '../activity.ts';
import type { Alerts } from '../alerts/alerts-report.ts';
import type { Finding } from '../control.ts';
import type { LogFacts } from '../log-facts.ts';
import type { Period } from '../period.ts';
import type { PostureCheck } from '../posture/check.ts';
import type { ReportSources } from '../report-body.ts';

/** What the controls are judged by. */
export interface GdprFacts extends Pick<ReportSources, 'config' | 'now'> {
  period: Period;
  /** The rows of the period, and the log as a whole; null where the store could not be read, and `cause` says why. */
  read: { activity: Activity; log: LogFacts } | null;
  cause: string | null;
  residency: ResidencyReport;
  posture: readonly PostureCheck[];
  alerts: Alerts;
}

/** What rests on rows is not assessed while they cannot be read. */
export function fromRows(facts: GdprFacts, judge: (read: NonNullable<GdprFacts['read']>) => Finding): Finding {
  if (facts.read) return judge(facts.read);
  const next = { tool: 'health_check', arguments: { depth: 'detailed' }, why: 'see what is wrong with the store' };
  return { status: 'not_assessed', reason: `The audit log cannot be read: ${facts.cause}`, next };
}

/** A rule that no operation has put to the test is not passed by its setting alone. */
export const noTraffic: Finding = { status: 'not_assessed', reason: 'No operation was routed in this period.' };
