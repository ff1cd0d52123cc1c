import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { keyError } from './key-file.ts';
import { once } from './once.ts';
import type { Store } from './store.ts';

interface Dependencies {
  store: Store;
  /**
   * The key-encryption key: from KMS, configuration or the key file.
   * @param fresh whether the store holds no key yet, so that a new one may be made
   */
  masterKey: (fresh: boolean) => Promise<Buffer>;
  wallClock: () => number;
}

const ivBytes = 12; // NIST SP 800-38D, section 5.2.1.1: 96 bits
const tagBytes = 16;

/** Keys at rest: each is stored under AES-256-GCM by the key-encryption key, bound to its own name. */
export class KeyRing {
  readonly #dependencies: Dependencies;
  readonly #master: () => Promise<Buffer>;
  readonly #named = new Map<string, () => Promise<Buffer>>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#master = once(() => this.#readMaster());
  }

  /** Seals key material for the store. @param context what it is: it opens under the same one alone */
  async wrap(plain: Uint8Array, context: string): Promise<string> {
    return seal(await this.#master(), plain, context);
  }

  /** @throws HybridRoutingError where it was sealed under another key or context */
  async unwrap(sealed: string, context: string): Promise<Buffer> {
    return unseal(await this.#master(), sealed, context);
  }

  /** A key by its name, made by the first process that asks for it. @throws StoreError, HybridRoutingError */
  async named(name: string, create: () => Buffer): Promise<Buffer> {
    const key = this.#named.get(name) ?? once(() => this.#load(name, create));
    this.#named.set(name, key);
    return key();
  }

  async #load(name: string, create: () => Buffer): Promise<Buffer> {
    const { store, wallClock } = this.#dependencies;
    const stored = await store.run((db) =>
      db.selectFrom('keys').select('wrapped').where('name', '=', name).executeTakeFirst(),
    );
    if (stored) return this.unwrap(stored.wrapped, name);
    const wrapped = await this.wrap(create(), name);
    const { wrapped: kept } = await store.transaction(async (transaction) => {
      await transaction
        .insertInto('keys')
        .values({ name, wrapped, created_at: wallClock() })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      return transaction.selectFrom('keys').select('wrapped').where('name', '=', name).executeTakeFirstOrThrow();
    });
    return this.unwrap(kept, name);
  }

  async #readMaster(): Promise<Buffer> {
    const { store, masterKey } = this.#dependencies;
    const any = await store.run((db) => db.selectFrom('keys').select('name').limit(1).executeTakeFirst());
    return masterKey(any === undefined);
  }
}

/** AES-256-GCM as `base64(iv || ciphertext || tag)`. */
export function seal(key: Uint8Array, plain: Uint8Array | string, context: string): string {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
  const body = typeof plain === 'string' ? Buffer.from(plain) : plain;
  return Buffer.concat([iv, cipher.update(body), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

/** @throws HybridRoutingError where it was sealed under another key or context */
export function unseal(key: Uint8Array, sealed: string, context: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < ivBytes + tagBytes) throw keyError(`The sealed ${context} is too short to be one`);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes))
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]);
  } catch {
    throw keyError(`The sealed ${context} does not open with this key`);
  }
}
