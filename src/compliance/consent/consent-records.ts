import { randomUUID } from 'node:crypto';
import type { ExpressionBuilder, Selectable } from 'kysely';
import type { Database } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import type { DataSubject, SubjectRegistry } from '../subjects/subject-registry.ts';
import type { ConsentSink } from './import-consents.ts';
import { type ConsentRecord, legalBasisSchema } from './record.ts';

interface Dependencies {
  store: Store;
  subjects: SubjectRegistry;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

const rowsPerPage = 1_000;
/** An import that was begun so long ago, and has not ended, never will. */
const abandonedMs = 86_400_000;
const columns = [
  'id',
  'subject',
  'purpose',
  'legal_basis',
  'notice_version',
  'granted_at',
  'withdrawn_at',
  'expires_at',
  'recorded_at',
] as const;

/** The consent records in the store: added, never changed; the subject stands in them by its random id. */
export class ConsentRecords {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** All records of one subject. @throws StoreError */
  async of(subject: DataSubject): Promise<ConsentRecord[]> {
    const rows = await this.#dependencies.store.run((db) =>
      db.selectFrom('consents').select(columns).where('subject', '=', subject.id).where(applied).execute(),
    );
    return rows.map(recordOf);
  }

  /** @param record its subject is the identifier, which does not get into the record. @throws StoreError */
  async add(record: ConsentRecord): Promise<DataSubject> {
    const subject = await this.#dependencies.subjects.enter(record.subject);
    await this.#dependencies.store.run((db) =>
      db
        .insertInto('consents')
        .values(valuesOf(record, subject, null))
        .execute(),
    );
    return subject;
  }

  /** Every record, those of one subject together, at a steady memory. @throws StoreError */
  async *all(): AsyncGenerator<ConsentRecord> {
    let after = { subject: '', id: 0 };
    for (;;) {
      const page = await this.#dependencies.store.run((db) =>
        db
          .selectFrom('consents')
          .select(columns)
          .where(applied)
          .where(({ eb, refTuple, tuple }) => eb(refTuple('subject', 'id'), '>', tuple(after.subject, after.id)))
          .orderBy('subject')
          .orderBy('id')
          .limit(rowsPerPage)
          .execute(),
      );
      const last = page.at(-1);
      if (!last) return;
      for (const row of page) yield recordOf(row);
      after = { subject: last.subject, id: last.id };
    }
  }

  /** Takes a file's records so that none of them counts before all of them are there. @throws StoreError */
  async import(): Promise<ConsentSink & { id: string }> {
    const { store, subjects, wallClock } = this.#dependencies;
    const id = randomUUID();
    await this.#discardAbandoned();
    await store.run((db) =>
      db.insertInto('consent_imports').values({ id, started_at: wallClock(), applied_at: null }).execute(),
    );
    return {
      id,
      async stage(records) {
        if (records.length === 0) return;
        const entered = await subjects.enterAll(records.map(({ subject }) => subject));
        const values = records.flatMap((record) => {
          const subject = entered.get(record.subject);
          return subject ? [valuesOf(record, subject, id)] : [];
        });
        await store.run((db) => db.insertInto('consents').values(values).execute());
      },
      async commit() {
        await store.run((db) =>
          db.updateTable('consent_imports').set({ applied_at: wallClock() }).where('id', '=', id).execute(),
        );
      },
      discard: () => discard(store, id),
    };
  }

  /** What a process left that ended in the middle of an import. */
  async #discardAbandoned(): Promise<void> {
    const { store, wallClock } = this.#dependencies;
    const abandoned = await store.run((db) =>
      db
        .selectFrom('consent_imports')
        .select('id')
        .where('applied_at', 'is', null)
        .where('started_at', '<', wallClock() - abandonedMs)
        .execute(),
    );
    for (const { id } of abandoned) await discard(store, id);
  }
}

async function discard(store: Store, id: string): Promise<void> {
  await store.run((db) => db.deleteFrom('consents').where('import_id', '=', id).execute());
  await store.run((db) => db.deleteFrom('consent_imports').where('id', '=', id).execute());
}

/** Set by itself, or come with a file that was applied as a whole. */
function applied(where: ExpressionBuilder<Database, 'consents'>) {
  const imports = where.selectFrom('consent_imports').select('consent_imports.id').where('applied_at', 'is not', null);
  return where.or([where('import_id', 'is', null), where('import_id', 'in', imports)]);
}

type Row = Selectable<Pick<Database['consents'], (typeof columns)[number]>>;

/** The evidence stays sealed: nothing but an access request of the subject needs it. */
function recordOf(row: Row): ConsentRecord {
  return {
    subject: row.subject,
    purpose: row.purpose,
    legalBasis: legalBasisSchema.parse(row.legal_basis),
    noticeVersion: row.notice_version,
    grantedAt: row.granted_at,
    withdrawnAt: row.withdrawn_at,
    expiresAt: row.expires_at,
    evidence: '',
    recordedAt: row.recorded_at,
  };
}

function valuesOf(record: ConsentRecord, subject: DataSubject, importId: string | null) {
  return {
    subject: subject.id,
    purpose: record.purpose,
    legal_basis: record.legalBasis,
    notice_version: record.noticeVersion,
    granted_at: record.grantedAt,
    withdrawn_at: record.withdrawnAt,
    expires_at: record.expiresAt,
    evidence: record.evidence === '' ? '' : subject.seal(record.evidence),
    recorded_at: record.recordedAt,
    import_id: importId,
  };
}
