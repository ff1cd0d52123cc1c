import type { DatabaseSync as Shipped } from '@photostructure/sqlite';

/**
 * The SQLite that the store itself uses on this Node. Two copies of SQLite in one process do not see each other's locks: POSIX
 * locks are the process's own, so a test that holds one must hold it in the same copy.
 */
export const DatabaseSync: typeof Shipped = await sqliteOfThisNode();

async function sqliteOfThisNode(): Promise<typeof Shipped> {
  try {
    return (await import('node:sqlite')).DatabaseSync;
  } catch {
    return (await import('@photostructure/sqlite')).DatabaseSync;
  }
}
