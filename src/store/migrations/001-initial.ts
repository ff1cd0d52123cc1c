import { type Kysely, sql } from 'kysely';

/** Autoincremented keys are the one thing that the engines spell differently. */
export interface EngineWords {
  serial: 'serial' | 'integer';
  /** Type of a key that counts rows: "integer" is SQLite's own row id, so that appending needs no second tree. */
  rowId: 'bigint' | 'integer';
}

/** The first version of the store. @param words the engine's own spelling */
export async function createInitialTables(db: Kysely<unknown>, words: EngineWords): Promise<void> {
  await db.schema
    .createTable('counters')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'bigint', (column) => column.notNull())
    .execute();
  await sql`insert into counters (name, value) values ('state', 0)`.execute(db);
  await db.schema
    .createTable('state')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('value', 'text')
    .addColumn('revision', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addPrimaryKeyConstraint('state_key', ['kind', 'name'])
    .execute();
  await db.schema.createIndex('state_revision').on('state').column('revision').execute();
  await db.schema
    .createTable('keys')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('wrapped', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('kpi_minutes')
    .addColumn('taken_at', 'bigint', (column) => column.notNull())
    .addColumn('writer', 'text', (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('kpi_minutes_key', ['taken_at', 'writer'])
    .execute();
  await createAuditTables(db, words);
  await createSubjectTables(db, words);
}

async function createAuditTables(db: Kysely<unknown>, { rowId }: EngineWords): Promise<void> {
  await db.schema
    .createTable('writers')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('pid', 'bigint', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .addColumn('closed_at', 'bigint')
    .execute();
  await db.schema
    .createTable('audit_log')
    .addColumn('seq', rowId, (column) => column.primaryKey())
    .addColumn('writer', 'text', (column) => column.notNull())
    .addColumn('writer_seq', 'bigint', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('content', 'text')
    .addColumn('previous', 'text', (column) => column.notNull())
    .addColumn('leaf', 'text', (column) => column.notNull())
    .addUniqueConstraint('audit_log_writer', ['writer', 'writer_seq'])
    .execute();
  await db.schema.createIndex('audit_log_kind').on('audit_log').columns(['kind', 'at']).execute();
  await db.schema.createIndex('audit_log_at').on('audit_log').column('at').execute();
  await db.schema
    .createTable('audit_head')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('leaf', 'text', (column) => column.notNull())
    .addColumn('frontier', 'text', (column) => column.notNull())
    .addColumn('note', 'text', (column) => column.notNull())
    .execute();
  await sql`insert into audit_head (id, size, leaf, frontier, note)
    values (1, 0, ${'0'.repeat(64)}, '[]', '')`.execute(db);
  await db.schema
    .createTable('audit_checkpoints')
    .addColumn('size', 'bigint', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('note', 'text', (column) => column.notNull())
    .addColumn('anchored_at', 'bigint')
    .execute();
}

async function createSubjectTables(db: Kysely<unknown>, { serial }: EngineWords): Promise<void> {
  await db.schema
    .createTable('subjects')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('pseudonym', 'text', (column) => column.notNull().unique())
    .addColumn('wrapped_key', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('consents')
    .addColumn('id', serial, (column) => column.primaryKey())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('purpose', 'text', (column) => column.notNull())
    .addColumn('legal_basis', 'text', (column) => column.notNull())
    .addColumn('notice_version', 'text', (column) => column.notNull())
    .addColumn('granted_at', 'bigint', (column) => column.notNull())
    .addColumn('withdrawn_at', 'bigint')
    .addColumn('expires_at', 'bigint')
    .addColumn('evidence', 'text', (column) => column.notNull())
    .addColumn('recorded_at', 'bigint', (column) => column.notNull())
    .addColumn('import_id', 'text')
    .execute();
  await db.schema
    .createTable('consent_imports')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('applied_at', 'bigint')
    .execute();
  await db.schema.createIndex('consents_import').on('consents').column('import_id').execute();
  await db.schema.createIndex('consents_subject').on('consents').columns(['subject', 'id']).execute();
}
