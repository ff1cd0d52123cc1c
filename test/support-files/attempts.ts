import type { Path, PathRequest } from '../../src/paths/path.ts';
import type { PathError } from '../../src/paths/path-error.ts';
import { attempt } from '../../src/routing/attempt.ts';
import { pathRequest } from './requests.ts';

interface Trial {
  request?: PathRequest;
  shareMs?: number;
  cancelled?: AbortSignal;
  onProgress?: (text: string) => void;
}

/** One attempt on the clock of this process, as the router makes it. */
export function tried(path: Path, { request = pathRequest(), shareMs = 5_000, cancelled, onProgress }: Trial = {}) {
  return attempt(path, request, {
    shareMs,
    operationStart: performance.now(),
    now: () => performance.now(),
    cancelled: cancelled ?? new AbortController().signal,
    onProgress,
  });
}

/** The error of an attempt that fails; fails the test where it succeeds. */
export async function failureOf(path: Path, trial: Trial = {}): Promise<PathError> {
  const { error } = await tried(path, trial);
  if (error) return error;
  throw new Error('The attempt was expected to fail, and succeeded.');
}
