import { HybridRoutingError } from '../config/errors.ts';
import type { PathName } from '../config/operation-types.ts';
import type { Path, PathAnswer, PathRequest } from '../paths/path.ts';
import { PathError } from '../paths/path-error.ts';
import { untilAborted } from '../paths/until-aborted.ts';
import { withRetries } from './retry.ts';
import type { TokenBudget } from './token-budget.ts';

/** What one attempt at a path, with its retries, came to. */
export interface AttemptOutcome {
  path: PathName;
  /** When it began, in ms from the start of the operation. */
  startedMs: number;
  durationMs: number;
  retries: number;
  answer: PathAnswer | null;
  error: PathError | null;
}

export interface AttemptOptions {
  /** Time for this attempt, in ms. */
  shareMs: number;
  /** A share shorter than this is no test of the path: that it was spent is not held against the path. In ms. */
  fairMs: number;
  /** Start of the operation, on the clock of `now`. */
  operationStart: number;
  now: () => number;
  random: () => number;
  retryBudget: TokenBudget;
  /** The client's own cancellation. */
  cancelled: AbortSignal;
  onProgress?: ((text: string) => void) | undefined;
  /** Called before the call is made again: what was shown of it does not count. */
  onRetry?: (() => void) | undefined;
}

export interface RunningAttempt {
  path: PathName;
  /** Never rejects. */
  outcome: Promise<AttemptOutcome>;
  /** Ends it because the other path has answered. */
  abandon(): void;
}

/**
 * Calls a path and never takes longer than its share: one timer and one controller end everything that the attempt waits
 * for (queue, connection, first byte, body, backoff), also where the path ignores its signal.
 */
export function startAttempt(path: Path, request: PathRequest, options: AttemptOptions): RunningAttempt {
  const controller = new AbortController();
  return {
    path: path.name,
    outcome: run(path, request, options, controller),
    abandon: () => controller.abort(abandoned(path.name)),
  };
}

async function run(
  path: Path,
  request: PathRequest,
  options: AttemptOptions,
  controller: AbortController,
): Promise<AttemptOutcome> {
  const { shareMs, fairMs, operationStart, now, random, retryBudget, cancelled, onProgress } = options;
  const started = now();
  const { signal } = controller;
  const timer = setTimeout(() => controller.abort(shareSpent(path.name, shareMs, shareMs < fairMs)), shareMs);
  const onCancel = () => controller.abort(cancelledAttempt(path.name, cancelled.reason));
  cancelled.addEventListener('abort', onCancel, { once: true });
  if (cancelled.aborted) onCancel();
  let retries = 0;
  const outcome = (answer: PathAnswer | null, error: PathError | null): AttemptOutcome => ({
    path: path.name,
    startedMs: started - operationStart,
    durationMs: now() - started,
    retries,
    answer,
    error,
  });
  try {
    const call = async () => untilAborted(path.call(request, { signal, onProgress }), signal);
    const onRetry = () => {
      retries += 1;
      options.onRetry?.();
    };
    const remainingMs = () => started + shareMs - now();
    return outcome(await withRetries(call, onRetry, { budget: retryBudget, signal, remainingMs, random }), null);
  } catch (thrown) {
    // The abort's own reason says why it ended; what the path made of the abort does not matter.
    const reason: unknown = signal.aborted ? signal.reason : thrown;
    return outcome(null, reason instanceof PathError ? reason : unexpected(path.name, reason));
  } finally {
    clearTimeout(timer);
    cancelled.removeEventListener('abort', onCancel);
  }
}

function shareSpent(path: PathName, shareMs: number, blameless: boolean): PathError {
  return new PathError({
    path,
    errorClass: 'timeout',
    kind: 'share_spent',
    message: `The ${path} path gave no answer within its ${Math.round(shareMs)} ms of the deadline`,
    remedy: `Call health_check with component ${path === 'direct' ? 'direct-bedrock' : 'mcp-router'}.`,
    blameless,
  });
}

/** Ended by the client, or by the server itself, which gives its reason as an error of ours. */
function cancelledAttempt(path: PathName, reason: unknown): PathError {
  const { code, message, remedy } =
    reason instanceof HybridRoutingError
      ? reason
      : {
          code: 'cancelled',
          message: 'The client cancelled the operation',
          remedy: 'Send it again if it is still wanted.',
        };
  return new PathError({ path, errorClass: 'cancelled', kind: code, message, remedy });
}

function abandoned(path: PathName): PathError {
  return new PathError({
    path,
    errorClass: 'cancelled',
    kind: 'hedge_lost',
    message: 'The other path answered first',
    remedy: 'Nothing: the operation was answered.',
  });
}

function unexpected(path: PathName, cause: unknown): PathError {
  return new PathError({
    path,
    errorClass: 'protocol',
    kind: 'unexpected',
    message: `The ${path} path failed unexpectedly: ${cause instanceof Error ? cause.message : String(cause)}`,
    remedy: 'Report this with the log line of the operation.',
    cause,
  });
}
