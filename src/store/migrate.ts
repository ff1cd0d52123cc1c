import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import { messageOf } from '../config/errors.ts';
import type { Engine } from './engine.ts';
import { createInitialTables } from './migrations/001-initial.ts';
import { createBackgroundOperations } from './migrations/002-background-operations.ts';
import { StoreError } from './store-error.ts';

/** A name of our own: a database may have another program's migrations in it. */
const migrationTableName = 'hybrid_routing_migration';

/** Every version of the store, in order; a name that has been released is never changed. */
function migrationsFor({ words }: Engine): Record<string, Migration> {
  return {
    '001-initial': { up: (db: Kysely<unknown>) => createInitialTables(db, words) },
    '002-background-operations': { up: createBackgroundOperations },
  };
}

/**
 * Brings a store to this program's version. Each migration runs once, under a lock, whole or not at all, however many
 * processes start at the same time.
 * @throws StoreError store_newer where a newer program has been at it
 */
export async function migrate(engine: Engine): Promise<void> {
  const migrations = migrationsFor(engine);
  const known = Object.keys(migrations);
  const done = await executedMigrations(engine);
  const foreign = done.filter((name) => !known.includes(name));
  if (foreign.length > 0) {
    const message = `${engine.name} is of a newer version: it has ${foreign.join(', ')}, this program knows up to ${known.at(-1)}`;
    throw new StoreError('store_newer', message);
  }
  if (done.length === known.length) return;
  const migrator = new Migrator({
    db: engine.db,
    provider: { getMigrations: async () => migrations },
    migrationTableName,
    migrationLockTableName: `${migrationTableName}_lock`,
  });
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

/** Empty for a new store. */
async function executedMigrations(engine: Engine): Promise<string[]> {
  try {
    const names = sql<{ name: string }>`select name from ${sql.table(migrationTableName)} order by name`;
    return (await names.execute(engine.db)).rows.map(({ name }) => name);
  } catch (thrown) {
    // Where no program has been before there is no such table.
    if (/no such table|does not exist/.test(messageOf(thrown))) return [];
    throw thrown;
  }
}
