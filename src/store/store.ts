import type { Kysely, Transaction } from 'kysely';
import { messageOf } from '../config/errors.ts';
import type { Engine } from './engine.ts';
import { inTime } from './in-time.ts';
import type { Database } from './schema.ts';
import { StoreError } from './store-error.ts';

export type Db = Kysely<Database>;
export type Trx = Transaction<Database>;

export interface StoreStatus {
  status: 'opening' | 'open' | 'away';
  name: string;
  /** What is wrong, while it is away. */
  cause: string | null;
  /** Milliseconds since 1970. */
  since: number;
}

/** What is known of the store from the last time that this process had it open. */
export interface LastTime {
  /** It has been open. */
  again: boolean;
  /** It was damaged. */
  suspect: boolean;
}

interface Dependencies {
  /** For messages, before there is an engine. */
  name: string;
  /** @throws StoreError */
  open: (last: LastTime) => Promise<Engine>;
  /** How long one call may take, in ms. */
  timeoutMs: number;
  /** Milliseconds since 1970. */
  wallClock: () => number;
  /** Transitions alone. */
  onStatus: (status: StoreStatus) => void;
}

/** Time until a store that cannot be opened is tried again: from the first to the longest, in ms. */
const firstRetryMs = 500;
const longestRetryMs = 30_000;
/** Calls wait so long while it is opened for the first time, in ms: a machine that starts many things at once is slow. */
export const firstOpenMs = 4_000;
/** Rewriting a table of a million subjects takes some seconds. */
const scrubMs = 60_000;

/**
 * The state store: opened in the background, opened again when it was away. Every call has a timeout, and fails at once
 * while the store is known to be away, so that nothing on an operation's path waits for a dead one.
 */
export class Store {
  readonly #dependencies: Dependencies;
  readonly #listeners = new Set<() => void>();
  #opening: Promise<Engine> | null = null;
  #engine: Engine | null = null;
  #status: StoreStatus;
  #last: LastTime = { again: false, suspect: false };
  #failures = 0;
  #retryAt = 0;
  #closed = false;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    const { name, wallClock } = dependencies;
    this.#status = { status: 'opening', name, cause: null, since: wallClock() };
  }

  get status(): StoreStatus {
    return this.#status;
  }

  /** One or more reads, or writes that stand each for itself. @throws StoreError */
  async run<Result>(work: (db: Db) => Promise<Result>, timeoutMs = this.#dependencies.timeoutMs): Promise<Result> {
    return this.#guarded(({ db }) => work(db), timeoutMs);
  }

  /**
   * Writes that stand together: all of them are on the disk when this resolves, or none is.
   * @param lock others that name the same one wait for this transaction
   * @throws StoreError
   */
  async transaction<Result>(
    work: (transaction: Trx, engine: Pick<Engine, 'elementsOf'>) => Promise<Result>,
    { lock, timeoutMs = this.#dependencies.timeoutMs }: { lock?: string; timeoutMs?: number } = {},
  ): Promise<Result> {
    return this.#guarded(
      (engine) =>
        engine.db.transaction().execute(async (transaction) => {
          if (lock !== undefined) await engine.lock(transaction, lock);
          return work(transaction, engine);
        }),
      timeoutMs,
    );
  }

  /** Changes the state table: other processes are told when it commits. @throws StoreError */
  async change<Result>(work: (transaction: Trx) => Promise<Result>): Promise<Result> {
    return this.#guarded(
      (engine) =>
        engine.db.transaction().execute(async (transaction) => {
          await engine.lock(transaction, 'state');
          const result = await work(transaction);
          await engine.announce(transaction);
          return result;
        }),
      this.#dependencies.timeoutMs,
    );
  }

  /** Calls back when another process may have changed the state table, and when the store has been opened. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Makes deleted subjects unreadable in the engine's files. @throws StoreError where something keeps it from that */
  async scrub(): Promise<void> {
    await this.#guarded((engine) => engine.scrub(), Math.max(scrubMs, this.#dependencies.timeoutMs));
  }

  async close(): Promise<void> {
    this.#closed = true;
    const engine = await this.#opening?.catch(() => null); // what never opened has nothing to close
    await engine?.close();
  }

  async #guarded<Result>(work: (engine: Engine) => Promise<Result>, timeoutMs: number): Promise<Result> {
    const engine = await this.#openedIn(timeoutMs);
    try {
      const result = await inTime(work(engine), timeoutMs, () => this.#timeout(timeoutMs));
      if (this.#status.status !== 'open') this.#become('open', null);
      return result;
    } catch (thrown) {
      const error = engine.errorOf(thrown);
      if (error?.away && engine === this.#engine) this.#become('away', error.message);
      if (error?.code === 'store_corrupt' && engine === this.#engine) this.#distrust();
      throw error ?? thrown;
    }
  }

  async #openedIn(timeoutMs: number): Promise<Engine> {
    const ms = this.#status.status === 'opening' ? Math.max(firstOpenMs, timeoutMs) : timeoutMs;
    try {
      return await inTime(this.#opened(), ms, () => this.#timeout(ms));
    } catch (thrown) {
      if (!this.#closed && thrown instanceof StoreError) this.#become('away', thrown.message);
      throw thrown;
    }
  }

  /** Nothing more is written to what is damaged: it is opened anew, and only where all of it is whole. */
  #distrust(): void {
    this.#last = { ...this.#last, suspect: true };
    this.#failed();
    this.#drop();
  }

  #failed(): void {
    this.#failures += 1;
    const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** (this.#failures - 1));
    this.#retryAt = this.#dependencies.wallClock() + waitMs;
  }

  #timeout(timeoutMs: number): StoreError {
    return new StoreError('store_timeout', `${this.#dependencies.name} gave no answer within ${timeoutMs} ms`);
  }

  /** The engine, opened where it is not, or at once the error that it was left with. */
  async #opened(): Promise<Engine> {
    const { name, wallClock } = this.#dependencies;
    if (this.#closed) throw new StoreError('store_unavailable', `${name} has been closed`);
    if (this.#engine?.alive() === false) this.#drop();
    if (!this.#opening) {
      const { cause } = this.#status;
      const waitMs = this.#retryAt - wallClock();
      // Longer than it can be: the clock was set back.
      if (waitMs > 0 && waitMs <= longestRetryMs) throw new StoreError('store_unavailable', cause ?? `${name} is away`);
      this.#opening = this.#open();
    }
    return this.#opening;
  }

  async #open(): Promise<Engine> {
    const { open, name } = this.#dependencies;
    let engine: Engine | null = null;
    try {
      engine = await open(this.#last);
      await (await import('./migrate.ts')).migrate(engine);
    } catch (thrown) {
      const error = engine?.errorOf(thrown) ?? asStoreError(thrown, name);
      await engine?.close().catch(() => undefined); // why it could not be opened matters more
      this.#last = { ...this.#last, suspect: this.#last.suspect || error.code === 'store_corrupt' };
      this.#failed();
      this.#opening = null;
      this.#become('away', error.message);
      throw error;
    }
    this.#failures = 0;
    this.#last = { again: true, suspect: false };
    this.#engine = engine;
    engine.watch(() => this.#changed());
    this.#become('open', null);
    this.#changed();
    return engine;
  }

  #drop(): void {
    this.#engine?.close().catch(() => undefined); // it is of no more use, whatever its end says
    this.#engine = null;
    this.#opening = null;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  #become(status: StoreStatus['status'], cause: string | null): void {
    if (this.#status.status === status) {
      this.#status = { ...this.#status, cause };
      return;
    }
    const { name, wallClock, onStatus } = this.#dependencies;
    this.#status = { status, name, cause, since: wallClock() };
    onStatus(this.#status);
  }
}

function asStoreError(thrown: unknown, name: string): StoreError {
  return thrown instanceof StoreError ? thrown : new StoreError('store_unavailable', `${name}: ${messageOf(thrown)}`);
}
