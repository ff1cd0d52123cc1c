/** What decides whether a path is probed now. Durations in ms. */
export interface ProbeFacts {
  /** Configured, and its breaker is closed: an open breaker makes its own trials. */
  ready: boolean;
  /** The last probe met an error that asking again cannot mend. */
  stopped: boolean;
  /** Left for the other path: probes show when it may come back. */
  left: boolean;
  /** Since the last real call, or since probing began. */
  callAgoMs: number;
  /** Since the last probe, or since probing began. */
  probeAgoMs: number;
  /** Probes that have failed one after the other, up to now. */
  failedInARow: number;
  /** Time between looks at a path. */
  tickMs: number;
  /** Time between probes of a path without traffic; 0: none. */
  idleProbeMs: number;
}

/** Without a real call for so long, a path has no traffic, in ms. */
const quietMs = 60_000;
/** However often probes have failed, a path that was left is asked again within this, in ms. */
const longestWaitMs = 300_000;

/** Why a path is due for a probe now, or null. Real calls come first: probes stand in where there are none. Pure. */
export function probeDue(facts: ProbeFacts): 'left' | 'idle' | null {
  const { ready, stopped, left, callAgoMs, probeAgoMs, idleProbeMs } = facts;
  if (!ready || stopped) return null;
  if (left) return probeAgoMs >= leftWaitMs(facts) ? 'left' : null;
  if (idleProbeMs === 0 || callAgoMs < quietMs || probeAgoMs < idleProbeMs) return null;
  return 'idle';
}

/** Each tick while probes succeed; twice as long with each failure in a row. Half a tick of grace: a probe takes time. */
function leftWaitMs({ failedInARow, tickMs }: ProbeFacts): number {
  if (failedInARow === 0) return 0;
  return Math.min(tickMs * 2 ** failedInARow, longestWaitMs) - tickMs / 2;
}
