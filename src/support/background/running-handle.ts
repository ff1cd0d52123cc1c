import { HybridRoutingError } from '../../config/errors.ts';
import type { OperationResult } from '../operation.ts';
import type { Handle } from './handle.ts';

/** An operation in the background of this process: until the store has its end. */
export interface RunningHandle extends Handle {
  controller: AbortController;
  /** By what it is told that another request is the same one. */
  sameAs: { key: string; fingerprint: string } | null;
  /** The identifier of the person whom it names. */
  subject: string | undefined;
  /** The person's surrogate; undefined while the store could not tell. */
  owner: string | null | undefined;
  /** Progress notes so far: their text may be withdrawn, their number is true. */
  progress: number;
  /** Whether the store knows of it, and whether it has its end. */
  entered: boolean;
  saved: boolean;
  /** Writes to the store, one after the other. Never rejects. */
  saving: Promise<void>;
  /** Resolves when it has ended, and the store has been told or does not answer. Never rejects. */
  ended: Promise<void>;
}

interface Started {
  result: OperationResult;
  principal: string;
  subject: string | undefined;
  sameAs: RunningHandle['sameAs'];
  deadlineMs: number;
  keepMs: number;
  now: number;
}

export function newHandle({ result, principal, subject, sameAs, deadlineMs, keepMs, now }: Started): RunningHandle {
  return {
    id: result.operationId,
    principal,
    startedAt: now,
    finishedAt: null,
    // From the latest end that it can have: a handle's time never changes.
    expiresAt: now + deadlineMs + keepMs,
    deadlineMs,
    cancelRequested: false,
    result,
    controller: new AbortController(),
    sameAs,
    subject,
    owner: subject === undefined ? null : undefined,
    progress: 0,
    entered: false,
    saved: false,
    saving: Promise.resolve(),
    ended: Promise.resolve(),
  };
}

/** Ends an operation for its caller. */
export function callOff(handle: RunningHandle): void {
  if (handle.finishedAt !== null || handle.cancelRequested) return;
  handle.cancelRequested = true;
  const remedy = 'Start it again if it is still wanted.';
  handle.controller.abort(new HybridRoutingError('cancelled', 'The operation was cancelled by its caller', remedy));
}
