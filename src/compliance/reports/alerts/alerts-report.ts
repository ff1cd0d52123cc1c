import { type ControlStatus, type NextStep, reportCall } from '../control.ts';
import { feed } from '../feed.ts';
import { readLogFacts } from '../log-facts.ts';
import { hourMs, isoTime, type Period } from '../period.ts';
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

/** What the rules look back on. */
export function alertPeriod(now: number): Period {
  return { from: now - (baselineHours + 1) * hourMs, to: Number.MAX_SAFE_INTEGER };
}

type Known = Pick<ReportSources, 'auditStatus' | 'lockdown' | 'now'>;

/** What this process knows by itself, where the store cannot be read. */
export function alertsWithoutStore({ auditStatus, lockdown, now }: Known, cause: string): Alerts {
  const found = assessAlerts({ signals: new AlertSignals(now), lastVerification: null, auditStatus, lockdown, now });
  const own = ['audit_waiting', 'lockdown'];
  const others = alertRules.filter(({ id }) => !own.includes(id));
  const reason = `the store cannot be read: ${cause}`;
  return { ...found, looked: own, notAssessed: others.map(({ id }) => ({ id, reason })) };
}

async function alertsOf(sources: ReportSources, order: ReportOrder): Promise<Alerts> {
  const { now, auditStatus, lockdown } = sources;
  const { value, cause } = await readOrCause(async () => {
    const signals = new AlertSignals(now);
    await feed(sources, [{ period: alertPeriod(now), counter: signals }], order);
    return { signals, lastVerification: (await readLogFacts(sources)).lastVerification };
  });
  return value ? assessAlerts({ ...value, auditStatus, lockdown, now }) : alertsWithoutStore(sources, cause);
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
    next: nextOf({ alerts, notAssessed }),
  };
}

/** What the alerts name; where nobody knows whether the log is whole, that first. */
function nextOf({ alerts, notAssessed }: Pick<Alerts, 'alerts' | 'notAssessed'>): NextStep[] {
  const unverified = notAssessed.some(({ id }) => id === 'audit_broken');
  const verify = unverified ? [reportCall('audit_verify', 'verify the audit log now')] : [];
  return [...alerts.map(({ next }) => next), ...verify].slice(0, 3);
}

function statusOf(alerts: readonly Alert[], notAssessed: number): ControlStatus {
  const [gravest] = alerts;
  if (gravest) return gravest.severity === 'P0' || gravest.severity === 'P1' ? 'fail' : 'warn';
  return notAssessed > 0 ? 'not_assessed' : 'pass';
}
