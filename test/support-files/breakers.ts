import type { BreakerSettings } from '../../src/paths/circuit-breaker.ts';

/** A breaker that never opens, so that a path's own faults are seen one by one. */
export const patientBreaker: BreakerSettings = {
  config: { consecutiveFailures: 1_000, openMs: 100, maxOpenMs: 100, trials: 1 },
  failuresOfLast20: () => 1_000,
  wallClock: () => Date.now(),
  onChange: () => {},
};
