import type { z } from 'zod';
import {
  changedSince,
  endsLater,
  type StateChange,
  type StateRow,
  writeChange,
  writeUnlessLater,
} from './state-table.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';

/** Who sees a change: every process on this state, or, while the store is away, this one alone. */
export const stateScopes = ['shared', 'this_process'] as const;
export type StateScope = (typeof stateScopes)[number];

/** A value that operators set and that every process on the same state obeys. */
export interface SharedValue<Value> {
  /** What is in force, or null. Never waits: reads are on the operations' path. */
  current(): Value | null;
  /** In force here at once; resolves when the others can see it, or when they cannot for now. */
  replace(value: Value | null, expiresAt: number | null): Promise<StateScope>;
  /** As replace(), unless what is in force anywhere on this state ends later: then null, and it stays. */
  extend(value: Value, expiresAt: number): Promise<StateScope | null>;
  onChange(listener: () => void): void;
}

/** Values by name, as many as there are: one row each. */
export interface SharedCollection<Value> {
  /** What is in force, by name. Never waits. */
  entries(): Map<string, Held<Value>>;
  /** As of a shared value; null removes the name. */
  replace(name: string, value: Value | null, expiresAt: number | null): Promise<StateScope>;
  /** As of a shared value. */
  extend(name: string, value: Value, expiresAt: number): Promise<StateScope | null>;
  onChange(listener: () => void): void;
}

/** A value and its end, in ms since 1970; null where it does not end. */
export interface Held<Value> {
  value: Value;
  expiresAt: number | null;
}

interface Dependencies {
  store: Store;
  /** Milliseconds since 1970. */
  wallClock: () => number;
  /** What went wrong, for the log: a row that cannot be read, a change that waits for the store. */
  onFault: (what: string) => void;
}

/** How often the store is tried again, in ms, while it does not answer or a change waits for it. */
const retryMs = 1_000;
/** How long what has expired is remembered, in ms: a late answer of the store may still speak of it. */
const forgetMs = 60_000;

/** The state table as this process knows it: kept up to date by the store's word, read without waiting. */
export class SharedState {
  readonly #dependencies: Dependencies;
  readonly #rows = new Map<string, StateRow & { revision: number }>();
  readonly #waiting = new Map<string, StateChange>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #leave: () => void;
  #revision = -1;
  #stale = false;
  #refreshing: Promise<void> | null = null;
  #flushing: Promise<void> | null = null;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#leave = dependencies.store.onChange(() => void this.refresh());
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
      extend: (value, expiresAt) => this.#putUnlessLater({ kind, name, value: JSON.stringify(value), expiresAt }),
      onChange: (listener) => this.#listen(key, listener),
    };
  }

  /** Every value of a kind, each checked by the schema: what cannot be read is left out. @param kind without a slash */
  collection<Value>(kind: string, schema: z.ZodType<Value>): SharedCollection<Value> {
    const read = new Map<string, { text: string; value: Value | null }>();
    const valueFrom = (key: string, text: string) => {
      const known = read.get(key);
      if (known?.text === text) return known.value;
      const value = this.#parsed(key, text, schema);
      read.set(key, { text, value });
      return value;
    };
    return {
      entries: () => {
        const entries = new Map<string, Held<Value>>();
        for (const [key, { name, expiresAt }] of this.#rowsOf(kind)) {
          const text = this.#text(key);
          const value = text === null ? null : valueFrom(key, text);
          if (value === null) read.delete(key);
          else entries.set(name, { value, expiresAt });
        }
        return entries;
      },
      replace: (name, value, expiresAt) =>
        this.#put({ kind, name, value: value === null ? null : JSON.stringify(value), expiresAt }),
      extend: (name, value, expiresAt) => this.#putUnlessLater({ kind, name, value: JSON.stringify(value), expiresAt }),
      onChange: (listener) => this.#listen(keyOf(kind, ''), listener),
    };
  }

  /** Takes in what other processes have changed. Never throws: while the store is away the last known state holds. */
  async refresh(): Promise<void> {
    this.#stale = true;
    this.#refreshing ??= this.#refresh();
    return this.#refreshing;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#leave();
  }

  #listen(key: string, listener: () => void): void {
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
  }

  /** By key; a change that waits for the store stands over the stored row. */
  #rowsOf(kind: string): Map<string, StateRow> {
    const rows = new Map<string, StateRow>();
    for (const [key, row] of this.#rows) if (row.kind === kind) rows.set(key, row);
    for (const [key, row] of this.#waiting) if (row.kind === kind) rows.set(key, row);
    return rows;
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
    try {
      // What is told while this goes on is taken in as well.
      while (this.#stale) {
        this.#stale = false;
        await this.#takeIn();
        if (this.#waiting.size > 0) await this.#flush();
      }
    } catch {
      this.#retryLater(); // the store itself tells that it is away, once
    } finally {
      this.#refreshing = null;
    }
  }

  async #takeIn(): Promise<void> {
    const { newest, rows } = await this.#dependencies.store.run((db) => changedSince(db, this.#revision));
    const changed = new Set<string>();
    // The store was replaced by an older copy: what it does not have is no more.
    if (newest < this.#revision) {
      for (const key of this.#rows.keys()) changed.add(key);
      this.#rows.clear();
      this.#revision = -1;
    }
    for (const row of rows) {
      this.#revision = Math.max(this.#revision, row.revision);
      changed.add(this.#know(row));
    }
    for (const key of changed) this.#tell(key);
    this.#forgetExpired();
  }

  /** What came and went, such as used tokens, is not kept in memory for as long as the process lives. */
  #forgetExpired(): void {
    const longAgo = this.#dependencies.wallClock() - forgetMs;
    for (const [key, { expiresAt }] of this.#rows)
      if (expiresAt !== null && expiresAt < longAgo) this.#rows.delete(key);
  }

  #know(row: StateRow & { revision: number }): string {
    const key = keyOf(row.kind, row.name);
    const known = this.#rows.get(key);
    // Answers of several connections may come in another order than the changes.
    if (!known || known.revision < row.revision) this.#rows.set(key, row);
    return key;
  }

  async #put(row: StateRow): Promise<StateScope> {
    const key = keyOf(row.kind, row.name);
    const waiting = { ...row, setAt: this.#dependencies.wallClock(), late: false };
    this.#waiting.set(key, waiting);
    this.#tell(key);
    await this.#flush();
    if (this.#waiting.get(key) !== waiting) return 'shared';
    this.#dependencies.onFault(`The change of ${key} waits for the store`);
    this.#retryLater();
    return 'this_process';
  }

  /** The store decides, so that two processes cannot both think that theirs is the later one. */
  async #putUnlessLater(row: StateRow & { expiresAt: number }): Promise<StateScope | null> {
    const key = keyOf(row.kind, row.name);
    const setAt = this.#dependencies.wallClock();
    const known = this.#waiting.get(key) ?? this.#rows.get(key);
    if (known && endsLater(known, row.expiresAt, setAt)) return null;
    try {
      const change = { ...row, setAt, late: false };
      const revision = await this.#dependencies.store.change((transaction) => writeUnlessLater(transaction, change));
      if (revision === null) {
        await this.refresh();
        return null;
      }
      this.#know({ ...row, revision });
      this.#tell(key);
      return 'shared';
    } catch (thrown) {
      if (!(thrown instanceof StoreError)) throw thrown;
      // Nobody else is heard of while the store is away: it holds here, as every change does then.
      return this.#put(row);
    }
  }

  /** Writes what waits, one flush at a time, so that changes reach the store in their order. Never throws. */
  async #flush(): Promise<void> {
    while (this.#flushing) await this.#flushing;
    if (this.#waiting.size === 0) return;
    this.#flushing = this.#write();
    await this.#flushing;
  }

  async #write(): Promise<void> {
    try {
      for (const [key, row] of this.#waiting) {
        const { kind, name, value, expiresAt } = row;
        const revision = await this.#dependencies.store.change((transaction) => writeChange(transaction, row));
        if (revision !== null) this.#know({ kind, name, value, expiresAt, revision });
        // Unless it has been changed again meanwhile.
        if (this.#waiting.get(key) === row) this.#waiting.delete(key);
        if (revision === null) this.#tell(key);
      }
    } catch {
      // They wait on; the store itself tells that it is away.
      for (const row of this.#waiting.values()) row.late = true;
      this.#retryLater();
    } finally {
      this.#flushing = null;
    }
  }

  #retryLater(): void {
    if (this.#closed || this.#retry) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.refresh();
    }, retryMs).unref();
  }

  #tell(key: string): void {
    const kindKey = key.slice(0, key.indexOf('/') + 1);
    for (const listener of this.#listeners.get(key) ?? []) listener();
    for (const listener of this.#listeners.get(kindKey) ?? []) listener();
  }
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
    async extend(value, expiresAt) {
      const later = this.current() !== null && held.expiresAt !== null && held.expiresAt > expiresAt;
      return later ? null : this.replace(value, expiresAt);
    },
    onChange: (listener) => void listeners.add(listener),
  };
}
