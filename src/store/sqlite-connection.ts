import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { messageOf } from '../config/errors.ts';
import { type SqliteReply, type SqliteRequest, type SqliteWorkerData, sqliteReplySchema } from './sqlite-messages.ts';
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
  [8, 'store_unavailable'], // READONLY
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
  /** Why it is of no more use. */
  #ended: StoreError | null = null;
  #exited = false;

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

  /** False once its thread has ended, or its file is another one: it is of no more use. */
  get alive(): boolean {
    return this.#ended === null;
  }

  /** @throws StoreError */
  async open(): Promise<void> {
    await this.#ask('open');
  }

  /** Whether another connection has changed the file since the last time that this was asked. @throws StoreError */
  async changed(): Promise<boolean> {
    return (await this.#ask('changed')) === true;
  }

  /** @param begin whether a transaction begins with it. @throws StoreError */
  async query(sql: string, parameters: readonly unknown[], begin: boolean): Promise<z.infer<typeof resultSchema>> {
    return resultSchema.parse(await this.#ask('query', { sql, parameters: valuesSchema.parse(parameters), begin }));
  }

  /** Waits for what is under way, and lets SQLite tidy its write-ahead log. */
  async close(): Promise<void> {
    await this.#send('close').catch(() => undefined); // what cannot be closed is ended with its thread
    await this.#worker.terminate();
  }

  async #ask(type: SqliteRequest['type'], what?: Partial<SqliteRequest>): Promise<unknown> {
    if (this.#ended) throw this.#ended;
    return this.#send(type, what);
  }

  #send(type: SqliteRequest['type'], what: Partial<SqliteRequest> = {}): Promise<unknown> {
    if (this.#exited) return Promise.reject(this.#ended);
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // While a reply is awaited the process goes on; an idle store keeps nobody alive.
      this.#worker.ref();
      const request: SqliteRequest = { id, type, sql: '', parameters: [], begin: false, ...what };
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

  #errorOf({ message, errcode, lost }: NonNullable<SqliteReply['error']>): StoreError {
    // Without a code of SQLite's it is a call that was made wrongly, and says nothing of the file.
    const code = errcode === null ? 'store_fault' : (codes.get(errcode) ?? 'store_unavailable');
    const error = new StoreError(lost ? 'store_unavailable' : code, `SQLite file ${this.#file}: ${message}`);
    if (lost) this.#ended ??= error;
    return error;
  }

  #end(cause: string): void {
    this.#exited = true;
    this.#ended ??= new StoreError('store_unavailable', `SQLite file ${this.#file}: ${cause}`);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
