import { judgedCalls } from '../paths/opening-rule.ts';

/** One call or probe, as health remembers it. */
export interface WatchedCall {
  /** Milliseconds on a monotonic clock. */
  at: number;
  durationMs: number;
  /** Why it failed; null where it succeeded. */
  failure: string | null;
  /** Ran past the route's latency threshold. */
  slow: boolean;
  probe: boolean;
}

/** What is known of a path, or of one class of operations on it. */
export interface Watch {
  /** The last calls, oldest first. */
  calls: readonly WatchedCall[];
  /** Set while the path is left for the other one. */
  left: { since: number; cause: string } | null;
  /** Since when, while it is left, few enough calls have been bad. */
  calmSince: number | null;
}

export const emptyWatch: Watch = { calls: [], left: null, calmSince: null };

/** How long a path that was left must do well before it is first choice again, in ms (mission checklist, "Definitions"). */
const heldMs = 300_000;

const isBad = ({ failure, slow }: WatchedCall) => failure !== null || slow;

/**
 * Takes in a call. A path is left when at least `badCalls` of its last 20 calls failed or were slow; it comes back when no
 * more than half of that were, for five minutes. Pure.
 */
export function observe(watch: Watch, call: WatchedCall, badCalls: number): Watch {
  const calls = [...watch.calls.slice(1 - judgedCalls), call];
  const bad = calls.filter(isBad);
  if (!watch.left) {
    const left = bad.length >= badCalls ? { since: call.at, cause: describe(bad, calls.length) } : null;
    return { calls, left, calmSince: null };
  }
  if (bad.length > badCalls / 2) return { calls, left: watch.left, calmSince: null };
  const calmSince = watch.calmSince ?? call.at;
  return call.at - calmSince >= heldMs
    ? { calls, left: null, calmSince: null }
    : { calls, left: watch.left, calmSince };
}

/** Whether the path is left at this moment: doing well for long enough ends it without another call. */
export function isLeft({ left, calmSince }: Watch, now: number): boolean {
  return left !== null && (calmSince === null || now - calmSince < heldMs);
}

function describe(bad: readonly WatchedCall[], of: number): string {
  const failed = bad.filter(({ failure }) => failure !== null).length;
  const last = bad.findLast(({ failure }) => failure !== null)?.failure;
  const parts = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(failed < bad.length ? [`${bad.length - failed} were slow`] : []),
  ];
  return `${parts.join(' and ')} of the last ${of} calls${last ? `, last: ${last}` : ''}`;
}

/** Nearest-rank percentile of the successful calls' durations, in ms; null where none succeeded. */
export function percentileMs(
  { calls }: Watch,
  fraction: number,
  wanted: (call: WatchedCall) => boolean,
): number | null {
  const durations = calls.filter((call) => call.failure === null && wanted(call)).map(({ durationMs }) => durationMs);
  const sorted = durations.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? null;
}
