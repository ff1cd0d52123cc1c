import type { NextStep } from '../control.ts';
import type { LastVerification } from '../log-facts.ts';
import type { ReportSources } from '../report-body.ts';
import type { AlertSignals } from './signals.ts';

/** P0 to P3, as the runbook classifies incidents. */
export type Severity = 'P0' | 'P1' | 'P2' | 'P3';

export interface Alert {
  id: string;
  severity: Severity;
  /** Milliseconds since 1970: the first row that shows it, or when it came into force. */
  since: number;
  /** What was measured, what it is held against, and over what. */
  value: number;
  threshold: number;
  window: string;
  /** Rows or calls that the value rests on. */
  n: number;
  /** What is the matter, without a name or an identifier. */
  message: string;
  /** Slug of the runbook's section, for `runbook://section/{slug}`. */
  runbook: string;
  next: NextStep;
}

export interface AlertFacts extends Pick<ReportSources, 'auditStatus' | 'lockdown' | 'now'> {
  signals: AlertSignals;
  lastVerification: LastVerification | null;
}

/** Not raised, raised, or not to be told yet. */
export type RuleOutcome = Alert | null | { notAssessed: string };

export interface AlertRule {
  id: string;
  rule: (facts: AlertFacts) => RuleOutcome;
}
