import type { PathName } from '../config/operation-types.ts';
import type { Path, PathAnswer, PathRequest } from '../paths/path.ts';
import { PathError } from '../paths/path-error.ts';

/** What one call of one path came to. */
export interface AttemptOutcome {
  path: PathName;
  /** When it began, in ms from the start of the operation. */
  startedMs: number;
  durationMs: number;
  answer: PathAnswer | null;
  error: PathError | null;
}

interface AttemptOptions {
  /** Time for this attempt, in ms. */
  shareMs: number;
  /** Start of the operation, on the clock of `now`. */
  operationStart: number;
  now: () => number;
  /** The client's own cancellation. */
  cancelled: AbortSignal;
  onProgress?: ((text: string) => void) | undefined;
}

/** Calls a path and never takes longer than its share: one timer and one controller end everything that the call waits for. */
export async function attempt(path: Path, request: PathRequest, options: AttemptOptions): Promise<AttemptOutcome> {
  const { shareMs, operationStart, now, cancelled, onProgress } = options;
  const started = now();
  const controller = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  // A path that throws before it is awaited leaves nobody to take the rejection, which would end the process.
  ended.catch(() => undefined);
  const timer = setTimeout(() => controller.abort(shareSpent(path.name, shareMs)), shareMs);
  const onCancel = () => controller.abort(cancelledByClient(path.name));
  cancelled.addEventListener('abort', onCancel, { once: true });
  if (cancelled.aborted) onCancel();
  const outcome = (answer: PathAnswer | null, error: PathError | null): AttemptOutcome => ({
    path: path.name,
    startedMs: started - operationStart,
    durationMs: now() - started,
    answer,
    error,
  });
  try {
    const call = path.call(request, { signal: controller.signal, onProgress });
    return outcome(await Promise.race([call, ended]), null);
  } catch (thrown) {
    // The abort's own reason says why it ended; what the path made of the abort does not matter.
    const reason: unknown = controller.signal.aborted ? controller.signal.reason : thrown;
    return outcome(null, reason instanceof PathError ? reason : unexpected(path.name, reason));
  } finally {
    clearTimeout(timer);
    cancelled.removeEventListener('abort', onCancel);
  }
}

function shareSpent(path: PathName, shareMs: number): PathError {
  return new PathError({
    path,
    errorClass: 'timeout',
    kind: 'share_spent',
    message: `The ${path} path gave no answer within its ${Math.round(shareMs)} ms of the deadline`,
    remedy: `Call health_check with component ${path === 'direct' ? 'direct-bedrock' : 'mcp-router'}.`,
  });
}

function cancelledByClient(path: PathName): PathError {
  return new PathError({
    path,
    errorClass: 'cancelled',
    kind: 'cancelled',
    message: 'The client cancelled the operation',
    remedy: 'Send it again if it is still wanted.',
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
