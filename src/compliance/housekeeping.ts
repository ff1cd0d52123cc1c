import type { AuditConfig } from '../config/audit-schema.ts';
import { messageOf } from '../config/errors.ts';
import type { Store } from '../store/store.ts';
import type { AuditWriter } from './audit/audit-kinds.ts';
import { pruneContent } from './audit/audit-retention.ts';

interface Dependencies {
  store: Store;
  audit: AuditWriter;
  config: Pick<AuditConfig, 'retentionDays'>;
  /** Milliseconds since 1970. */
  wallClock: () => number;
  onFault: (cause: string) => void;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const firstMs = 60_000;
/** An import that has not been applied for so long was cut short, in ms. */
const abandonedMs = dayMs;
/** Other processes have seen a removed or expired row of the state table by then, in ms. */
const seenMs = 7 * dayMs;
/** How long KPI minutes are kept, in ms. */
const historyMs = 30 * dayMs;

/** What is done each hour: the audit log's retention, and what nobody needs any more. */
export class Housekeeping {
  readonly #dependencies: Dependencies;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Begins soon: a process that an IDE starts may not live for an hour. */
  start(): void {
    this.#in(firstMs);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #in(ms: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.run().then(() => this.#in(hourMs)), ms).unref();
  }

  /** One round. Never throws: what does not work now is done by the next one. */
  async run(): Promise<void> {
    try {
      await this.#prune();
      await this.#forget();
    } catch (thrown) {
      this.#dependencies.onFault(messageOf(thrown));
    }
  }

  async #prune(): Promise<void> {
    const { store, audit, config, wallClock } = this.#dependencies;
    if (config.retentionDays === 0) return;
    const before = wallClock() - config.retentionDays * dayMs;
    const { pruned, to } = await pruneContent({ store, before });
    if (pruned > 0) await audit.append('RETENTION', { pruned, to, before, retentionDays: config.retentionDays });
  }

  async #forget(): Promise<void> {
    const { store, wallClock } = this.#dependencies;
    const now = wallClock();
    await store.run(async (db) => {
      const abandoned = db
        .selectFrom('consent_imports')
        .select('consent_imports.id')
        .where('applied_at', 'is', null)
        .where('started_at', '<', now - abandonedMs);
      await db.deleteFrom('consents').where('import_id', 'in', abandoned).execute();
      await db
        .deleteFrom('consent_imports')
        .where('applied_at', 'is', null)
        .where('started_at', '<', now - abandonedMs)
        .execute();
      await db
        .deleteFrom('state')
        .where('value', 'is', null)
        .where('updated_at', '<', now - seenMs)
        .execute();
      await db
        .deleteFrom('state')
        .where('expires_at', '<', now - seenMs)
        .execute();
      await db.deleteFrom('background_operations').where('expires_at', '<=', now).execute();
      await db
        .deleteFrom('kpi_minutes')
        .where('taken_at', '<', now - historyMs)
        .execute();
    });
  }
}
