import type { Path, PathRequest } from '../../src/paths/path.ts';
import type { PathError } from '../../src/paths/path-error.ts';
import { startAttempt } from '../../src/routing/attempt.ts';
import { TokenBudget } from '../../src/routing/token-budget.ts';
import { pathRequest } from './requests.ts';

interface Trial {
  request?: PathRequest;
  shareMs?: number;
  fairMs?: number;
  /** Retries that the budget has; none by default, so that one fault is seen as it is. */
  retries?: number;
  cancelled?: AbortSignal;
  onProgress?: (text: string) => void;
}

/** One attempt on the clock of this process, as the router makes it, past whatever the breaker has seen before. */
export function tried(path: Path, trial: Trial = {}) {
  const { request = pathRequest(), shareMs = 5_000, fairMs = 0, retries = 0, cancelled, onProgress } = trial;
  path.resetBreakers();
  return startAttempt(path, request, {
    shareMs,
    fairMs,
    random: () => 0,
    retryBudget: new TokenBudget(0, retries),
    operationStart: performance.now(),
    now: () => performance.now(),
    cancelled: cancelled ?? new AbortController().signal,
    onProgress,
  }).outcome;
}

/** The error of an attempt that fails; fails the test where it succeeds. */
export async function failureOf(path: Path, trial: Trial = {}): Promise<PathError> {
  const { error } = await tried(path, trial);
  if (error) return error;
  throw new Error('The attempt was expected to fail, and succeeded.');
}
