import type { Config } from '../../config/schema.ts';
import type { Store } from '../../store/store.ts';
import type { AuditLogStatus } from '../audit/audit-log.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { ConsentRecords } from '../consent/consent-records.ts';
import type { ResidencyTargets } from '../residency/targets.ts';
import type { SubjectRegistry } from '../subjects/subject-registry.ts';
import type { Control, ControlStatus, NextStep } from './control.ts';
import type { LastVerification } from './log-facts.ts';
import type { ReportFormat, ReportName } from './report-names.ts';

/** What the reports are made from. */
export interface ReportSources {
  config: Config;
  store: Store;
  trail: Pick<AuditTrail, 'verify' | 'trustedKeys'>;
  consents: Pick<ConsentRecords, 'all'>;
  subjects: Pick<SubjectRegistry, 'count'>;
  targets: Pick<ResidencyTargets, 'all'>;
  /** The state folder's path. */
  folder: string;
  /** How this process writes the log at the moment. */
  auditStatus: AuditLogStatus;
  /** The lockdown in force; times in ms since 1970. */
  lockdown: { since: number; expiresAt: number } | null;
  /** What a verification found just now; absent: the last one that was written down counts. */
  justVerified?: LastVerification;
  /** Milliseconds since 1970. */
  now: number;
}

/** What is asked for. */
export interface ReportOrder {
  report: ReportName;
  format: ReportFormat;
  /** ISO 8601. */
  from?: string | undefined;
  to?: string | undefined;
  cursor?: string | undefined;
  limit: number;
  signal: AbortSignal;
  onProgress?: ((text: string) => void) | undefined;
}

/** A line of a list; its fields stand in the order in which they are read. */
export type ReportRow = Record<string, string | number | boolean | null | Readonly<Record<string, unknown>>>;

export interface ReportBody {
  status: ControlStatus;
  /** Short lines, the most important first. */
  summary: string[];
  controls?: readonly Control[];
  rows?: readonly ReportRow[];
  document?: string;
  nextCursor?: string | null;
  next?: readonly NextStep[];
  /** What the report's own audit row says beside its name: numbers and words of the code, no free text. */
  audited?: Readonly<Record<string, unknown>>;
}

export type Report = (sources: ReportSources, order: ReportOrder) => Promise<ReportBody>;
