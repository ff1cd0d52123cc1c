/** How a path stands: by its configuration, its breakers, its calls and its probes. */
export interface PathReport {
  configured: boolean;
  findings: readonly string[];
  status: 'healthy' | 'degraded' | 'unhealthy' | 'unknown';
  cause: string | null;
  /** Real calls in the window, at most 20. */
  calls: number;
  failures: number;
  p50Ms: number | null;
  p95Ms: number | null;
  probe: ProbeOutcome | null;
  probes: ProbeCounts;
}

export interface ProbeCounts {
  made: number;
  failed: number;
  /** Failures one after the other, up to now. */
  failedInARow: number;
  /** True while asking again is no use: the last one met an error that waiting cannot mend. */
  stopped: boolean;
}

export interface ProbeOutcome {
  /** Milliseconds on the monitor's clock. */
  at: number;
  durationMs: number;
  /** Null where the path answered. */
  failure: string | null;
}

export const noProbes: ProbeCounts = { made: 0, failed: 0, failedInARow: 0, stopped: false };

/** The counts after one more probe. */
export function counted(
  { made, failed, failedInARow }: ProbeCounts,
  hasFailed: boolean,
  terminal: boolean,
): ProbeCounts {
  if (!hasFailed) return { made: made + 1, failed, failedInARow: 0, stopped: false };
  return { made: made + 1, failed: failed + 1, failedInARow: failedInARow + 1, stopped: terminal };
}
