import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import { messageOf } from '../config/errors.ts';
import { Mutex } from './mutex.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** Kysely's driver over that connection: one at a time, and transactions that take the write lock at once. */
export class SqliteThreadDriver implements Driver {
  readonly #sqlite: SqliteConnection;
  readonly #connection: KyselyConnection;
  readonly #mutex = new Mutex();

  constructor(connection: SqliteConnection) {
    this.#sqlite = connection;
    this.#connection = new KyselyConnection(connection);
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#mutex.lock();
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    this.#connection.begin();
  }

  async commitTransaction(): Promise<void> {
    await this.#connection.end('commit');
  }

  async rollbackTransaction(): Promise<void> {
    try {
      await this.#connection.end('rollback');
    } catch (thrown) {
      // SQLite rolls back by itself on some faults (a full disk): then there is nothing left to undo.
      if (!messageOf(thrown).includes('no transaction is active')) throw thrown;
    }
  }

  async releaseConnection(): Promise<void> {
    this.#mutex.unlock();
  }

  async destroy(): Promise<void> {
    await this.#sqlite.close();
  }
}

class KyselyConnection implements DatabaseConnection {
  readonly #connection: SqliteConnection;
  /** A transaction begins with its first query. */
  #beginning = false;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  begin(): void {
    this.#beginning = true;
  }

  async end(sql: 'commit' | 'rollback'): Promise<void> {
    const empty = this.#beginning;
    this.#beginning = false;
    if (!empty) await this.executeQuery({ sql, parameters: [] });
  }

  async executeQuery<Row>({ sql, parameters }: Pick<CompiledQuery, 'sql' | 'parameters'>): Promise<QueryResult<Row>> {
    const begin = this.#beginning;
    this.#beginning = false;
    const { rows, changes } = await this.#connection.query(sql, parameters, begin);
    return { rows: typed<Row>(rows), numAffectedRows: BigInt(changes) };
  }

  // biome-ignore lint/correctness/useYield: Kysely's interface asks for a generator; nothing here streams
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('Pages are read by key, not streamed.');
  }
}

/** Rows have the type that the query was built with: Kysely's own promise, which no check at run time can repeat. */
function typed<Row>(rows: unknown[]): Row[];
function typed(rows: unknown[]): unknown[] {
  return rows;
}
