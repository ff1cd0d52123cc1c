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
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  const listener = new PostgresListener({ channel, connect: () => new pg.Client(settings), onFault });
  const name = `PostgreSQL ${placeOf(url)}`;
  let looking: NodeJS.Timeout | undefined;
  return {
    name,
    db,
    words: { serial: 'serial', rowId: 'bigint' },
    alive: () => true,
    errorOf: (thrown) => postgresError(thrown, name),
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
      // Rows that were deleted stay in their pages until they are vacuumed.
      await sql`vacuum subjects`.execute(db);
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

/** The store's view of what the driver or the server throws. */
function postgresError(thrown: unknown, name: string): StoreError | null {
  if (thrown instanceof StoreError) return thrown;
  // An error of ours, or of a schema, is the caller's; whatever else comes out of a call here is the driver's.
  if (!(thrown instanceof Error) || thrown instanceof HybridRoutingError || thrown instanceof z.ZodError) return null;
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
