import type { z } from 'zod';
import type { Db, Store, Trx } from './store.ts';

/** Who sees a change: every process on this state, or, while the store is away, this one alone. */
export const stateScopes = ['shared', 'this_process'] as const;
export type StateScope = (typeof stateScopes)[number];

/** A value that operators set and that every process on the same state obeys. */
export interface SharedValue<Value> {
  /** What is in force, or null. Never waits: reads are on the operations' path. */
  current(): Value | null;
  /** In force here at once; resolves when the others can see it, or when they cannot for now. */
  replace(value: Value | null, expiresAt: number | null): Promise<StateScope>;
  onChange(listener: () => void): void;
}

interface Row {
  kind: string;
  name: string;
  value: string | null;
  expiresAt: number | null;
}

interface Dependencies {
  store: Store;
  /** Milliseconds since 1970. */
  wallClock: () => number;
  /** What went wrong, for the log: a row that cannot be read, a change that waits for the store. */
  onFault: (what: string) => void;
}

/** How often a change that waits for the store is tried again, in ms. */
const retryMs = 1_000;

/** The state table as this process knows it: kept up to date by the store's word, read without waiting. */
export class SharedState {
  readonly #dependencies: Dependencies;
  readonly #rows = new Map<string, Row>();
  readonly #waiting = new Map<string, Row>();
  readonly #listeners = new Map<string, Set<() => void>>();
  #revision = -1;
  #refreshing: Promise<void> | null = null;
  #again = false;
  #retry: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | null = null;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    dependencies.store.onChange(() => void this.refresh());
  }

  /** One value by its place, checked by its schema: what cannot be read is no value. */
  value<Value>(kind: string, name: string, schema: z.ZodType<Value>): SharedValue<Value> {
    const key = keyOf(kind, name);
    let read: { text: string; value: Value | null } | null = null;
    return {
      current: () => {
        const text = this.#text(key);
        if (text === null) return null;
        if (read?.text !== text) read = { text, value: this.#parsed(key, text, schema) };
        return read.value;
      },
      replace: (value, expiresAt) =>
        this.#put({ kind, name, value: value === null ? null : JSON.stringify(value), expiresAt }),
      onChange: (listener) => {
        const listeners = this.#listeners.get(key) ?? new Set();
        this.#listeners.set(key, listeners.add(listener));
      },
    };
  }

  /** Takes in what other processes have changed. Never throws: while the store is away the last known state holds. */
  async refresh(): Promise<void> {
    this.#again = true;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  close(): void {
    clearTimeout(this.#retry);
  }

  #text(key: string): string | null {
    const row = this.#waiting.get(key) ?? this.#rows.get(key);
    if (!row || row.value === null) return null;
    if (row.expiresAt === null || row.expiresAt > this.#dependencies.wallClock()) return row.value;
    // Expired for good, whatever a clock that is set back says.
    this.#waiting.delete(key);
    this.#rows.delete(key);
    return null;
  }

  #parsed<Value>(key: string, text: string, schema: z.ZodType<Value>): Value | null {
    const result = schema.safeParse(parseJson(text));
    if (result.success) return result.data;
    this.#dependencies.onFault(`The state ${key} cannot be read, and is taken as not set`);
    return null;
  }

  async #refresh(): Promise<void> {
    const { store, onFault } = this.#dependencies;
    while (this.#again) {
      this.#again = false;
      try {
        const rows = await store.run((db) => changedSince(db, this.#revision));
        for (const { revision, ...row } of rows) {
          this.#revision = Math.max(this.#revision, revision);
          this.#rows.set(keyOf(row.kind, row.name), row);
        }
        for (const { kind, name } of rows) this.#tell(keyOf(kind, name));
      } catch {
        return; // the store itself tells that it is away, once
      }
    }
    if (this.#waiting.size > 0) await this.#flush();
    if (this.#waiting.size > 0) onFault(`${this.#waiting.size} changes of the state wait for the store`);
  }

  async #put(row: Row): Promise<StateScope> {
    const key = keyOf(row.kind, row.name);
    this.#waiting.set(key, row);
    this.#tell(key);
    await this.#flush();
    if (this.#waiting.get(key) !== row) return 'shared';
    this.#scheduleRetry();
    return 'this_process';
  }

  /** Writes what waits, one flush at a time, so that changes reach the store in their order. */
  async #flush(): Promise<void> {
    while (this.#flushing) await this.#flushing;
    this.#flushing = this.#write().finally(() => {
      this.#flushing = null;
    });
    await this.#flushing;
  }

  async #write(): Promise<void> {
    for (const [key, row] of this.#waiting) {
      try {
        const { store, wallClock } = this.#dependencies;
        await store.change((transaction) => write(transaction, row, wallClock()));
      } catch {
        return; // it waits on; the store itself tells that it is away
      }
      this.#rows.set(key, row);
      // Unless it has been changed again meanwhile.
      if (this.#waiting.get(key) === row) this.#waiting.delete(key);
    }
  }

  #scheduleRetry(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      void this.#flush().then(() => {
        if (this.#waiting.size > 0) this.#scheduleRetry();
      });
    }, retryMs).unref();
  }

  #tell(key: string): void {
    for (const listener of this.#listeners.get(key) ?? []) listener();
  }
}

async function changedSince(db: Db, revision: number) {
  return db
    .selectFrom('state')
    .select(['kind', 'name', 'value', 'revision', 'expires_at as expiresAt'])
    .where('revision', '>', revision)
    .orderBy('revision')
    .execute();
}

async function write(transaction: Trx, { kind, name, value, expiresAt }: Row, now: number): Promise<void> {
  const { value: revision } = await transaction
    .updateTable('counters')
    .set((update) => ({ value: update('value', '+', 1) }))
    .where('name', '=', 'state')
    .returning('value')
    .executeTakeFirstOrThrow();
  const columns = { value, revision, updated_at: now, expires_at: expiresAt };
  await transaction
    .insertInto('state')
    .values({ kind, name, ...columns })
    .onConflict((conflict) => conflict.columns(['kind', 'name']).doUpdateSet(columns))
    .execute();
}

function keyOf(kind: string, name: string): string {
  return `${kind}/${name}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema then refuses it
  }
}

/** A value of this process alone. */
export function localValue<Value>(wallClock: () => number): SharedValue<Value> {
  const listeners = new Set<() => void>();
  let held: { value: Value | null; expiresAt: number | null } = { value: null, expiresAt: null };
  return {
    current() {
      if (held.expiresAt !== null && held.expiresAt <= wallClock()) held = { value: null, expiresAt: null };
      return held.value;
    },
    async replace(value, expiresAt) {
      held = { value, expiresAt };
      for (const listener of listeners) listener();
      return 'this_process';
    },
    onChange: (listener) => void listeners.add(listener),
  };
}
