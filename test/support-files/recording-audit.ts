import type { AuditKind, AuditWriter } from '../../src/compliance/audit/audit-kinds.ts';
import type { AuditState } from '../../src/compliance/audit/audit-log.ts';

interface Recorded {
  kind: AuditKind;
  body: Readonly<Record<string, unknown>>;
}

/** An audit log in memory, for what stands above it; the real one has its own tests. */
export class RecordingAudit implements AuditWriter {
  readonly rows: Recorded[] = [];
  state: AuditState = 'stored';
  full: string | null = null;
  /** Set: appending fails with it. */
  fault: Error | null = null;

  get status() {
    return { state: this.state, cause: this.state === 'stored' ? null : 'scripted', waiting: 0 };
  }

  async append(kind: AuditKind, body: Readonly<Record<string, unknown>>): Promise<AuditState> {
    if (this.fault) throw this.fault;
    this.rows.push({ kind, body });
    return this.state;
  }

  /** Bodies of one kind. */
  of(kind: AuditKind) {
    return this.rows.filter((row) => row.kind === kind).map(({ body }) => body);
  }
}
