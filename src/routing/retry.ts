import pRetry from 'p-retry';
import { PathError, traits } from '../paths/path-error.ts';
import type { TokenBudget } from './token-budget.ts';

interface RetryOptions {
  budget: TokenBudget;
  signal: AbortSignal;
  /** Milliseconds that are left of the attempt's share. */
  remainingMs: () => number;
  /** 0 to 1, as Math.random. */
  random: () => number;
}

// Full jitter over a doubling ceiling: short, because the whole attempt has seconds, not minutes.
const firstCeilingMs = 100;
const mostCeilingMs = 2_000;
const mostRetries = Math.max(...Object.values(traits).map(({ retries }) => retries));

/**
 * Makes a call, and again where the fault matrix allows it, the path's budget has a token and the wait (the service's
 * Retry-After, or full jitter) ends within the share. The last real fault is what is thrown.
 */
export async function withRetries<Result>(
  call: () => Promise<Result>,
  onRetry: () => void,
  { budget, signal, remainingMs, random }: RetryOptions,
): Promise<Result> {
  let fault: PathError | undefined;
  try {
    const result = await pRetry(call, {
      retries: mostRetries,
      minTimeout: 0,
      factor: 1,
      shouldRetry: async ({ error, retriesConsumed }) => {
        if (!(error instanceof PathError) || error.retried || signal.aborted) return false;
        if (retriesConsumed >= traits[error.errorClass].retries) return false;
        const waitMs = error.retryAfterMs ?? random() * Math.min(firstCeilingMs * 2 ** retriesConsumed, mostCeilingMs);
        if (waitMs >= remainingMs() || !budget.take()) return false;
        fault = error;
        onRetry();
        return wait(waitMs, signal);
      },
    });
    budget.earn();
    return result;
  } catch (thrown) {
    // A breaker that our own failures have opened in the meantime is no news: what they were is.
    throw fault && thrown instanceof PathError && thrown.errorClass === 'unavailable' ? fault : thrown;
  }
}

/** True after the time, false as soon as the signal aborts. */
function wait(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (whole: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(whole);
    };
    const timer = setTimeout(() => end(true), ms);
    const onAbort = () => end(false);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
