import { randomBytes } from 'node:crypto';
import type { StoreConfig } from '../config/store-schema.ts';
import { keyError, makeKeyFile, masterKeyBytes, parseMasterKey, readKeyFile } from './key-file.ts';
import type { KeyWrapper } from './kms.ts';
import type { Store } from './store.ts';

interface Dependencies {
  config: Pick<StoreConfig, 'key'>;
  folder: string;
  store: Store;
  /** KMS, where a key of it is configured. */
  kms: (() => Promise<KeyWrapper>) | null;
  wallClock: () => number;
}

const wrappedName = 'master';
const context = { purpose: 'hybrid-routing-mcp store' };

/**
 * The key-encryption key: opened by KMS, given by configuration, or in the key file. A new one is made for a new store only,
 * so that a key that was lost is told, and not silently replaced.
 */
export function masterKeyOf({ config, folder, store, kms, wallClock }: Dependencies) {
  return async (fresh: boolean): Promise<Buffer> => {
    if (kms) return kmsKey(await kms(), store, wallClock);
    if (config.key !== undefined) return parseMasterKey(config.key, 'store.key');
    const known = await readKeyFile(folder);
    if (known) return known;
    if (!fresh) throw keyError(`The store holds keys, but ${folder} has no master.key that opens them`);
    return makeKeyFile(folder);
  };
}

async function kmsKey(kms: KeyWrapper, store: Store, wallClock: () => number): Promise<Buffer> {
  const read = () =>
    store.run((db) => db.selectFrom('keys').select('wrapped').where('name', '=', wrappedName).executeTakeFirst());
  const known = await read();
  if (!known) {
    const wrapped = Buffer.from(await kms.encrypt(randomBytes(masterKeyBytes), context)).toString('base64');
    await store.run((db) =>
      db
        .insertInto('keys')
        .values({ name: wrappedName, wrapped, created_at: wallClock() })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute(),
    );
  }
  const kept = known ?? (await read());
  if (!kept) throw keyError('The wrapped key vanished as soon as it was stored');
  return Buffer.from(await kms.decrypt(Buffer.from(kept.wrapped, 'base64'), context));
}
