import { Socket } from 'node:net';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { z } from 'zod';
import { HybridRoutingError, messageOf } from '../config/errors.ts';
import type { Engine } from './engine.ts';
import { PostgresListener } from './postgres-listener.ts';
import type { Database } from './schema.ts';
import { StoreError, type StoreErrorCode } from './store-error.ts';

interface Options {
  /** postgres://user:password@host:port/database */
  url: string;
  /** How long a statement may take, in ms. */
  timeoutMs: number;
  /** What is wrong with a connection that nobody is using at the moment. */
  onFault: (cause: string) => void;
}

const channel = 'hybrid_routing_state';
/** How often a process looks for changes all the same, in ms: a notification may be lost with its connection. */
const lookMs = 5_000;
const connections = 8;

// bigint and count() come as strings by default; every number here is below 2^53.
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format === 'binary' ? 'text' : format),
};

/** Opens the pool; nothing is sent before the first query. */
export function openPostgres({ url, timeoutMs, onFault }: Options): Engine {
  const settings = { connectionString: url, connectionTimeoutMillis: timeoutMs, keepAlive: true, types };
  const pool = new pg.Pool({
    ...settings,
    max: connections,
    statement_timeout: timeoutMs,
    // Over the server's own limit: where the server is gone nothing else ends the wait.
    query_timeout: timeoutMs + 500,
    application_name: 'hybrid-routing-mcp',
    allowExitOnIdle: true,
  });
  pool.on('error', (error) => onFault(messageOf(error)));
  // A connection that is lost while it is in use tells its query; without a listener it would end the process as well.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  // It waits for nobody's work: it must not keep a process alive that has ended its own.
  const connect = () => new pg.Client({ ...settings, stream: () => new Socket().unref() });
  const listener = new PostgresListener({ channel, connect, onFault });
  const name = `PostgreSQL ${placeOf(url)}`;
  let looking: NodeJS.Timeout | undefined;
  let alive = true;
  return {
    name,
    db,
    words: { serial: 'serial', rowId: 'bigint' },
    elementsOf: (json) => sql`json_array_elements(${json}::json)`,
    alive: () => alive,
    errorOf(thrown) {
      const error = postgresError(thrown, name);
      // A server that has gone without a word answers on none of these connections any more: they are made anew.
      if (error?.code === 'store_timeout') alive = false;
      return error;
    },
    async lock(transaction, name) {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`hybrid_routing_${name}`}, 0))`.execute(transaction);
    },
    async announce(transaction) {
      await sql`select pg_notify(${channel}, '')`.execute(transaction);
    },
    watch(onChange) {
      listener.start(onChange);
      looking = setInterval(onChange, lookMs).unref();
    },
    async scrub() {
      await rewrite(new pg.Client({ ...settings, lock_timeout: timeoutMs }), 'subjects');
    },
    async close() {
      clearInterval(looking);
      await listener.stop();
      await db.destroy();
    },
  };
}

/** Host and database, without credentials. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return '(by connection string)';
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

const callersErrors = [HybridRoutingError, z.ZodError, TypeError, RangeError, ReferenceError, SyntaxError];

/**
 * Makes a table anew: a plain VACUUM gives the room of deleted rows free, and leaves their bytes in it. Others wait
 * meanwhile, so it gives up where it cannot begin soon.
 */
async function rewrite(client: pg.Client, table: string): Promise<void> {
  client.on('error', () => undefined); // told by the query
  await client.connect();
  try {
    await client.query(`vacuum full ${table}`);
  } finally {
    await client.end();
  }
}

/** The store's view of what the driver or the server throws. */
function postgresError(thrown: unknown, name: string): StoreError | null {
  if (thrown instanceof StoreError) return thrown;
  // An error of ours, of a schema or of the language is the caller's; whatever else comes out of a call is the driver's.
  if (!(thrown instanceof Error) || callersErrors.some((type) => thrown instanceof type)) return null;
  return new StoreError(codeOf(sqlState(thrown)), `${name}: ${messageOf(thrown)}`, { cause: thrown });
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
function codeOf(state: string): StoreErrorCode {
  if (state === '53100') return 'store_full'; // disk_full
  if (state === '57014') return 'store_timeout'; // query_canceled: statement_timeout
  if (['55P03', '40P01', '40001'].includes(state)) return 'store_locked';
  if (state.startsWith('23')) return 'store_conflict'; // integrity_constraint_violation
  if (state.startsWith('42') || state.startsWith('22')) return 'store_fault'; // syntax, data
  if (state.startsWith('XX')) return 'store_corrupt';
  return 'store_unavailable';
}

function sqlState(thrown: Error): string {
  return 'code' in thrown ? String(thrown.code) : '';
}
