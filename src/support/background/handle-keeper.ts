import { messageOf } from '../../config/errors.ts';
import { StoreError } from '../../store/store-error.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { callOff, type RunningHandle } from './running-handle.ts';
import type { StoredHandles } from './stored-handles.ts';

interface Dependencies {
  stored: StoredHandles;
  logger: Logger;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** How often the store is asked whether an operation was called off or ended in another process, in ms: it ends within a second. */
const lookMs = 500;
/** Every how many looks the store is told that they run: every 5 s. */
const looksPerBeat = 10;
/** Results that wait for the store are kept up to this size in all, in characters. */
const waitingSize = 64 * 1_024 * 1_024;
const component = 'bedrock-support';

/** This process's handles: in memory while they run, and until the store has their end. */
export class HandleKeeper {
  readonly #dependencies: Dependencies;
  readonly #handles = new Map<string, RunningHandle>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;
  #looks = 0;
  #fault: string | null = null;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  get(id: string): RunningHandle | undefined {
    return this.#handles.get(id);
  }

  running(): RunningHandle[] {
    return [...this.#handles.values()].filter(({ finishedAt }) => finishedAt === null);
  }

  add(handle: RunningHandle): void {
    this.#handles.set(handle.id, handle);
    this.#timer ??= setInterval(() => void this.#look(), lookMs).unref();
  }

  /** Brings a handle to the store, or leaves it for the next look. Never rejects. */
  save(handle: RunningHandle): Promise<void> {
    handle.saving = handle.saving.then(() => this.#write(handle)).catch((thrown: unknown) => this.#failed(thrown));
    return handle.saving;
  }

  /** Resolves when nothing is written any more; what the store never took is lost, and said. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#looking;
    await Promise.all([...this.#handles.values()].map(({ saving }) => saving));
    const lost = this.#handles.size;
    if (lost > 0) this.#dependencies.logger.warn({ component, lost }, 'results of background operations are lost');
    this.#handles.clear();
  }

  async #write(handle: RunningHandle): Promise<void> {
    const { stored } = this.#dependencies;
    if (handle.saved) return;
    handle.owner ??= await stored.ownerOf(handle.subject);
    if (!handle.entered) {
      await stored.enter(handle, handle.owner);
      handle.entered = true;
    }
    if (handle.finishedAt === null) return;
    const end = { result: handle.result, at: handle.finishedAt };
    const isEnd = await stored.end(handle.id, handle.owner, end);
    handle.saved = true;
    this.#fault = null;
    this.#forget(handle);
    if (isEnd) return;
    // It was erased, or the store had not heard of it for so long that another process has called it interrupted.
    this.#dependencies.logger.warn({ component, operationId: handle.id }, 'a background result came too late');
  }

  #forget({ id }: RunningHandle): void {
    this.#handles.delete(id);
    if (this.#handles.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Never rejects, and never runs twice at a time. */
  #look(): Promise<void> {
    this.#looking ??= this.#round()
      .catch((thrown: unknown) => this.#failed(thrown))
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  async #round(): Promise<void> {
    const { stored } = this.#dependencies;
    this.#looks += 1;
    this.#makeRoom();
    const waiting = [...this.#handles.values()].filter(({ entered, finishedAt }) => !entered || finishedAt !== null);
    await Promise.all(waiting.map((handle) => this.save(handle)));
    const entered = this.running().filter((handle) => handle.entered);
    if (entered.length === 0) return;
    const ids = entered.map(({ id }) => id);
    if (this.#looks % looksPerBeat === 0) await stored.beat(ids);
    const wanted = await stored.wanted(ids);
    for (const handle of entered) if (!wanted.has(handle.id)) callOff(handle);
  }

  /** While the store is away the oldest results go first, and what nobody may look at any more. */
  #makeRoom(): void {
    const { logger, wallClock } = this.#dependencies;
    const waiting = [...this.#handles.values()].filter(({ finishedAt }) => finishedAt !== null);
    let size = waiting.reduce((sum, { result }) => sum + sizeOf(result), 0);
    for (const handle of waiting) {
      const isExpired = handle.expiresAt <= wallClock();
      if (!isExpired && size <= waitingSize) return;
      size -= sizeOf(handle.result);
      this.#forget(handle);
      const why = isExpired ? 'expired' : 'no room';
      logger.warn({ component, operationId: handle.id, why }, 'a background result never came to the store');
    }
  }

  #failed(thrown: unknown): void {
    if (thrown instanceof StoreError) return; // the store itself tells that it is away
    const cause = messageOf(thrown);
    // Said once, not at every look.
    if (cause === this.#fault) return;
    this.#fault = cause;
    this.#dependencies.logger.warn({ component, cause }, 'background operations are not stored');
  }
}

function sizeOf({ answer }: RunningHandle['result']): number {
  return 1_024 + (answer?.length ?? 0);
}
