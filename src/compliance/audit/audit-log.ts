import type { AuditConfig } from '../../config/audit-schema.ts';
import { HybridRoutingError, messageOf } from '../../config/errors.ts';
import { inTime } from '../../store/in-time.ts';
import { firstOpenMs, type Store } from '../../store/store.ts';
import { StoreError } from '../../store/store-error.ts';
import type { HeadTrust } from './audit-head.ts';
import type { AuditKind, AuditWriter } from './audit-kinds.ts';
import { type Appended, appendDrafts, auditLock, readHead } from './audit-rows.ts';
import type { AuditSpool } from './audit-spool.ts';
import { type PreparedDraft, prepareDraft, writerClosed, writerOpened } from './entry.ts';
import type { NoteSigner } from './signed-note.ts';
import { wellFormed } from './well-formed.ts';

/** Where a row is when its writer goes on: in the log, in the spool file, or in memory alone. */
export const auditStates = ['stored', 'spooled', 'held'] as const;
export type AuditState = (typeof auditStates)[number];

/** How the log stands, for health and for the answers. */
export interface AuditLogStatus {
  state: AuditState;
  /** Why rows are not stored at once. */
  cause: string | null;
  /** Rows that wait for the store. */
  waiting: number;
}

interface Dependencies {
  store: Store;
  spool: AuditSpool;
  /** The key of this state; asked for once the store is open. */
  signer: () => Promise<NoteSigner>;
  config: AuditConfig;
  /** Id of this process, in every row that it writes. */
  writer: string;
  /** What this process says of itself in its first row. */
  opening: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970. */
  wallClock: () => number;
  /** After each commit: checkpoints hang on it. */
  onAppended: (appended: Appended) => void;
  /** Transitions alone. */
  onStatus: (status: AuditLogStatus) => void;
}

interface Waiting {
  draft: PreparedDraft;
  /** Tells the writer where its row is; called once, or again to no effect. */
  acknowledge: (state: AuditState) => void;
}

/** Rows of one commit. */
const largestBatch = 1_000;
/** Rows that may wait in memory where neither the store nor the spool takes them. */
const mostHeld = 10_000;
const firstRetryMs = 250;
const longestRetryMs = 5_000;

/**
 * The audit log of this process. Rows are committed in groups: what comes while one commit is under way makes the next. Where
 * the store does not take them in time they go to the spool file, and from there to the store when it is back.
 */
export class AuditLog implements AuditWriter {
  readonly #dependencies: Dependencies;
  readonly #queue: Waiting[] = [];
  readonly #trust: HeadTrust = { note: '' };
  #writerSeq = 0;
  #spooled = 0;
  #state: AuditState = 'stored';
  #storeCause: string | null = null;
  #spoolCause: string | null = null;
  /** The store answers again: what waits is written to it, the oldest rows first. */
  #recovering = false;
  /** After a fault of the spool file it is left alone until the next retry. */
  #spoolDue = true;
  #busy = false;
  #working: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #closed = false;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  get status(): AuditLogStatus {
    const causes = [this.#storeCause, this.#spoolCause && `the spool file: ${this.#spoolCause}`];
    const cause = this.#state === 'stored' ? null : causes.filter((part) => part !== null).join('; ');
    return { state: this.#state, cause, waiting: this.#queue.length + this.#spooled };
  }

  get full(): string | null {
    return this.#state === 'held' && this.#queue.length >= mostHeld ? this.status.cause : null;
  }

  /** The writer's first row, which says what process it is. */
  open(): Promise<AuditState> {
    return this.#add(writerOpened, this.#dependencies.opening);
  }

  /**
   * Adds a row, and resolves when it is on the disk (`stored`, `spooled`), or with `held` where it is in memory alone.
   * @throws HybridRoutingError audit_full where so many rows wait in memory that no more are taken
   */
  async append(kind: AuditKind, body: Readonly<Record<string, unknown>>): Promise<AuditState> {
    // Room is left for the rows of what is under way when the log is full.
    if (this.#state === 'held' && this.#queue.length >= 2 * mostHeld) throw full(this.status.cause);
    return this.#add(kind, body);
  }

  #add(kind: string, body: Readonly<Record<string, unknown>>): Promise<AuditState> {
    const { writer, wallClock } = this.#dependencies;
    const at = Math.round(wallClock());
    const draft = prepareDraft({ writer, writerSeq: this.#writerSeq + 1, at, kind, body: wellFormed(body) });
    this.#writerSeq += 1;
    return new Promise((acknowledge) => {
      this.#queue.push({ draft, acknowledge });
      if (this.#state === 'held' && !this.#spoolDue) acknowledge('held');
      this.#work();
    });
  }

  /** The writer's last row, and a last try of the store; what it does not take is left in the spool for the next process. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#spoolDue = true;
    if (this.#writerSeq > 0) await this.#add(writerClosed, { rows: this.#writerSeq });
    await this.#working;
    if (this.#state !== 'stored') {
      this.#recovering = true;
      this.#work();
      await this.#working;
    }
    const { spool } = this.#dependencies;
    await spool.close();
    spool.retire();
  }

  #work(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#working = this.#drain();
  }

  /** The one place that writes: whatever it does comes in the order of the writer's numbers. */
  async #drain(): Promise<void> {
    try {
      for (;;) {
        if (this.#state === 'stored') {
          if (this.#queue.length === 0) return;
          await this.#store();
          continue;
        }
        // Where nothing is left in the spool, what waits in memory is next in the store's turn.
        const turn = this.#recovering && this.#dependencies.spool.drained;
        const spools = this.#queue.length > 0 && this.#spoolDue && !turn;
        if (spools) await this.#spool();
        if (this.#recovering) await this.#recover();
        else if (!spools) return;
      }
    } finally {
      this.#busy = false;
    }
  }

  async #store(): Promise<void> {
    const batch = this.#queue.slice(0, largestBatch);
    try {
      await this.#commit(batch.map(({ draft }) => draft));
      this.#done(batch, 'stored');
    } catch (thrown) {
      this.#storeCause = messageOf(thrown);
      this.#spoolDue = true;
      this.#become('spooled');
      this.#retryLater();
    }
  }

  #done(batch: readonly Waiting[], state: AuditState): void {
    this.#queue.splice(0, batch.length);
    for (const { acknowledge } of batch) acknowledge(state);
  }

  /** In time, whatever it waits for: the store, its key, the lock. One that is given up on may still go through. */
  async #commit(drafts: readonly PreparedDraft[]): Promise<void> {
    const { config, store, onAppended } = this.#dependencies;
    const opening = store.status.status === 'opening';
    const ms = opening ? Math.max(firstOpenMs, config.spoolAfterMs) : config.spoolAfterMs;
    const late = () => new StoreError('store_timeout', `no row was stored within ${ms} ms`);
    onAppended(await inTime(this.#append(drafts), ms, late));
  }

  async #append(drafts: readonly PreparedDraft[]): Promise<Appended> {
    const { store, signer, config, wallClock } = this.#dependencies;
    const signing = { signer: await signer(), trust: this.#trust, origin: config.origin, now: Math.round(wallClock()) };
    const lock = { lock: auditLock, timeoutMs: config.spoolAfterMs };
    return store.transaction((transaction, engine) => appendDrafts(transaction, engine, drafts, signing), lock);
  }

  async #spool(): Promise<void> {
    const batch = this.#queue.slice(0, largestBatch);
    try {
      await this.#dependencies.spool.append(batch.map(({ draft }) => draft));
      this.#spooled += batch.length;
      this.#spoolCause = null;
      this.#done(batch, 'spooled');
      if (this.#queue.length === 0) this.#become('spooled');
    } catch (thrown) {
      this.#spoolCause = messageOf(thrown);
      this.#spoolDue = false;
      this.#become('held');
      // What is in memory alone stays there, and its writers go on, knowing so.
      for (const { acknowledge } of this.#queue) acknowledge('held');
      this.#retryLater();
    }
  }

  #retryLater(): void {
    if (this.#closed || this.#retry) return;
    const ms = Math.min(longestRetryMs, firstRetryMs * 2 ** this.#failures);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.#knock();
    }, ms).unref();
  }

  /** Asks the store first, apart from the rows' way: one that hangs, or is locked, must not hold them up. */
  async #knock(): Promise<void> {
    const { store, config } = this.#dependencies;
    try {
      await store.transaction(readHead, { lock: auditLock, timeoutMs: config.spoolAfterMs });
      this.#recovering = true;
    } catch (thrown) {
      this.#failed(thrown);
    }
    this.#spoolDue = true;
    this.#work();
  }

  #failed(thrown: unknown): void {
    this.#failures += 1;
    this.#storeCause = messageOf(thrown);
    this.#retryLater();
  }

  /** Some rows more into the store: the spool's first, then those that wait in memory. */
  async #recover(): Promise<void> {
    const { spool } = this.#dependencies;
    try {
      const page = await spool.next(largestBatch);
      if (page) {
        await this.#commit(page.drafts);
        spool.passed(page);
        this.#spooled = Math.max(0, this.#spooled - page.drafts.length);
        return;
      }
      // Rows that were held are the proof that the store takes them again, where there was nothing in the spool.
      const batch = this.#queue.slice(0, largestBatch);
      if (batch.length > 0) await this.#commit(batch.map(({ draft }) => draft));
      this.#done(batch, 'stored');
      await spool.clear();
      this.#recovered();
    } catch (thrown) {
      this.#recovering = false;
      this.#failed(thrown);
    }
  }

  #recovered(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#recovering = false;
    this.#failures = 0;
    this.#spooled = 0;
    this.#storeCause = null;
    this.#spoolCause = null;
    this.#spoolDue = true;
    this.#become('stored');
  }

  #become(state: AuditState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#dependencies.onStatus(this.status);
  }
}

function full(cause: string | null): HybridRoutingError {
  return new HybridRoutingError(
    'audit_full',
    `The audit log takes no more: ${mostHeld} rows wait in memory (${cause})`,
    'Free disk space or bring the store back; call health_check.',
  );
}
