import { open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely';
import { messageOf } from '../config/errors.ts';
import type { Engine } from './engine.ts';
import { hasCode } from './file-system.ts';
import type { Database } from './schema.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { SqliteThreadDriver } from './sqlite-driver.ts';
import { StoreError } from './store-error.ts';

interface Options {
  file: string;
  /** How long a statement waits for another process's lock, in ms. */
  busyMs: number;
  /** Whether this process has had the file open before: then it is not made anew where it is gone. */
  again: boolean;
  /** Whether it was damaged when it was last open: then nothing is written before every page has been looked at. */
  suspect: boolean;
}

/** How often a process looks for the others' changes, in ms: a change is seen within a second. */
const lookMs = 250;
/** Until the write-ahead log is tried again that another process reads, in ms: most reads take less. */
const scrubAgainMs = 20;

/** Data definition is transactional in SQLite, so that a migration runs under the write lock or not at all. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Opens the file, or makes it. @throws StoreError */
export async function openSqlite({ file, busyMs, again, suspect }: Options): Promise<Engine> {
  await makePrivate(file, again);
  const connection = new SqliteConnection({ file, busyMs, suspect });
  try {
    await connection.open();
  } catch (thrown) {
    await connection.close();
    throw thrown;
  }
  const db = new Kysely<Database>({
    dialect: {
      createAdapter: () => new TransactionalSqliteAdapter(),
      createDriver: () => new SqliteThreadDriver(connection),
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  let looking: NodeJS.Timeout | undefined;
  return {
    name: `SQLite file ${file}`,
    db,
    words: { serial: 'integer', rowId: 'integer' },
    elementsOf: (json) => sql`json_each(${json})`,
    alive: () => connection.alive,
    errorOf: (thrown) => (thrown instanceof StoreError ? thrown : null),
    async lock() {},
    async announce() {},
    watch(onChange) {
      let asked = false;
      looking = setInterval(() => {
        // A thread that waits for a lock is not asked again and again.
        if (asked) return;
        asked = true;
        connection
          .changed()
          .then(
            (changed) => changed && onChange(),
            () => undefined, // what is wrong with the store is told by the calls that need it
          )
          .finally(() => {
            asked = false;
          });
      }, lookMs).unref();
    },
    async scrub() {
      // Deleted content is overwritten in the file by secure_delete; this empties the write-ahead log of its old pages.
      const end = performance.now() + busyMs;
      do {
        const { rows } = await sql<{ busy: number }>`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db);
        if (rows[0]?.busy !== 1) return;
        await setTimeout(scrubAgainMs);
      } while (performance.now() < end);
      const message = `SQLite file ${file}: another process reads old pages of its write-ahead log, which stay until it has ended`;
      throw new StoreError('store_locked', message);
    },
    async close() {
      clearInterval(looking);
      await db.destroy();
    },
  };
}

/** SQLite makes its files readable for everybody, and its journals like the file. @throws StoreError */
async function makePrivate(file: string, again: boolean): Promise<void> {
  try {
    const handle = await open(file, again ? 'r+' : 'a', 0o600);
    await handle.close();
  } catch (cause) {
    if (again && hasCode(cause, 'ENOENT')) {
      const message = `SQLite file ${file} was removed while it was in use: restore it, or restart to begin a new one`;
      throw new StoreError('store_unavailable', message, { cause });
    }
    throw new StoreError('store_unavailable', `SQLite file ${file} cannot be opened: ${messageOf(cause)}`, { cause });
  }
}
