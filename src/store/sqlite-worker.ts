import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { LRUCache } from 'lru-cache';
import { journalMode } from './journal-mode.ts';
import { type SqliteReply, type SqliteRequest, workerDataSchema } from './sqlite-messages.ts';

/**
 * SQLite in a thread of its own: its calls are synchronous, and neither a disk that is slow to sync nor another process
 * that holds the lock may stop the event loop.
 */
const { file, busyMs } = workerDataSchema.parse(workerData);
const port = parentPort;
if (!port) throw new Error('sqlite-worker must run as a worker thread');

type Statement = ReturnType<DatabaseSyncInstance['prepare']>;
const statements = new LRUCache<string, Statement>({ max: 200 });
let database: DatabaseSyncInstance | undefined;
let seenVersion: unknown;

async function open(): Promise<string> {
  const { DatabaseSync } = await sqlite();
  const opened = new DatabaseSync(file);
  try {
    opened.exec(`PRAGMA busy_timeout = ${busyMs}`);
    const version = String(opened.prepare('select sqlite_version() as version').get()?.version);
    const mode = journalMode(version);
    await retriedWhileBusy(() => opened.exec(`PRAGMA journal_mode = ${mode}`));
    // What was acknowledged is on the disk; what was deleted is overwritten, for an erasure's sake.
    opened.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON');
  } catch (thrown) {
    opened.close();
    throw thrown;
  }
  database = opened;
  seenVersion = dataVersion(opened);
  return 'open';
}

/** Node's own SQLite where it has one (22.13 and newer), or the package that ships it for Node 20. */
async function sqlite() {
  try {
    return await import('node:sqlite');
  } catch {
    return import('@photostructure/sqlite');
  }
}

/** The switch of the journal mode does not heed the busy timeout. */
async function retriedWhileBusy(run: () => void): Promise<void> {
  const end = Date.now() + busyMs;
  for (;;) {
    try {
      return run();
    } catch (thrown) {
      if (!isBusy(thrown) || Date.now() > end) throw thrown;
    }
    await sleep(5 + Math.random() * 20);
  }
}

function isBusy(thrown: unknown): boolean {
  const busy = 5; // SQLITE_BUSY; extended codes have it in their low byte
  return errcodeOf(thrown) === busy;
}

/** The primary result code of SQLite, null where the fault is not SQLite's. */
function errcodeOf(thrown: unknown): number | null {
  if (typeof thrown !== 'object' || thrown === null || !('errcode' in thrown)) return null;
  return typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : null;
}

function query(sql: string, parameters: readonly SqliteValue[]): unknown {
  if (!database) throw new Error('the database is not open');
  const statement = statements.get(sql) ?? database.prepare(sql);
  statements.set(sql, statement);
  if (statement.columns().length > 0) return { rows: statement.all(...parameters), changes: 0 };
  return { rows: [], changes: Number(statement.run(...parameters).changes) };
}

type SqliteValue = SqliteRequest['parameters'][number];

function dataVersion(opened: DatabaseSyncInstance): unknown {
  return opened.prepare('PRAGMA data_version').get()?.data_version;
}

/** Whether another connection has changed the file since the last look. */
function changed(): boolean {
  if (!database) return false;
  const before = seenVersion;
  seenVersion = dataVersion(database);
  return seenVersion !== before;
}

async function handle({ type, sql, parameters }: SqliteRequest): Promise<unknown> {
  switch (type) {
    case 'open':
      return open();
    case 'query':
      return query(sql, parameters);
    case 'changed':
      return changed();
    case 'close':
      statements.clear();
      database?.close();
      database = undefined;
      return 'closed';
  }
}

port.on('message', (request: SqliteRequest) => {
  const { id } = request;
  const answer = (reply: SqliteReply) => port.postMessage(reply);
  handle(request).then(
    (value) => answer({ id, value }),
    (thrown: unknown) => {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      answer({ id, error: { message, errcode: errcodeOf(thrown) } });
    },
  );
});
