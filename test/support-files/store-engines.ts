import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { StoreConfig } from '../../src/config/store-schema.ts';
import { createStore } from '../../src/store/open-store.ts';
import type { Store, StoreStatus } from '../../src/store/store.ts';
import { type TemporaryCluster, temporaryCluster } from './postgres.ts';
import { DatabaseSync } from './sqlite.ts';

/** A state of its own: a folder, and where it is so a database. */
export interface Place {
  folder: string;
  /** Connection string; undefined on SQLite. */
  postgres: string | undefined;
  /** Opens a store on it; closed by `remove()` at the latest. */
  store(options?: StoreOptions): Store;
  /** Runs SQL behind the program's back; gives the rows of the last statement. */
  sql(text: string, ...values: (string | number | null)[]): Promise<Record<string, unknown>[]>;
  remove(): Promise<void>;
}

interface StoreOptions {
  config?: Partial<StoreConfig>;
  wallClock?: () => number;
  onStatus?: (status: StoreStatus) => void;
  onFault?: (cause: string) => void;
}

export interface TestEngine {
  name: 'SQLite' | 'PostgreSQL';
  /** Why its tests are skipped; null where they run. */
  missing: string | null;
  /** A new state. */
  place(): Promise<Place>;
}

/** Both engines, for `describe.each`; a PostgreSQL for the whole file. */
export async function bothEngines(): Promise<{ engines: TestEngine[]; stop(): Promise<void> }> {
  const cluster = await temporaryCluster({ fsync: false, settings: { max_connections: 200 } });
  const running = 'missing' in cluster ? null : cluster;
  return {
    engines: [
      { name: 'SQLite', missing: null, place: async () => placeIn(undefined) },
      {
        name: 'PostgreSQL',
        missing: 'missing' in cluster ? cluster.missing : null,
        place: async () => placeIn(await databaseOf(running)),
      },
    ],
    stop: async () => running?.stop(),
  };
}

/** For the title of a suite: the engine, and why it is skipped. */
export function titleOf({ name, missing }: TestEngine): string {
  return missing === null ? name : `${name} (${missing})`;
}

async function databaseOf(cluster: TemporaryCluster | null): Promise<string> {
  if (!cluster) throw new Error('There is no PostgreSQL here.');
  return cluster.database();
}

/** @param folder made anew by default */
export function placeIn(postgres: string | undefined, folder = mkdtempSync(join(tmpdir(), 'hybrid-place-'))): Place {
  const stores: Store[] = [];
  return {
    folder,
    postgres,
    store({ config = {}, wallClock = Date.now, onStatus = () => {}, onFault = () => {} } = {}) {
      const whole = { timeoutMs: 5_000, ...(postgres === undefined ? {} : { postgres }), ...config };
      const store = createStore({ config: whole, folder, wallClock, onStatus, onFault });
      stores.push(store);
      return store;
    },
    sql: (text, ...values) =>
      postgres === undefined
        ? sqliteRows(join(folder, 'state.db'), text, values)
        : postgresRows(postgres, text, values),
    async remove() {
      await Promise.all(stores.map((store) => store.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function sqliteRows(file: string, text: string, values: readonly (string | number | null)[]) {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA busy_timeout = 5000');
    return database
      .prepare(text)
      .all(...values)
      .map((row) => ({ ...row }));
  } finally {
    // The statement keeps it open until it is collected: what it wrote is to be in the file now.
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
  }
}

async function postgresRows(url: string, text: string, values: readonly (string | number | null)[]) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let count = 0;
    const numbered = text.replaceAll('?', () => `$${++count}`);
    return (await client.query<Record<string, unknown>>(numbered, [...values])).rows;
  } finally {
    await client.end();
  }
}
