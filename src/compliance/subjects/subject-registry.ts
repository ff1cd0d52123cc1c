import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { type KeyRing, seal, unseal } from '../../store/key-ring.ts';
import type { Store } from '../../store/store.ts';

interface Dependencies {
  store: Store;
  keys: KeyRing;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** A person whose data is processed, under a random id that says nothing once the subject is erased. */
export interface DataSubject {
  id: string;
  /** Seals what identifies the person, under the person's own key. */
  seal(text: string): string;
  /** @throws HybridRoutingError where it was sealed for somebody else */
  open(sealed: string): string;
}

const keyBytes = 32;
const idsPerQuery = 500;

/**
 * Who is who: identifiers are kept as keyed pseudonyms, each with a random id and a key of its own. Rows elsewhere hold the
 * id and ciphertext alone, so that deleting the entry here makes all of them anonymous, and changes none of them.
 */
export class SubjectRegistry {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Null where the identifier has never been named, or was erased. @throws StoreError, HybridRoutingError */
  async find(identifier: string): Promise<DataSubject | null> {
    const pseudonym = await this.#pseudonym(identifier);
    const row = await this.#dependencies.store.run((db) =>
      db.selectFrom('subjects').selectAll().where('pseudonym', '=', pseudonym).executeTakeFirst(),
    );
    return row ? this.#subject(row.id, row.wrapped_key) : null;
  }

  /** The subject of an identifier, entered where it is new. @throws StoreError, HybridRoutingError */
  async enter(identifier: string): Promise<DataSubject> {
    const known = await this.find(identifier);
    if (known) return known;
    const entered = await this.enterAll([identifier]);
    const subject = entered.get(identifier);
    if (!subject) throw new Error('a subject that was entered is not there');
    return subject;
  }

  /** Many at once, for an import: by their identifiers. @throws StoreError, HybridRoutingError */
  async enterAll(identifiers: readonly string[]): Promise<Map<string, DataSubject>> {
    const { store, keys, wallClock } = this.#dependencies;
    const pseudonyms = new Map<string, string>();
    for (const identifier of identifiers) pseudonyms.set(identifier, await this.#pseudonym(identifier));
    const created_at = wallClock();
    const values = await Promise.all(
      // In one order, so that two imports never wait for each other.
      [...new Set(pseudonyms.values())].sort().map(async (pseudonym) => {
        const id = randomUUID();
        return { id, pseudonym, wrapped_key: await keys.wrap(randomBytes(keyBytes), contextOf(id)), created_at };
      }),
    );
    const rows = await store.transaction(async (transaction) => {
      const found = [];
      for (let at = 0; at < values.length; at += idsPerQuery) {
        const some = values.slice(at, at + idsPerQuery);
        const names = some.map(({ pseudonym }) => pseudonym);
        await transaction
          .insertInto('subjects')
          .values(some)
          .onConflict((conflict) => conflict.column('pseudonym').doNothing())
          .execute();
        found.push(...(await transaction.selectFrom('subjects').selectAll().where('pseudonym', 'in', names).execute()));
      }
      return found;
    });
    const subjects = new Map<string, DataSubject>();
    for (const { pseudonym, id, wrapped_key } of rows) subjects.set(pseudonym, await this.#subject(id, wrapped_key));
    return new Map(
      [...pseudonyms].flatMap(([identifier, pseudonym]) => {
        const subject = subjects.get(pseudonym);
        return subject ? [[identifier, subject]] : [];
      }),
    );
  }

  /** The subject behind an id in a row, or null where it was erased. @throws StoreError, HybridRoutingError */
  async byId(id: string): Promise<DataSubject | null> {
    const row = await this.#dependencies.store.run((db) =>
      db.selectFrom('subjects').selectAll().where('id', '=', id).executeTakeFirst(),
    );
    return row ? this.#subject(row.id, row.wrapped_key) : null;
  }

  /**
   * Deletes the entry with its key, also from the pages where it lay; to be called again where that could not be.
   * @throws StoreError
   */
  async erase(subject: DataSubject): Promise<void> {
    const { store } = this.#dependencies;
    await store.run((db) => db.deleteFrom('subjects').where('id', '=', subject.id).execute());
    await store.scrub();
  }

  /** How many people are known. @throws StoreError */
  async count(): Promise<number> {
    const row = await this.#dependencies.store.run((db) =>
      db
        .selectFrom('subjects')
        .select((select) => select.fn.countAll().as('count'))
        .executeTakeFirstOrThrow(),
    );
    return Number(row.count);
  }

  async #subject(id: string, wrappedKey: string): Promise<DataSubject> {
    const key = await this.#dependencies.keys.unwrap(wrappedKey, contextOf(id));
    return {
      id,
      seal: (text) => seal(key, text, contextOf(id)),
      open: (sealed) => unseal(key, sealed, contextOf(id)).toString('utf8'),
    };
  }

  /** HMAC-SHA-256 under a key of this state: without the key nobody can try names. */
  async #pseudonym(identifier: string): Promise<string> {
    const key = await this.#dependencies.keys.named('pseudonym', () => randomBytes(keyBytes));
    return createHmac('sha256', key).update(identifier.normalize('NFC')).digest('hex');
  }
}

function contextOf(id: string): string {
  return `subject:${id}`;
}
