import type { ErrorClass } from '../paths/path-error.ts';

/** One call, as health remembers it. */
export interface CallOutcome {
  /** Milliseconds on a monotonic clock. */
  at: number;
  durationMs: number;
  /** Null where it succeeded. */
  error: { errorClass: ErrorClass; message: string } | null;
}

export interface PathHealthOptions {
  unhealthyAfterFailures: number;
  /** Milliseconds. */
  recoverAfterMs: number;
}

/** How a path has done lately. Null where there is nothing to tell from. */
export interface PathHealthView {
  status: 'healthy' | 'degraded' | 'unhealthy' | 'unknown';
  cause: string | null;
  /** Calls in the window, at most `windowSize`. */
  calls: number;
  failures: number;
  p50Ms: number | null;
  p95Ms: number | null;
}

/** The runbook settles "its last 20 calls" as what a path is judged by. */
export const windowSize = 20;

/** Adds a call to the window, oldest first. */
export function remember(window: readonly CallOutcome[], outcome: CallOutcome): CallOutcome[] {
  return [...window.slice(1 - windowSize), outcome];
}

/**
 * Judges a path by its last calls. Pure.
 * Unhealthy: enough failures in a row, or one that no retry can mend (configuration); some time after the last
 * failure it counts as degraded instead, so that it is tried again. Degraded: the last call failed.
 */
export function judge(window: readonly CallOutcome[], now: number, options: PathHealthOptions): PathHealthView {
  const failures = window.filter(({ error }) => error !== null).length;
  const durations = window.filter(({ error }) => error === null).map(({ durationMs }) => durationMs);
  const facts = {
    calls: window.length,
    failures,
    p50Ms: percentile(durations, 0.5),
    p95Ms: percentile(durations, 0.95),
  };
  const last = window.at(-1);
  if (!last) return { status: 'unknown', cause: 'no calls yet', ...facts };
  if (!last.error) return { status: 'healthy', cause: null, ...facts };
  const inARow = window.length - 1 - window.findLastIndex(({ error }) => error === null);
  const lasting = inARow >= options.unhealthyAfterFailures || last.error.errorClass === 'configuration';
  const recent = now - last.at < options.recoverAfterMs;
  const status = lasting && recent ? 'unhealthy' : 'degraded';
  return { status, cause: `${inARow} failed in a row, last: ${last.error.message}`, ...facts };
}

/** Nearest-rank percentile; null for no values. */
export function percentile(values: readonly number[], fraction: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? null;
}
