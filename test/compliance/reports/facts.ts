import { Activity } from '../../../src/compliance/reports/activity.ts';
import type { Alerts } from '../../../src/compliance/reports/alerts/alerts-report.ts';
import type { Entry } from '../../../src/compliance/reports/entry.ts';
import type { GdprFacts } from '../../../src/compliance/reports/gdpr/facts.ts';
import type { LastVerification, LogFacts } from '../../../src/compliance/reports/log-facts.ts';
import { dayMs } from '../../../src/compliance/reports/period.ts';
import { assessPosture } from '../../../src/compliance/reports/posture/posture.ts';
import { residencyReport } from '../../../src/compliance/residency/report.ts';
import { ResidencyTargets } from '../../../src/compliance/residency/targets.ts';
import { configWith } from '../../support-files/config.ts';
import { now } from './bodies.ts';

export function verification(changes: Partial<LastVerification> = {}): LastVerification {
  return { ok: true, of: 10, verifiedTo: 10, unanchored: 0, breaks: 0, firstBreak: null, at: now, seq: 11, ...changes };
}

export function emptyLog(changes: Partial<LogFacts> = {}): LogFacts {
  return {
    size: 0,
    head: '',
    oldestAt: null,
    oldestContentAt: null,
    newestPrunedAt: null,
    checkpoints: 0,
    checkpoint: null,
    lastVerification: null,
    openErasures: [],
    ...changes,
  };
}

interface Given {
  flags?: Readonly<Record<string, unknown>>;
  entries?: readonly Entry[];
  log?: Partial<LogFacts>;
  alerts?: Partial<Alerts>;
}

/** The facts that the controls are judged by, over these entries; the log is empty unless `log` says otherwise. */
export function gdprFactsOf({ flags = {}, entries = [], log = {}, alerts = {} }: Given): GdprFacts {
  const config = configWith({ 'direct.region': 'eu-central-1', ...flags });
  const activity = new Activity();
  for (const entry of entries) activity.add(entry);
  const targets = new ResidencyTargets({ config, region: () => config.direct.region ?? null });
  const facts = emptyLog(log);
  const auditStatus = { state: 'stored', cause: null, waiting: 0 } as const;
  const folder = { open: [], looked: 3, cause: null };
  return {
    config,
    now,
    period: { from: now - 7 * dayMs, to: now + 1 },
    read: { activity, log: facts },
    cause: null,
    residency: residencyReport(config.residency, targets.all()),
    posture: assessPosture({ config, auditStatus, lockdown: null, now, folder, log: facts, cause: null }).checks,
    alerts: { alerts: [], looked: [], notAssessed: [], rows: entries.length, ...alerts },
  };
}
