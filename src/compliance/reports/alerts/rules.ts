import { type NextStep, reportCall } from '../control.ts';
import { hourMs } from '../period.ts';
import type { Alert, AlertFacts, AlertRule, RuleOutcome } from './alert.ts';
import { type Hours, median } from './hours.ts';
import type { Sightings } from './signals.ts';
import * as limits from './thresholds.ts';

/** Sections of the runbook, by what an alert is about. */
const sections = { audit: 'state-and-audit', data: 'compliance', incident: 'incidents' } as const;

/** Whoever alters the log hides something: a broken chain is P0 (mission checklist, "Bands"). */
function auditBroken({ lastVerification: last }: AlertFacts): RuleOutcome {
  if (!last) return { notAssessed: 'the audit log has not been verified yet' };
  if (last.ok) return null;
  return {
    id: 'audit_broken',
    severity: 'P0',
    since: last.at,
    value: last.breaks,
    threshold: 1,
    n: last.of,
    window: 'whole log, at its last verification',
    message: `The audit log is broken${last.firstBreak ? ` from row ${last.firstBreak.seq} (${last.firstBreak.kind})` : ''}.`,
    runbook: sections.audit,
    next: reportCall('audit_verify', 'see the breaks'),
  };
}

function auditWaiting({ auditStatus, now }: AlertFacts): RuleOutcome {
  const { state, waiting } = auditStatus;
  if (state === 'stored') return null;
  return {
    // What is in memory alone is lost with the process; what is spooled is on the disk.
    id: 'audit_waiting',
    severity: state === 'held' ? 'P1' : 'P2',
    since: now,
    value: waiting,
    threshold: 1,
    n: waiting,
    window: 'now',
    runbook: sections.audit,
    message: `Audit rows wait ${state === 'held' ? 'in memory alone' : 'in the spool file'}.`,
    next: { tool: 'health_check', arguments: { depth: 'detailed' }, why: 'see what keeps the store from taking them' },
  };
}

function lockdown({ lockdown: active }: AlertFacts): RuleOutcome {
  if (!active) return null;
  return {
    id: 'lockdown',
    severity: 'P1',
    since: active.since,
    value: 1,
    threshold: 1,
    n: 1,
    window: 'now',
    runbook: sections.incident,
    message: 'A lockdown is in force: every operation is refused.',
    next: {
      tool: 'security_response',
      arguments: { action: 'lockdown', enable: false },
      why: 'lift it once it is safe',
    },
  };
}

function refusedAccess({ signals }: AlertFacts): RuleOutcome {
  const [worst] = signals.callers().filter(({ burst }) => burst.size >= limits.refusedCalls);
  if (!worst) return null;
  const { burst, denied } = worst;
  return {
    // Bad input alone is more often a client that was built wrong than one that probes.
    id: 'refused_access',
    severity: denied ? 'P2' : 'P3',
    since: burst.since,
    value: burst.size,
    threshold: limits.refusedCalls,
    n: burst.size,
    window: '5 min within 24 h, by caller',
    runbook: sections.incident,
    message: denied
      ? 'One caller was refused again and again.'
      : 'One caller was refused again and again for bad input alone.',
    next: reportCall('access_log', 'see who called what'),
  };
}

function personalDataSpike(facts: AlertFacts): RuleOutcome {
  return spike(facts, facts.signals.personalData, {
    id: 'personal_data_spike',
    severity: 'P3',
    least: limits.leastPersonalData,
    message: 'Far more personal data than usual comes in operations.',
    next: reportCall('daily', 'see which types, against the day before'),
  });
}

function consentSpike(facts: AlertFacts): RuleOutcome {
  return spike(facts, facts.signals.consent, {
    id: 'consent_spike',
    severity: 'P2',
    least: limits.leastConsentViolations,
    message: 'Far more operations than usual have no legal basis.',
    next: reportCall('violations', 'see which kinds'),
  });
}

interface Spike extends Pick<Alert, 'id' | 'severity' | 'message' | 'next'> {
  least: number;
}

function spike({ signals, now }: AlertFacts, hours: Hours, { least, ...alert }: Spike): RuleOutcome {
  const history = signals.oldestAt === null ? 0 : Math.floor((now - signals.oldestAt) / hourMs);
  if (history < limits.leastHistoryHours)
    return { notAssessed: `${history} h of history, ${limits.leastHistoryHours} h are needed for a baseline` };
  const usual = median(hours.before(history)) ?? 0;
  const value = hours.last;
  const threshold = Math.max(least, limits.spikeFactor * usual);
  if (value < least || value <= limits.spikeFactor * usual) return null;
  const window = `last hour against the median of ${hours.before(history).length} hours`;
  return { ...alert, since: now - hourMs, value, threshold, n: signals.rows, window, runbook: sections.data };
}

function residencyLeft({ signals }: AlertFacts): RuleOutcome {
  return sighted(signals.residencyLeft, {
    id: 'residency_left',
    severity: 'P1',
    threshold: limits.residencyOperations,
    message: 'Operations went, or may have gone, to places that are not known to be allowed.',
    next: reportCall('violations', 'see which'),
  });
}

function residencyRefused({ signals }: AlertFacts): RuleOutcome {
  return sighted(signals.residencyRefused, {
    id: 'residency_refused',
    severity: 'P2',
    threshold: limits.residencyOperations,
    message: 'Operations were refused: no allowed path answers inside the allowed places.',
    next: reportCall('residency', 'see where each target answers'),
  });
}

function secondStage({ signals }: AlertFacts): RuleOutcome {
  return sighted(signals.secondStage, {
    id: 'second_stage_failed',
    severity: 'P2',
    threshold: limits.secondStageFailures,
    message: 'Operations were refused: the second stage of recognition did not answer.',
    next: { tool: 'health_check', arguments: { depth: 'detailed' }, why: 'see whether its service works' },
  });
}

interface Sighted extends Pick<Alert, 'id' | 'severity' | 'message' | 'threshold'> {
  next: NextStep;
}

function sighted({ n, since }: Sightings, alert: Sighted): RuleOutcome {
  return n < alert.threshold ? null : { ...alert, since, value: n, n, window: '24 h', runbook: sections.data };
}

export const alertRules: readonly AlertRule[] = [
  { id: 'audit_broken', rule: auditBroken },
  { id: 'audit_waiting', rule: auditWaiting },
  { id: 'lockdown', rule: lockdown },
  { id: 'residency_left', rule: residencyLeft },
  { id: 'residency_refused', rule: residencyRefused },
  { id: 'consent_spike', rule: consentSpike },
  { id: 'personal_data_spike', rule: personalDataSpike },
  { id: 'refused_access', rule: refusedAccess },
  { id: 'second_stage_failed', rule: secondStage },
];
