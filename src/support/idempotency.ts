import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { HybridRoutingError } from '../config/errors.ts';
import { untilAborted } from '../paths/until-aborted.ts';
import { RefusedError } from './admission.ts';
import type { OperationRequest, OperationResult } from './operation.ts';

interface Finished {
  fingerprint: string;
  result: OperationResult;
}

/** A run that callers with the same key share; it goes on while one of them still waits. */
interface Running {
  fingerprint: string;
  controller: AbortController;
  outcome: Promise<OperationResult>;
  waiting: number;
}

const keptMs = 600_000;
const keptKeys = 10_000;
/** Outcomes are kept up to this size in all, in characters: an answer may have megabytes. */
const keptSize = 64 * 1_024 * 1_024;

/**
 * The outcomes of the last 10 minutes by idempotency key: a repeat gets the first one's outcome, also while it runs. A run is
 * aborted when everyone who waits for it has cancelled; then nobody was served, and the next one with this key runs anew.
 */
export class IdempotentOutcomes {
  // Apart from the finished ones, so that no number of other keys can push out what still runs.
  readonly #running = new Map<string, Running>();
  readonly #finished: LRUCache<string, Finished>;

  /** @param now milliseconds on a monotonic clock */
  constructor(now: () => number = () => performance.now()) {
    this.#finished = new LRUCache({
      max: keptKeys,
      maxSize: keptSize,
      sizeCalculation: ({ result }) => 1_024 + (result.answer?.length ?? 0),
      ttl: keptMs,
      perf: { now },
      ttlResolution: 0,
    });
  }

  /**
   * @param principal whose key it is: nobody is given what somebody else's was answered with
   * @throws RefusedError where the key was used for another request
   */
  async once(
    request: OperationRequest,
    cancelled: AbortSignal,
    run: (cancelled: AbortSignal) => Promise<OperationResult>,
    principal = '',
  ): Promise<OperationResult> {
    const { idempotencyKey } = request;
    if (idempotencyKey === undefined || request.dryRun) return run(cancelled);
    const key = JSON.stringify([principal, idempotencyKey]);
    const fingerprint = fingerprintOf(request);
    const finished = this.#finished.get(key);
    const running = this.#running.get(key);
    const alive = running && !running.controller.signal.aborted ? running : undefined;
    const known = alive ?? finished;
    if (known && known.fingerprint !== fingerprint) throw conflict();
    if (!alive && finished) return finished.result;
    return join(alive ?? this.#start(key, fingerprint, run), cancelled);
  }

  #start(key: string, fingerprint: string, run: (cancelled: AbortSignal) => Promise<OperationResult>): Running {
    const controller = new AbortController();
    const running: Running = { fingerprint, controller, outcome: run(controller.signal), waiting: 0 };
    this.#running.set(key, running);
    const settle = (result: OperationResult | null) => {
      if (this.#running.get(key) !== running) return;
      this.#running.delete(key);
      // What was aborted has no outcome to repeat, and what threw was a fault of ours: both may be run again.
      const served = result !== null && (result.status === 'answered' || !controller.signal.aborted);
      if (served) this.#finished.set(key, { fingerprint, result });
    };
    running.outcome.then(settle, () => settle(null));
    return running;
  }
}

/** Waits for a shared run until this caller cancels; the last one who does ends the run. */
async function join(running: Running, cancelled: AbortSignal): Promise<OperationResult> {
  const { outcome, controller } = running;
  running.waiting += 1;
  try {
    return await untilAborted(outcome, cancelled);
  } catch (thrown) {
    if (!cancelled.aborted) throw thrown;
    if (running.waiting > 1) throw gone(cancelled.reason);
    controller.abort(cancelled.reason);
    return await outcome;
  } finally {
    running.waiting -= 1;
  }
}

function conflict(): RefusedError {
  return new RefusedError(
    'idempotency_conflict',
    'idempotencyKey: was used for a different request',
    'Use a new key for a new request.',
  );
}

/** The answer to one of several callers who does not wait any more. */
function gone(reason: unknown): RefusedError {
  return reason instanceof HybridRoutingError
    ? new RefusedError(reason.code, reason.message, reason.remedy)
    : new RefusedError('cancelled', 'The client cancelled the operation', 'Send it again if it is still wanted.');
}

/** The same for the same request, in whatever order its context's keys come. */
export function fingerprintOf({ operation, prompt, messages, context, subject, purpose }: OperationRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([operation, prompt, messages, context, subject, purpose], sortedKeys))
    .digest('base64');
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
