import type { Generated } from 'kysely';

/**
 * The tables, the same on both engines: times are milliseconds since 1970, hashes are hexadecimal, JSON is text, so that one
 * query text and one row type serve SQLite and PostgreSQL.
 */
export interface Database {
  counters: CountersTable;
  state: StateTable;
  keys: KeysTable;
  writers: WritersTable;
  audit_log: AuditLogTable;
  audit_head: AuditHeadTable;
  audit_checkpoints: AuditCheckpointsTable;
  subjects: SubjectsTable;
  consents: ConsentsTable;
  consent_imports: ConsentImportsTable;
  kpi_minutes: KpiMinutesTable;
  background_operations: BackgroundOperationsTable;
}

/** Numbers that only grow; `state` counts the revisions of the state table. */
interface CountersTable {
  name: string;
  value: number;
}

/** Overrides, modes, thresholds, flags, blocks and the like: one row each, the newest revision wins. */
interface StateTable {
  kind: string;
  name: string;
  /** JSON; null where the row was removed, so that other processes see it go. */
  value: string | null;
  revision: number;
  updated_at: number;
  /** The row is of no use after this; null where it never expires. */
  expires_at: number | null;
}

/** Key material, wrapped by the key-encryption key. */
interface KeysTable {
  name: string;
  wrapped: string;
  created_at: number;
}

/** The server processes that have written to the audit log. */
interface WritersTable {
  id: string;
  host: string;
  pid: number;
  started_at: number;
  seen_at: number;
  closed_at: number | null;
}

interface AuditLogTable {
  seq: number;
  writer: string;
  writer_seq: number;
  at: number;
  kind: string;
  /** Canonical JSON; null where retention has pruned it. */
  content: string | null;
  previous: string;
  leaf: string;
}

/** One row: how far the log goes, changed in the transaction that adds rows. */
interface AuditHeadTable {
  id: number;
  size: number;
  leaf: string;
  frontier: string;
  /** Signed note over size and root; empty while the log is empty. */
  note: string;
}

interface AuditCheckpointsTable {
  size: number;
  at: number;
  note: string;
  anchored_at: number | null;
}

/** Who is behind a surrogate id: deleting the row is the erasure. */
interface SubjectsTable {
  /** Surrogate, random: what audit rows and consent records name. */
  id: string;
  /** HMAC of the identifier under the pseudonym key. */
  pseudonym: string;
  /** The subject's own data key, wrapped by the key-encryption key. */
  wrapped_key: string;
  created_at: number;
}

interface ConsentsTable {
  id: Generated<number>;
  subject: string;
  purpose: string;
  legal_basis: string;
  notice_version: string;
  granted_at: number;
  withdrawn_at: number | null;
  expires_at: number | null;
  /** Sealed under the subject's key: it may name people. */
  evidence: string;
  recorded_at: number;
  /** The import that it came with; null where it was set by itself. */
  import_id: string | null;
}

/** Files of consents: their records count from the moment that the whole file has been applied. */
interface ConsentImportsTable {
  id: string;
  started_at: number;
  applied_at: number | null;
}

/** What each process measured in a minute with operations. */
interface KpiMinutesTable {
  /** End of the minute, in ms since 1970. */
  taken_at: number;
  writer: string;
  /** JSON: counts, and latencies by class. */
  data: string;
}

/** Operations that run, or ran, without a caller who waits. */
interface BackgroundOperationsTable {
  /** The operation's id, which is the handle. */
  id: string;
  /** Whose handle it is. */
  principal: string;
  /** Surrogate of the person under whose key the result is sealed; null where it is sealed under this state's own. */
  subject: string | null;
  /** The process that runs it: its writer id, and its place, number and start. */
  writer: string;
  process: string;
  /** `running`, or how it ended: that never changes again. */
  state: string;
  started_at: number;
  /** When the process last said that it runs. */
  seen_at: number;
  finished_at: number | null;
  expires_at: number;
  /** How long it may take, in ms. */
  deadline_ms: number;
  /** 1 where its caller does not want it any more. */
  cancel_requested: number;
  /** JSON of the result as far as it goes, sealed: an answer may name people. */
  result: string;
}
