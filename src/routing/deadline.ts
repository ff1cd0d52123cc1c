/** Bounds of the fallback's reserve, as parts of the deadline: the fallback always has a chance, and so has the primary. */
const leastReserve = 1 / 4;
const mostReserve = 3 / 4;

/**
 * How long the primary attempt may take: the deadline less what the fallback needs, which is its recent p95, at least a
 * quarter of the deadline. Without a fallback the primary may use it all.
 * @param deadlineMs whole time of the operation, in ms
 * @param fallbackP95Ms the fallback's recent p95 in ms; null where it is not known, undefined where there is no fallback
 */
export function primaryShareMs(deadlineMs: number, fallbackP95Ms: number | null | undefined): number {
  if (fallbackP95Ms === undefined) return deadlineMs;
  const reserve = Math.min(Math.max(fallbackP95Ms ?? 0, deadlineMs * leastReserve), deadlineMs * mostReserve);
  // Whole milliseconds, as timers have them.
  return Math.max(1, Math.round(deadlineMs - reserve));
}

/**
 * The one deadline of an operation, in ms: its class's SLA, or the caller's deadline, if sooner. In the background nobody
 * waits for the answer, so that there the caller's deadline holds as it is.
 */
export function operationDeadlineMs(slaMs: number, callerMs: number | undefined, background = false): number {
  if (callerMs === undefined) return slaMs;
  return background ? callerMs : Math.min(slaMs, callerMs);
}
