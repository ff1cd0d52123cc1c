import { Worker } from 'node:worker_threads';
import type { DatabaseConnection, Driver, QueryResult } from 'kysely';
import { CompiledQuery } from 'kysely';
import { z } from 'zod';
import { messageOf } from '../config/errors.ts';
import { Mutex } from './mutex.ts';
import { type SqliteRequest, type SqliteWorkerData, sqliteReplySchema } from './sqlite-messages.ts';
import { StoreError, type StoreErrorCode } from './store-error.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: StoreError): void;
}

const valuesSchema = z.array(z.union([z.string(), z.number(), z.bigint(), z.null(), z.instanceof(Uint8Array)]));
const resultSchema = z.object({ rows: z.array(z.unknown()), changes: z.number() });

// SQLite's result codes, https://www.sqlite.org/rescode.html
const codes = new Map<number, StoreErrorCode>([
  [1, 'store_fault'], // ERROR
  [5, 'store_locked'], // BUSY
  [6, 'store_locked'], // LOCKED
  [10, 'store_unavailable'], // IOERR
  [11, 'store_corrupt'], // CORRUPT
  [13, 'store_full'], // FULL
  [14, 'store_unavailable'], // CANTOPEN
  [19, 'store_conflict'], // CONSTRAINT
  [26, 'store_corrupt'], // NOTADB
]);

/** The worker is compiled JavaScript: beside this file, or in dist/ where this one is run as source. */
function workerUrl(): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(isSource ? '../../dist/src/store/sqlite-worker.js' : './sqlite-worker.js', import.meta.url);
}

/** One connection to an SQLite file, in a thread of its own. */
export class SqliteConnection {
  readonly #worker: Worker;
  readonly #file: string;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #ended: StoreError | null = null;

  constructor(data: SqliteWorkerData) {
    this.#file = data.file;
    this.#worker = new Worker(workerUrl(), {
      workerData: data,
      // Node 22 and 24 say on stderr that their SQLite is experimental.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    // The store must not keep a process alive that has ended its work.
    this.#worker.unref();
    this.#worker.on('message', (message) => this.#settle(message));
    this.#worker.on('error', (error) => this.#end(messageOf(error)));
    this.#worker.on('exit', () => this.#end('its thread has ended'));
  }

  /** @throws StoreError */
  get alive(): boolean {
    return this.#ended === null;
  }

  async open(): Promise<void> {
    await this.#ask('open');
  }

  /** Whether another connection has changed the file since the last time that this was asked. @throws StoreError */
  async changed(): Promise<boolean> {
    return (await this.#ask('changed')) === true;
  }

  /** @throws StoreError */
  async query(sql: string, parameters: readonly unknown[]): Promise<z.infer<typeof resultSchema>> {
    return resultSchema.parse(await this.#ask('query', sql, valuesSchema.parse(parameters)));
  }

  async close(): Promise<void> {
    if (!this.#ended) await this.#ask('close').catch(() => undefined); // what cannot be closed is ended with its thread
    await this.#worker.terminate();
  }

  #ask(type: SqliteRequest['type'], sql = '', parameters: SqliteRequest['parameters'] = []): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // While a reply is awaited the process goes on; an idle store keeps nobody alive.
      this.#worker.ref();
      const request: SqliteRequest = { id, type, sql, parameters };
      this.#worker.postMessage(request);
    });
  }

  #settle(message: unknown): void {
    const { id, value, error } = sqliteReplySchema.parse(message);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (error) waiting?.reject(this.#errorOf(error));
    else waiting?.resolve(value);
  }

  #errorOf({ message, errcode }: { message: string; errcode: number | null }): StoreError {
    const code = (errcode !== null && codes.get(errcode)) || 'store_unavailable';
    return new StoreError(code, `SQLite file ${this.#file}: ${message}`);
  }

  #end(cause: string): void {
    this.#ended ??= new StoreError('store_unavailable', `SQLite file ${this.#file}: ${cause}`);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

/** Kysely's driver over that connection: one at a time, and transactions that take the write lock at once. */
export class SqliteThreadDriver implements Driver {
  readonly #connection: SqliteConnection;
  readonly #mutex = new Mutex();

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    await this.#mutex.lock();
    return new KyselyConnection(this.#connection);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // A transaction that starts as a reader cannot wait for the lock when it comes to write.
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await connection.executeQuery(CompiledQuery.raw('rollback'));
    } catch (thrown) {
      // SQLite rolls back by itself on some faults (a full disk): then there is nothing left to undo.
      if (!messageOf(thrown).includes('no transaction is active')) throw thrown;
    }
  }

  async releaseConnection(): Promise<void> {
    this.#mutex.unlock();
  }

  async destroy(): Promise<void> {
    await this.#connection.close();
  }
}

class KyselyConnection implements DatabaseConnection {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changes } = await this.#connection.query(sql, parameters);
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
