import type { BreakerView } from '../paths/circuit-breaker.ts';
import type { ProbeOutcome } from './path-report.ts';

/** Breakers for a reader: times as ISO 8601. */
export function shownBreakers(breakers: Readonly<Record<string, BreakerView>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(breakers).map(([name, { openSince, nextTrialAt, ...view }]) => [
      name,
      { ...view, openSince: isoTime(openSince), nextTrialAt: isoTime(nextTrialAt) },
    ]),
  );
}

/** A probe for a reader. @param offsetMs from the monitor's clock to ms since 1970 */
export function shownProbe({ at, durationMs, failure }: ProbeOutcome, offsetMs: number): Record<string, unknown> {
  return { at: isoTime(at + offsetMs), durationMs: Math.round(durationMs * 10) / 10, failure };
}

function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
