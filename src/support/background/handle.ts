import { HybridRoutingError } from '../../config/errors.ts';
import { isRunning, type ProcessIdentity, processSpace } from '../../store/process-identity.ts';
import type { StateScope } from '../../store/shared-state.ts';
import type { OperationResult } from '../operation.ts';

/** An operation in the background, as its process or the store knows it. Times are ms since 1970. */
export interface Handle {
  /** The operation's id. */
  id: string;
  /** Who alone may look at it. */
  principal: string;
  startedAt: number;
  /** When it ended; null while it runs. */
  finishedAt: number | null;
  /** It is unknown after this. */
  expiresAt: number;
  deadlineMs: number;
  cancelRequested: boolean;
  /** The result, or the decision as planned while it runs. */
  result: OperationResult;
}

/** A process that has not said for so long that it runs an operation is taken to have ended, in ms; it says so every 5 s. */
export const silentMs = 60_000;

/** What the operation's caller sees. */
export function shownHandle(handle: Handle, { now, progress, scope }: Shown): OperationResult {
  const { result, startedAt, expiresAt, finishedAt, deadlineMs, cancelRequested } = handle;
  return {
    ...result,
    latencyMs: finishedAt === null ? Math.max(0, now - startedAt) : result.latencyMs,
    background: {
      startedAt: new Date(startedAt).toISOString(),
      expiresAt: new Date(expiresAt).toISOString(),
      deadlineMs,
      progress,
      scope,
      cancelRequested: cancelRequested || result.status === 'cancelled',
    },
  };
}

interface Shown {
  now: number;
  progress: number | null;
  scope: StateScope;
}

/** How an operation ended, by the pipeline's word: in the background, being called off is no failure. */
export function endOf(result: OperationResult): OperationResult {
  switch (result.error?.code) {
    case 'cancelled':
      return { ...result, status: 'cancelled' };
    case 'shutting_down':
      return { ...result, status: 'interrupted', error: interruption('its server was shut down') };
    default:
      return result;
  }
}

/** The end of an operation whose process is gone. @param seenAt when that last said that it runs */
export function interrupted({ result, startedAt }: Handle, seenAt: number): OperationResult {
  const error = interruption('the process that ran it is gone');
  return { ...result, status: 'interrupted', latencyMs: Math.max(0, seenAt - startedAt), error };
}

function interruption(cause: string) {
  return {
    code: 'interrupted',
    message: `The operation has no result: ${cause}`,
    remedy: 'Send it again, with the same idempotencyKey where it had one.',
  };
}

/** One answer for a handle that never was, is another caller's, or has expired: it tells nobody which. */
export function unknownHandle(): HybridRoutingError {
  return new HybridRoutingError(
    'operation_unknown',
    'operationId: no operation of this caller has it, or its result has expired',
    'Give the operationId that route_operation answered with background true, or start the operation again.',
  );
}

/** A process in one word, for the store. */
export function processWord({ pid, start }: ProcessIdentity): string {
  return `${processSpace}/${pid}/${start}`;
}

/** Whether a process that ran an operation has ended: known at once on this machine, elsewhere by its silence. */
export function isGone({ process, seenAt }: { process: string; seenAt: number }, now: number): boolean {
  if (now - seenAt > silentMs) return true;
  const [space, pid, start = ''] = process.split('/');
  return space === processSpace && !isRunning({ pid: Number(pid), start });
}
