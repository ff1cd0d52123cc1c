import { randomUUID } from 'node:crypto';
import { HybridRoutingError, messageOf } from '../../config/errors.ts';
import type { LimitsConfig } from '../../config/schema.ts';
import type { FeatureFlags } from '../../routing/feature-flags.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { BedrockSupportManager } from '../bedrock-support-manager.ts';
import type { Caller } from '../caller.ts';
import { fingerprintOf } from '../idempotency.ts';
import type { OperationRequest, OperationResult } from '../operation.ts';
import { settledWithin } from '../settled-within.ts';
import { BackgroundFullError, switchedOff } from './background-full.ts';
import { endOf, interrupted, isGone, shownHandle, unknownHandle } from './handle.ts';
import { HandleKeeper } from './handle-keeper.ts';
import { callOff, newHandle, type RunningHandle } from './running-handle.ts';
import type { StoredHandles } from './stored-handles.ts';

interface Dependencies {
  support: Pick<BedrockSupportManager, 'run' | 'refusalOf' | 'refuse' | 'planned' | 'deadlineMs'>;
  stored: StoredHandles;
  flags: Pick<FeatureFlags, 'isOn'>;
  config: { limits: Pick<LimitsConfig, 'backgroundOperations' | 'backgroundPerCaller' | 'backgroundKeepSeconds'> };
  logger: Logger;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** How long a handle is not told because the store does not have it yet, in ms. */
const enterMs = 2_000;
/** An operation that is called off ends at once; only its audit row may take longer, in ms. */
const callOffMs = 1_000;

/**
 * Operations that run on when their request has its answer: started here, looked at and called off by their caller alone, in
 * any process on the same state, until the handle expires.
 */
export class BackgroundOperations {
  readonly #dependencies: Dependencies;
  readonly #keeper: HandleKeeper;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#keeper = new HandleKeeper(dependencies);
  }

  /** Answers the handle at once, or why the operation is not taken. Never throws for what a caller does. */
  async start(request: OperationRequest, caller: Caller): Promise<OperationResult> {
    const { support, flags } = this.#dependencies;
    const off = await switchedOff(flags);
    const same = this.#same(request, principalOf(caller));
    if (same) return this.#shown(same);
    const refusal = support.refusalOf(request, caller) ?? off ?? this.#full(principalOf(caller));
    if (refusal) return support.refuse(request, caller, refusal);
    const handle = this.#begin(request, caller);
    // A handle that is told is in the store, wherever there is one that answers in time; else it says that it is not.
    await settledWithin(this.#keeper.save(handle), enterMs, undefined);
    return this.#shown(handle);
  }

  /** @throws HybridRoutingError operation_unknown, or a StoreError where only the store could tell */
  async look(operationId: string, caller: Caller): Promise<OperationResult> {
    const { stored, wallClock } = this.#dependencies;
    const principal = principalOf(caller);
    const own = this.#own(operationId, principal);
    // The store's word on how it ended is the last one: another process may have taken this one for dead.
    if (own && own.finishedAt !== null) await this.#keeper.save(own);
    if (own && !own.saved) return this.#shown(own);
    let found = await stored.find(operationId, principal);
    const now = wallClock();
    if (found && found.finishedAt === null && isGone(found, now)) {
      await stored.end(operationId, found.owner, { result: interrupted(found, found.seenAt), at: now });
      // Not what was just written: its process may have been quicker.
      found = await stored.find(operationId, principal);
    }
    if (!found) throw unknownHandle();
    return shownHandle(found, { now, progress: null, scope: 'shared' });
  }

  /** Ends it, in whichever process it runs; what has ended stays as it is. @throws as `look` */
  async cancel(operationId: string, caller: Caller): Promise<OperationResult> {
    const principal = principalOf(caller);
    const own = this.#own(operationId, principal);
    if (own) {
      callOff(own);
      await settledWithin(own.ended, callOffMs, undefined);
      return this.look(operationId, caller);
    }
    const seen = await this.look(operationId, caller);
    if (seen.status !== 'running') return seen;
    await this.#dependencies.stored.requestCancel(operationId, principal);
    return this.look(operationId, caller);
  }

  /** Resolves when none runs. */
  async idle(): Promise<void> {
    await Promise.all(this.#keeper.running().map(({ ended }) => ended));
  }

  /** Ends what still runs, which is then interrupted, and tells the store. */
  async close(): Promise<void> {
    const why = new HybridRoutingError('shutting_down', 'The server was shut down', 'Start it again.');
    for (const { controller } of this.#keeper.running()) controller.abort(why);
    await this.idle();
    await this.#keeper.close();
  }

  #begin(request: OperationRequest, { identity }: Caller): RunningHandle {
    const { support, config, wallClock } = this.#dependencies;
    const handle = newHandle({
      result: support.planned(request, randomUUID()),
      principal: principalOf({ identity }),
      subject: request.subject,
      sameAs:
        request.idempotencyKey === undefined
          ? null
          : { key: request.idempotencyKey, fingerprint: fingerprintOf(request) },
      deadlineMs: support.deadlineMs(request, { background: true }),
      keepMs: config.limits.backgroundKeepSeconds * 1_000,
      now: wallClock(),
    });
    const onProgress = () => {
      handle.progress += 1;
    };
    const caller = { identity, cancelled: handle.controller.signal, background: true, onProgress };
    this.#keeper.add(handle);
    handle.ended = support
      .run(request, caller, handle.id)
      .catch((thrown: unknown) => this.#broken(handle, thrown))
      .then((result) => this.#end(handle, result));
    return handle;
  }

  async #end(handle: RunningHandle, result: OperationResult): Promise<void> {
    const { id } = handle;
    // An outcome by idempotency key is the first operation's.
    const shared = `the outcome of operation ${result.operationId}, which had the same idempotencyKey`;
    const notices = result.operationId === id ? result.notices : [...result.notices, shared];
    handle.result = endOf({ ...result, operationId: id, notices });
    handle.finishedAt = this.#dependencies.wallClock();
    await this.#keeper.save(handle);
  }

  #broken({ id, result }: RunningHandle, thrown: unknown): OperationResult {
    const message = messageOf(thrown);
    const fields = { component: 'bedrock-support', event: 'ERROR', operationId: id, cause: message } as const;
    this.#dependencies.logger.error(fields, 'ERROR operation in the background failed');
    return { ...result, status: 'failed', error: { code: 'internal', message, remedy: 'Call health_check.' } };
  }

  /** The same operation under the same key, while it runs: one handle for a caller who was not sure. */
  #same(request: OperationRequest, principal: string): RunningHandle | null {
    const { idempotencyKey } = request;
    if (idempotencyKey === undefined) return null;
    const fingerprint = fingerprintOf(request);
    const isSame = ({ sameAs, ...handle }: RunningHandle) =>
      handle.principal === principal && sameAs?.key === idempotencyKey && sameAs.fingerprint === fingerprint;
    return this.#keeper.running().find(isSame) ?? null;
  }

  #full(principal: string): BackgroundFullError | null {
    const { config, wallClock } = this.#dependencies;
    const { backgroundOperations, backgroundPerCaller } = config.limits;
    const all = this.#keeper.running();
    const own = all.filter((handle) => handle.principal === principal);
    const retryMs = (some: RunningHandle[]) =>
      Math.min(...some.map(({ startedAt, deadlineMs }) => startedAt + deadlineMs)) - wallClock();
    if (own.length >= backgroundPerCaller) {
      const key = 'limits.backgroundPerCaller';
      return new BackgroundFullError({ running: own.length, key, retryMs: retryMs(own) });
    }
    if (all.length < backgroundOperations) return null;
    const key = 'limits.backgroundOperations';
    return new BackgroundFullError({ running: all.length, key, retryMs: retryMs(all) });
  }

  #own(id: string, principal: string): RunningHandle | null {
    const handle = this.#keeper.get(id);
    if (handle?.principal !== principal) return null;
    return handle.expiresAt > this.#dependencies.wallClock() ? handle : null;
  }

  #shown(handle: RunningHandle): OperationResult {
    const { progress, entered } = handle;
    const scope = entered ? 'shared' : 'this_process';
    return shownHandle(handle, { now: this.#dependencies.wallClock(), progress, scope });
  }
}

/** The server's own calls have no identity, and handles of their own. */
function principalOf({ identity }: Pick<Caller, 'identity'>): string {
  return identity?.principal ?? '';
}
