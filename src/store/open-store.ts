import { join } from 'node:path';
import type { StoreConfig } from '../config/store-schema.ts';
import { makeStateFolder } from './state-folder.ts';
import { Store, type StoreStatus } from './store.ts';

interface Dependencies {
  config: StoreConfig;
  folder: string;
  /** Milliseconds since 1970. */
  wallClock: () => number;
  onStatus: (status: StoreStatus) => void;
  /** What is wrong with a connection that nobody is using at the moment. */
  onFault: (cause: string) => void;
}

/** The store that the configuration names; opened by the first call. */
export function createStore({ config, folder, wallClock, onStatus, onFault }: Dependencies): Store {
  const { postgres, timeoutMs } = config;
  const file = join(folder, 'state.db');
  return new Store({
    name: postgres === undefined ? `SQLite file ${file}` : 'PostgreSQL',
    timeoutMs,
    wallClock,
    onStatus,
    async open(last) {
      if (!last.again) await makeStateFolder(folder);
      // Loaded here: the query builder alone takes as long as all the rest of a start.
      if (postgres !== undefined) {
        const { openPostgres } = await import('./postgres-engine.ts');
        return openPostgres({ url: postgres, timeoutMs, onFault });
      }
      const { openSqlite } = await import('./sqlite-engine.ts');
      // Shorter than the call's own time, so that a lock is told as what it is.
      return openSqlite({ ...last, file, busyMs: Math.ceil(timeoutMs * 0.9) });
    },
  });
}
