import { thisProcess } from '../../store/process-identity.ts';
import type { Store } from '../../store/store.ts';
import type { OperationResult } from '../operation.ts';
import { type Handle, processWord } from './handle.ts';
import type { ResultSeal } from './result-seal.ts';

interface Dependencies {
  store: Pick<Store, 'run'>;
  seal: ResultSeal;
  /** This process's writer id. */
  writer: string;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** A handle as the store has it. */
export interface StoredHandle extends Handle {
  /** Under whose key the result is sealed. */
  owner: string | null;
  /** Which process runs it, and when that last said so. */
  process: string;
  seenAt: number;
}

/** The handles in the store. An end is written over `running` alone, so that there is one, whoever writes it. */
export class StoredHandles {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** The surrogate of the person whom an operation names. @throws StoreError, HybridRoutingError */
  ownerOf(identifier: string | undefined): Promise<string | null> {
    return this.#dependencies.seal.ownerOf(identifier);
  }

  /** Enters an operation that this process runs; once, however often it is called. @throws StoreError, HybridRoutingError */
  async enter(
    { id, principal, startedAt, expiresAt, deadlineMs, result }: Handle,
    owner: string | null,
  ): Promise<void> {
    const { store, seal, writer, wallClock } = this.#dependencies;
    const sealed = await seal.seal(result, owner);
    if (sealed === null) return;
    const row = {
      id,
      principal,
      subject: owner,
      writer,
      process: processWord(thisProcess),
      state: 'running',
      started_at: Math.round(startedAt),
      seen_at: Math.round(wallClock()),
      finished_at: null,
      expires_at: Math.round(expiresAt),
      deadline_ms: deadlineMs,
      cancel_requested: 0,
      result: sealed,
    };
    await store.run((db) =>
      db
        .insertInto('background_operations')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute(),
    );
  }

  /** @returns whether it is the end: not where it had one, was erased, or has expired. @throws StoreError, HybridRoutingError */
  async end(id: string, owner: string | null, end: { result: OperationResult; at: number }): Promise<boolean> {
    const { store, seal } = this.#dependencies;
    const sealed = await seal.seal(end.result, owner);
    // Of a person who was erased meanwhile nothing is kept, not even that there was an operation.
    if (sealed === null) {
      await store.run((db) => db.deleteFrom('background_operations').where('id', '=', id).execute());
      return false;
    }
    const { numUpdatedRows } = await store.run((db) =>
      db
        .updateTable('background_operations')
        .set({ state: end.result.status, finished_at: Math.round(end.at), result: sealed })
        .where('id', '=', id)
        .where('state', '=', 'running')
        .executeTakeFirst(),
    );
    return numUpdatedRows > 0n;
  }

  /** Null where this principal has no such handle that has not expired. @throws StoreError, HybridRoutingError */
  async find(id: string, principal: string): Promise<StoredHandle | null> {
    const { store, seal, wallClock } = this.#dependencies;
    const row = await store.run((db) =>
      db
        .selectFrom('background_operations')
        .selectAll()
        .where('id', '=', id)
        .where('principal', '=', principal)
        .where('expires_at', '>', wallClock())
        .executeTakeFirst(),
    );
    const result = row && (await seal.open(row.result, { id, owner: row.subject }));
    if (!result) return null;
    return {
      id,
      principal,
      owner: row.subject,
      process: row.process,
      seenAt: row.seen_at,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
      expiresAt: row.expires_at,
      deadlineMs: row.deadline_ms,
      cancelRequested: row.cancel_requested === 1,
      result,
    };
  }

  /** Asks whichever process runs it to end it. @throws StoreError */
  async requestCancel(id: string, principal: string): Promise<void> {
    await this.#dependencies.store.run((db) =>
      db
        .updateTable('background_operations')
        .set({ cancel_requested: 1 })
        .where('id', '=', id)
        .where('principal', '=', principal)
        .where('state', '=', 'running')
        .execute(),
    );
  }

  /** Of these the ones that are to go on: no caller has called them off, and nobody has told their end. @throws StoreError */
  async wanted(ids: readonly string[]): Promise<Set<string>> {
    const rows = await this.#dependencies.store.run((db) =>
      db
        .selectFrom('background_operations')
        .select('id')
        .where('id', 'in', ids)
        .where('state', '=', 'running')
        .where('cancel_requested', '=', 0)
        .execute(),
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Says that this process still runs them. @throws StoreError */
  async beat(ids: readonly string[]): Promise<void> {
    const { store, wallClock } = this.#dependencies;
    const seen_at = Math.round(wallClock());
    await store.run((db) =>
      db
        .updateTable('background_operations')
        .set({ seen_at })
        .where('id', 'in', ids)
        .where('state', '=', 'running')
        .execute(),
    );
  }
}
