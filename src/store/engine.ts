import type { Kysely, RawBuilder, Transaction } from 'kysely';
import type { EngineWords } from './migrations/001-initial.ts';
import type { Database } from './schema.ts';
import type { StoreError } from './store-error.ts';

/** What the two engines do each in its own way; everything else is the same queries. */
export interface Engine {
  /** For health and messages; no credentials. */
  readonly name: string;
  readonly db: Kysely<Database>;
  readonly words: EngineWords;
  /** A JSON array as a table of its elements, one column `value`: any number of rows in one parameter. */
  elementsOf(json: string): RawBuilder<unknown>;
  /** False once the connection is lost for good, so that the store must be opened anew. */
  alive(): boolean;
  /** The store's view of what a call threw; null where it is the caller's own error. */
  errorOf(thrown: unknown): StoreError | null;
  /** In a transaction: waits until no other one holds this name. SQLite has one writer at a time anyway. */
  lock(transaction: Transaction<Database>, name: string): Promise<void>;
  /** In a transaction that changes the state table: tells other processes when it commits. */
  announce(transaction: Transaction<Database>): Promise<void>;
  /** Calls back when another process may have changed the state table; never for every change of the audit log alone. */
  watch(onChange: () => void): void;
  /** Makes deleted subjects unreadable in the engine's files. @throws StoreError where something keeps it from that */
  scrub(): Promise<void>;
  close(): Promise<void>;
}
