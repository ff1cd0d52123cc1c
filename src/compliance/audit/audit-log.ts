import type { AuditConfig } from '../../config/audit-schema.ts';
import { HybridRoutingError, messageOf } from '../../config/errors.ts';
import type { Store } from '../../store/store.ts';
import type { AuditKind, AuditWriter } from './audit-kinds.ts';
import { type Appended, appendDrafts, auditLock, readHead } from './audit-rows.ts';
import { type AuditSpool, readSpool } from './audit-spool.ts';
import { type PreparedDraft, prepareDraft, writerClosed, writerOpened } from './entry.ts';
import type { NoteSigner } from './signed-note.ts';

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
  /** Tells the writer where its row is; called once. */
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
  #writerSeq = 0;
  #spooled = 0;
  #status: AuditLogStatus = { state: 'stored', cause: null, waiting: 0 };
  #working: Promise<void> | null = null;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #recoveryDue = false;
  #closed = false;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  get status(): AuditLogStatus {
    return { ...this.#status, waiting: this.#queue.length + this.#spooled };
  }

  get full(): string | null {
    return this.#status.state === 'held' && this.#queue.length >= mostHeld ? this.#status.cause : null;
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
    if (this.#queue.length >= 2 * mostHeld && this.#status.state === 'held') throw full(this.#status.cause);
    return this.#add(kind, body);
  }

  #add(kind: string, body: Readonly<Record<string, unknown>>): Promise<AuditState> {
    const { writer, wallClock } = this.#dependencies;
    const at = Math.round(wallClock());
    const draft = prepareDraft({ writer, writerSeq: this.#writerSeq + 1, at, kind, body: wellFormed(body) });
    this.#writerSeq += 1;
    return new Promise((acknowledge) => {
      this.#queue.push({ draft, acknowledge });
      this.#work();
    });
  }

  /** The writer's last row; whatever the store does not take is left in the spool for the next process. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#retry);
    if (this.#writerSeq > 0) await this.#add(writerClosed, { rows: this.#writerSeq });
    await this.#working;
  }

  #work(): void {
    this.#working ??= this.#drain().finally(() => {
      this.#working = null;
      if (this.#queue.length > 0 && this.#status.state !== 'held') this.#work();
    });
  }

  /** The one place that writes: whatever it does comes in the order of the writer's numbers. */
  async #drain(): Promise<void> {
    if (this.#recoveryDue) await this.#recover();
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, largestBatch);
      const state = this.#status.state === 'stored' ? await this.#store(batch) : await this.#spool(batch);
      if (state === 'held') return this.#hold();
      this.#queue.splice(0, batch.length);
      for (const { acknowledge } of batch) acknowledge(state);
    }
  }

  /** What is in memory alone stays there, and its writers go on, knowing so. */
  #hold(): void {
    for (const { acknowledge } of this.#queue) acknowledge('held');
  }

  async #store(batch: readonly Waiting[]): Promise<AuditState> {
    try {
      await this.#commit(batch.map(({ draft }) => draft));
      return 'stored';
    } catch (thrown) {
      return this.#spool(batch, messageOf(thrown));
    }
  }

  async #commit(drafts: readonly PreparedDraft[]): Promise<void> {
    const { store, signer, config, wallClock, onAppended } = this.#dependencies;
    const signing = { signer: await signer(), origin: config.origin, now: Math.round(wallClock()) };
    const appended = await store.transaction((transaction) => appendDrafts(transaction, drafts, signing), {
      lock: auditLock,
      timeoutMs: config.spoolAfterMs,
    });
    onAppended(appended);
  }

  async #spool(batch: readonly Waiting[], cause = this.#status.cause): Promise<AuditState> {
    try {
      await this.#dependencies.spool.append(batch.map(({ draft }) => draft));
      this.#spooled += batch.length;
      this.#become('spooled', cause);
    } catch (thrown) {
      this.#become('held', `${cause}; the spool file: ${messageOf(thrown)}`);
    }
    this.#scheduleRecovery();
    return this.#status.state;
  }

  #scheduleRecovery(): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    const ms = Math.min(longestRetryMs, firstRetryMs * 2 ** this.#failures);
    this.#retry = setTimeout(() => void this.#knock(), ms).unref();
  }

  /** Asks the store first, apart from the rows' way: a store that still hangs must not hold them up. */
  async #knock(): Promise<void> {
    try {
      await this.#dependencies.store.run(readHead, this.#dependencies.config.spoolAfterMs);
      this.#recoveryDue = true;
      this.#work();
    } catch (thrown) {
      this.#failures += 1;
      this.#become(this.#status.state, messageOf(thrown));
      this.#scheduleRecovery();
    }
  }

  /** What was spooled goes to the store first, then what waits in memory. */
  async #recover(): Promise<void> {
    this.#recoveryDue = false;
    const { spool } = this.#dependencies;
    try {
      if (this.#spooled > 0) {
        for await (const page of readSpool(spool.file)) await this.#commit(page);
        await spool.clear();
        this.#spooled = 0;
      } else {
        const [first] = this.#queue;
        if (first) await this.#commit([first.draft]);
      }
      this.#failures = 0;
      this.#become('stored', null);
    } catch (thrown) {
      this.#failures += 1;
      this.#become(this.#status.state, messageOf(thrown));
      this.#scheduleRecovery();
    }
  }

  #become(state: AuditState, cause: string | null): void {
    const changed = this.#status.state !== state;
    this.#status = { state, cause, waiting: 0 };
    if (changed) this.#dependencies.onStatus(this.status);
  }
}

/** Half a surrogate pair, which no JSON may hold, becomes a replacement character: a row must not fail by a caller's text. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name.toWellFormed(), wellFormed(part)]));
}

function full(cause: string | null): HybridRoutingError {
  return new HybridRoutingError(
    'audit_full',
    `The audit log takes no more: ${mostHeld} rows wait in memory (${cause})`,
    'Free disk space or bring the store back; call health_check.',
  );
}
