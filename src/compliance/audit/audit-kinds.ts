import type { AuditLogStatus, AuditState } from './audit-log.ts';

/** What a row of the audit log tells of, beside a writer's first and last row. */
export const auditKinds = [
  'OPERATION',
  'ACCESS',
  'OVERRIDE',
  'MODE',
  'CONFIGURATION',
  'CONSENT',
  'ERASURE',
  'REPORT',
  'RETENTION',
] as const;
export type AuditKind = (typeof auditKinds)[number];

/** What the parts of the server write the audit log with. Bodies hold no prompt, answer, secret or personal data. */
export interface AuditWriter {
  /** Resolves when the row is on the disk, or with `held` where it is in memory alone. @throws where none is taken any more */
  append(kind: AuditKind, body: Readonly<Record<string, unknown>>): Promise<AuditState>;
  readonly status: AuditLogStatus;
  /** Why new operations must wait: so many rows are in memory alone; null while there is room. */
  readonly full: string | null;
}
