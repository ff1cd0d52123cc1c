import { HybridRoutingError } from '../../config/errors.ts';

export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

/** Milliseconds since 1970: `from` inclusive, `to` exclusive. */
export interface Period {
  from: number;
  to: number;
}

interface Asked {
  /** ISO 8601. */
  from?: string | undefined;
  to?: string | undefined;
}

/**
 * The period that is asked for: up to now and `lengthMs` long, unless a bound is given.
 * @throws HybridRoutingError `invalid_input` where it would be empty
 */
export function periodOf({ from, to }: Asked, now: number, lengthMs: number): Period {
  const start = from === undefined ? null : Date.parse(from);
  // The row of this moment is in it, and one of the future is a clock's fault that should be seen.
  const end = to === undefined ? (start === null ? now + 1 : Math.max(now + 1, start + lengthMs)) : Date.parse(to);
  const period = { from: start ?? end - lengthMs, to: end };
  if (period.from < period.to) return period;
  throw new HybridRoutingError(
    'invalid_input',
    `from: ${isoTime(period.from)} is not before to, ${isoTime(period.to)}`,
    'Give from and to as ISO 8601 times with zone, from before to.',
  );
}

/** The period of the same length before it. */
export function periodBefore({ from, to }: Period): Period {
  return { from: from - (to - from), to: from };
}

export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

/** `2026-01-01T00:00Z to 2026-01-08T00:00Z`. */
export function periodText({ from, to }: Period): string {
  const minute = (at: number) => `${isoTime(at).slice(0, 16)}Z`;
  return `${minute(from)} to ${minute(to)}`;
}
