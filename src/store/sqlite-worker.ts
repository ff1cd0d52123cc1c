import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { LRUCache } from 'lru-cache';
import { messageOf } from '../config/errors.ts';
import { journalMode } from './journal-mode.ts';
import { type SqliteReply, type SqliteRequest, workerDataSchema } from './sqlite-messages.ts';

/**
 * SQLite in a thread of its own: its calls are synchronous, and neither a disk that is slow to sync nor another process
 * that holds the lock may stop the event loop.
 */
const { file, busyMs, suspect } = workerDataSchema.parse(workerData);
const port = parentPort;
if (!port) throw new Error('sqlite-worker must run as a worker thread');

type Statement = ReturnType<DatabaseSyncInstance['prepare']>;
const statements = new LRUCache<string, Statement>({ max: 200 });
let database: DatabaseSyncInstance | undefined;
let seenVersion: unknown;
let inode = 0;

/** The file at the path is not the open one any more: what is written to that is as good as lost. */
class FileLost extends Error {}

async function open(): Promise<string> {
  const { DatabaseSync } = await sqlite();
  const opened = retriedWhileBusy(() => new DatabaseSync(file));
  try {
    // It reads the schema first, which another process may be about to write.
    const row = retriedWhileBusy(() => opened.prepare('select sqlite_version() as version').get());
    const version = String(row?.version);
    if (suspect) retriedWhileBusy(() => checkPages(opened));
    useJournal(opened, journalMode(version), version);
    // What was acknowledged is on the disk; what was deleted is overwritten, for an erasure's sake.
    const settings = 'PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON';
    retriedWhileBusy(() => opened.exec(settings));
    inode = statSync(file).ino;
    seenVersion = dataVersion(opened);
  } catch (thrown) {
    opened.close();
    throw thrown;
  }
  database = opened;
  return 'open';
}

/** Node's own SQLite where it may use the write-ahead log, else the package that ships a newer one; Node 20 has none. */
async function sqlite() {
  const own = process.versions.sqlite;
  if (own !== undefined && journalMode(own) === 'WAL') return import('node:sqlite');
  try {
    return await import('@photostructure/sqlite');
  } catch (thrown) {
    if (own === undefined) throw thrown;
    return import('node:sqlite');
  }
}

function useJournal(opened: DatabaseSyncInstance, mode: 'WAL' | 'TRUNCATE', version: string): void {
  try {
    retriedWhileBusy(() => opened.exec(`PRAGMA journal_mode = ${mode}`));
  } catch (thrown) {
    if (mode === 'WAL' || !isBusy(thrown)) throw thrown;
    // It may be open for good in a process with a newer SQLite; to join in there would risk its commits.
    throw Object.assign(
      new Error(
        `another process uses its write-ahead log, which SQLite ${version} cannot share safely: use one Node.js`,
      ),
      { errcode: sqliteBusy },
    );
  }
}

/** Longest pause before a lock is tried again, in ms. */
const pauseMs = 4;
const paused = new Int32Array(new SharedArrayBuffer(4));

/**
 * In place of SQLite's own busy handler: that waits ever longer, up to 100 ms, so that whoever has waited long loses to who
 * has just come (eight processes at 300 commits a second: some waited over a second), and the switch of the journal mode
 * does not heed it.
 */
function retriedWhileBusy<Result>(run: () => Result): Result {
  const end = performance.now() + busyMs;
  for (;;) {
    try {
      return run();
    } catch (thrown) {
      if (!isBusy(thrown) || performance.now() > end) throw thrown;
    }
    Atomics.wait(paused, 0, 0, 1 + Math.random() * (pauseMs - 1));
  }
}

// https://www.sqlite.org/rescode.html; extended codes have the primary one in their low byte
const sqliteBusy = 5;
const sqliteCorrupt = 11;

function isBusy(thrown: unknown): boolean {
  return errcodeOf(thrown) === sqliteBusy;
}

/** The primary result code of SQLite, null where the fault is not SQLite's. */
function errcodeOf(thrown: unknown): number | null {
  if (typeof thrown !== 'object' || thrown === null || !('errcode' in thrown)) return null;
  return typeof thrown.errcode === 'number' ? thrown.errcode & 0xff : null;
}

/** @throws what SQLite would, had it come to the damaged page */
function checkPages(opened: DatabaseSyncInstance): void {
  const [found] = Object.values(opened.prepare('PRAGMA quick_check(1)').get() ?? {});
  if (found !== 'ok') throw Object.assign(new Error(String(found)), { errcode: sqliteCorrupt });
}

function query({ sql, parameters, begin }: SqliteRequest): unknown {
  if (!database) throw new Error('the database is not open');
  const opened = database;
  if (begin) {
    checkFile();
    // A transaction that starts as a reader cannot wait for the lock when it comes to write.
    retriedWhileBusy(() => prepared(opened, 'begin immediate').run());
  }
  // Nothing has happened where it is busy: within a transaction the lock is held already.
  return retriedWhileBusy(() => {
    const statement = prepared(opened, sql);
    if (statement.columns().length > 0) return { rows: statement.all(...parameters), changes: 0 };
    return { rows: [], changes: Number(statement.run(...parameters).changes) };
  });
}

function prepared(opened: DatabaseSyncInstance, sql: string): Statement {
  const known = statements.get(sql);
  if (known) return known;
  const statement = opened.prepare(sql);
  statements.set(sql, statement);
  return statement;
}

function checkFile(): void {
  if (statSync(file, { throwIfNoEntry: false })?.ino === inode) return;
  throw new FileLost('the file was removed or replaced while it was open');
}

function dataVersion(opened: DatabaseSyncInstance): unknown {
  return retriedWhileBusy(() => opened.prepare('PRAGMA data_version').get()?.data_version);
}

/** Whether another connection has changed the file since the last look. */
function changed(): boolean {
  if (!database) return false;
  checkFile();
  const before = seenVersion;
  seenVersion = dataVersion(database);
  return seenVersion !== before;
}

/** Statements that are not collected yet keep the connection from ending as SQLite's last one does, so its log is emptied here. */
function close(): string {
  try {
    database?.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    statements.clear();
    database?.close();
    database = undefined;
  }
  return 'closed';
}

async function handle(request: SqliteRequest): Promise<unknown> {
  switch (request.type) {
    case 'open':
      return open();
    case 'query':
      return query(request);
    case 'changed':
      return changed();
    case 'close':
      return close();
  }
}

port.on('message', (request: SqliteRequest) => {
  const { id } = request;
  const answer = (reply: SqliteReply) => port.postMessage(reply);
  handle(request).then(
    (value) => answer({ id, value }),
    (thrown: unknown) => {
      const lost = thrown instanceof FileLost;
      answer({ id, error: { message: messageOf(thrown), errcode: errcodeOf(thrown), lost } });
    },
  );
});
