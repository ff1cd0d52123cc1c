import type { AuditConfig } from '../../config/audit-schema.ts';
import { messageOf } from '../../config/errors.ts';
import type { Store } from '../../store/store.ts';
import type { Anchor } from '../anchors/anchor.ts';
import type { Appended } from './audit-rows.ts';
import { openCheckpoint } from './checkpoint.ts';
import { emptyHead, type LogHead } from './entry.ts';
import { cosign, type NoteSigner } from './signed-note.ts';

interface Dependencies {
  store: Store;
  config: Pick<AuditConfig, 'checkpointRows' | 'checkpointMinutes'>;
  /** A second signer outside this machine, such as KMS; null where none is configured. */
  cosigner: (() => Promise<NoteSigner>) | null;
  /** Where checkpoints are kept outside the store; null where none is configured. */
  anchor: Anchor | null;
  /** Milliseconds since 1970. */
  wallClock: () => number;
  /** A checkpoint that could not be made, cosigned or anchored; it is tried again with the next one. */
  onFault: (what: string) => void;
}

const minuteMs = 60_000;
const outsideMs = 5_000;

/** Keeps signed checkpoints: every N rows, every T minutes while rows come, and at the end. */
export class AuditCheckpoints {
  readonly #dependencies: Dependencies;
  #head: Pick<LogHead, 'size' | 'leaf'> = emptyHead;
  #note = '';
  /** Set once the log was found shorter, or another, than this process knows it: the note that tells so. */
  #evidence: string | null = null;
  #lastSize = 0;
  #keeping: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** The newest signed head that this process has written: the log must never again be shorter, nor another. */
  get lastNote(): string {
    return this.#evidence ?? this.#note;
  }

  start(): void {
    const ms = this.#dependencies.config.checkpointMinutes * minuteMs;
    this.#timer = setInterval(() => void this.keep(), ms).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    // One that is under way may have begun before the last rows.
    await this.#keeping;
    await this.keep();
  }

  /** Called after each commit of this process. */
  appended({ head, note, before }: Appended): void {
    const { size, leaf } = this.#head;
    if (before.size < size || (before.size === size && before.leaf !== leaf)) this.#rolledBack(before.size);
    this.#head = head;
    this.#note = note;
    if (head.size - this.#lastSize >= this.#dependencies.config.checkpointRows) void this.keep();
  }

  /** Once it has grown again nothing else would tell that rows are gone. */
  #rolledBack(size: number): void {
    if (this.#evidence !== null) return;
    this.#evidence = this.#note;
    this.#lastSize = Math.min(this.#lastSize, size);
    this.#dependencies.onFault(
      `The audit log was set back to ${size} rows, though this process has seen ${this.#head.size}: verify it`,
    );
  }

  /** Keeps a checkpoint of the log as it is now, where there are rows since the last one. Never throws. */
  async keep(): Promise<void> {
    this.#keeping ??= this.#keep()
      .catch((thrown: unknown) => this.#dependencies.onFault(messageOf(thrown)))
      .finally(() => {
        this.#keeping = null;
      });
    return this.#keeping;
  }

  async #keep(): Promise<void> {
    if (this.#head.size > this.#lastSize) await this.#add(this.#head.size, this.#note);
    await this.#anchorNewest();
  }

  /** @param note a head that this process has signed itself: what the store says may have been altered since */
  async #add(size: number, note: string): Promise<void> {
    const { store, wallClock } = this.#dependencies;
    const kept = await this.#cosigned(note);
    await store.run((db) =>
      db
        .insertInto('audit_checkpoints')
        .values({ size, at: wallClock(), note: kept, anchored_at: null })
        .onConflict((conflict) => conflict.column('size').doNothing())
        .execute(),
    );
    this.#lastSize = size;
  }

  /** With the outside signature where there is a signer; its absence is a fault, and no reason to have no checkpoint. */
  async #cosigned(note: string): Promise<string> {
    const { cosigner, onFault } = this.#dependencies;
    if (!cosigner) return note;
    try {
      return await cosign(note, await cosigner());
    } catch (thrown) {
      onFault(`A checkpoint has no outside signature: ${messageOf(thrown)}`);
      return note;
    }
  }

  /** The newest one covers all before it. */
  async #anchorNewest(): Promise<void> {
    const { store, anchor, wallClock } = this.#dependencies;
    if (!anchor) return;
    const newest = await store.run((db) =>
      db.selectFrom('audit_checkpoints').selectAll().orderBy('size', 'desc').limit(1).executeTakeFirst(),
    );
    if (!newest || newest.anchored_at !== null) return;
    await anchor.put(newest.size, newest.note, AbortSignal.timeout(outsideMs));
    await store.run((db) =>
      db.updateTable('audit_checkpoints').set({ anchored_at: wallClock() }).where('size', '=', newest.size).execute(),
    );
  }
}

export interface KeptCheckpoint {
  size: number;
  note: string;
}

/** A note with the size that it says itself; one that cannot be read has 0, so that it stands first, and is reported. */
export function sized(note: string): KeptCheckpoint {
  return { size: openCheckpoint(note, []).checkpoint?.size ?? 0, note };
}

/** All checkpoints by size, page by page. @param to the greatest size, inclusive */
export async function* keptCheckpoints(store: Store, to = Number.MAX_SAFE_INTEGER): AsyncGenerator<KeptCheckpoint> {
  let after = -1;
  for (;;) {
    const page = await store.run((db) =>
      db
        .selectFrom('audit_checkpoints')
        .select(['size', 'note'])
        .where('size', '>', after)
        .where('size', '<=', to)
        .orderBy('size')
        .limit(500)
        .execute(),
    );
    const last = page.at(-1);
    if (!last) return;
    yield* page;
    after = last.size;
  }
}
