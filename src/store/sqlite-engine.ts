import { open } from 'node:fs/promises';
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely';
import { messageOf } from '../config/errors.ts';
import type { Engine } from './engine.ts';
import type { Database } from './schema.ts';
import { SqliteConnection, SqliteThreadDriver } from './sqlite-connection.ts';
import { StoreError } from './store-error.ts';

interface Options {
  file: string;
  /** How long a statement waits for another process's lock, in ms. */
  busyMs: number;
}

/** How often a process looks for the others' changes, in ms: a change is seen within a second. */
const lookMs = 250;

/** Data definition is transactional in SQLite, so that a migration runs under the write lock or not at all. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Opens the file, or makes it. @throws StoreError */
export async function openSqlite({ file, busyMs }: Options): Promise<Engine> {
  await makePrivate(file);
  const connection = new SqliteConnection({ file, busyMs });
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
    alive: () => connection.alive,
    errorOf: (thrown) => (thrown instanceof StoreError ? thrown : null),
    async lock() {},
    async announce() {},
    watch(onChange) {
      looking = setInterval(() => {
        // A look that fails says nothing; what is wrong with the store is told by the calls that need it.
        connection.changed().then(
          (changed) => changed && onChange(),
          () => undefined,
        );
      }, lookMs).unref();
    },
    async scrub() {
      // Deleted content is overwritten in the file by secure_delete; this empties the write-ahead log of its old pages.
      await sql`PRAGMA wal_checkpoint(TRUNCATE)`.execute(db);
    },
    async close() {
      clearInterval(looking);
      await db.destroy();
    },
  };
}

/** SQLite makes its files readable for everybody, and its journals like the file. @throws StoreError */
async function makePrivate(file: string): Promise<void> {
  try {
    const handle = await open(file, 'a', 0o600);
    await handle.close();
  } catch (cause) {
    throw new StoreError('store_unavailable', `SQLite file ${file} cannot be opened: ${messageOf(cause)}`, { cause });
  }
}
