import { setTimeout as delay } from 'node:timers/promises';

/** Waits `ms` milliseconds, or until the signal aborts. True when the whole time has passed. */
export async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  if (ms <= 0) return true;
  return delay(ms, true, { signal }).catch(() => false);
}

/** Waits until the signal aborts, however long that takes. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
