import { scanEntries } from '../audit-scan.ts';
import type { ControlStatus } from '../control.ts';
import { readLogFacts } from '../log-facts.ts';
import { hourMs, isoTime } from '../period.ts';
import { progressOf } from '../progress.ts';
import { readOrCause } from '../read-or-cause.ts';
import type { Report, ReportBody, ReportOrder, ReportSources } from '../report-body.ts';
import type { Alert, AlertFacts } from './alert.ts';
import { alertRules } from './rules.ts';
import { AlertSignals } from './signals.ts';
import { baselineHours } from './thresholds.ts';

export interface Alerts {
  /** The gravest first. */
  alerts: readonly Alert[];
  /** Rules that could be told, and those that could not, with why. */
  looked: readonly string[];
  notAssessed: readonly { id: string; reason: string }[];
  /** Rows of the last week that they rest on. */
  rows: number;
}

/** Every rule over what was gathered. Pure. */
export function assessAlerts(facts: AlertFacts): Alerts {
  const outcomes = alertRules.map(({ id, rule }) => ({ id, outcome: rule(facts) }));
  const alerts = outcomes.flatMap(({ outcome }) => (outcome && 'severity' in outcome ? [outcome] : []));
  const notAssessed = outcomes.flatMap(({ id, outcome }) =>
    outcome && 'notAssessed' in outcome ? [{ id, reason: outcome.notAssessed }] : [],
  );
  return {
    alerts: alerts.sort((a, b) => (a.severity < b.severity ? -1 : Number(a.severity > b.severity))),
    looked: outcomes.filter(({ id }) => !notAssessed.some((rule) => rule.id === id)).map(({ id }) => id),
    notAssessed,
    rows: facts.signals.rows,
  };
}

/** Goes on without the store: what this process knows by itself is told all the same. */
export async function alertsOf(
  sources: ReportSources,
  { signal, onProgress }: Pick<ReportOrder, 'signal' | 'onProgress'>,
): Promise<Alerts> {
  const { store, now, auditStatus, lockdown } = sources;
  const read = await readOrCause(async () => {
    const signals = new AlertSignals(now);
    const period = { from: now - (baselineHours + 1) * hourMs, to: Number.MAX_SAFE_INTEGER };
    const kinds = new Set(['OPERATION', 'ACCESS']);
    const progress = progressOf(onProgress, 'rows read');
    const scan = scanEntries({ store, period, kinds, order: 'oldest_first', signal, onProgress: progress });
    for await (const entries of scan) for (const entry of entries) signals.add(entry);
    return { signals, lastVerification: (await readLogFacts(sources)).lastVerification };
  });
  const known = read.value ?? { signals: new AlertSignals(now), lastVerification: null };
  const found = assessAlerts({ ...known, auditStatus, lockdown, now });
  if (read.value) return found;
  const own = ['audit_waiting', 'lockdown'];
  const others = alertRules.filter(({ id }) => !own.includes(id));
  return {
    ...found,
    looked: own,
    notAssessed: others.map(({ id }) => ({ id, reason: `the store cannot be read: ${read.cause}` })),
  };
}

export const alertsReport: Report = async (sources, order) => alertsBody(await alertsOf(sources, order));

export function alertsBody({ alerts, looked, notAssessed, rows }: Alerts): ReportBody {
  const reasons = [...new Set(notAssessed.map(({ reason }) => reason))];
  return {
    status: statusOf(alerts, notAssessed.length),
    summary: [
      alerts.length === 0 ? 'No alert.' : `${alerts.length} alerts, the gravest ${alerts[0]?.severity}.`,
      `Looked at: ${looked.join(', ')}; ${rows} rows of operations and accesses in the last week.`,
      ...reasons.map((reason) => {
        const ids = notAssessed.filter((rule) => rule.reason === reason).map(({ id }) => id);
        return `Not assessed: ${ids.join(', ')} (${reason}).`;
      }),
    ],
    rows: alerts.map(({ severity, id, message, value, threshold, window, n, since, runbook }) => {
      return { severity, id, message, value, threshold, window, n, since: isoTime(since), runbook };
    }),
    next: alerts.slice(0, 3).map(({ next }) => next),
  };
}

function statusOf(alerts: readonly Alert[], notAssessed: number): ControlStatus {
  const [gravest] = alerts;
  if (gravest) return gravest.severity === 'P0' || gravest.severity === 'P1' ? 'fail' : 'warn';
  return notAssessed > 0 ? 'not_assessed' : 'pass';
}
