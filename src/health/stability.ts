import type { ComponentName, ComponentStatus } from './components.ts';
import type { OverallStatus } from './hybrid-health-monitor.ts';

/** How things stood at one moment. */
export interface HealthSample {
  /** Milliseconds since 1970. */
  at: number;
  overall: OverallStatus;
  components: ReadonlyMap<ComponentName, ComponentStatus>;
}

export interface StatusChange {
  at: number;
  component: ComponentName;
  from: ComponentStatus;
  to: ComponentStatus;
}

export const verdicts = ['stable', 'unstable', 'not_enough_history'] as const;

export interface Stability {
  verdict: (typeof verdicts)[number];
  /** Samples in the window, and the time from the first to the last of them. */
  samples: number;
  coveredSeconds: number;
  /** The worst that the whole was in the window; null without samples. */
  worst: OverallStatus | null;
  changes: StatusChange[];
}

export interface StabilityWindow {
  minutes: number;
  /** How far apart samples may be, in seconds. */
  everySeconds: number;
  /** End of the window, in ms since 1970. */
  now: number;
}

const order: readonly OverallStatus[] = ['unhealthy', 'degraded', 'healthy'];

/** The runbook watches for 15 minutes at 30 s after a fix, and for 30 minutes at 60 s after maintenance. */
export function everySecondsFor(minutes: number): number {
  return minutes <= 15 ? 30 : 60;
}

/**
 * Whether nothing has changed in the window. Unstable: a component changed its status, or no path worked at some moment;
 * one such sample is enough, however short the history. A gap (a machine that slept) is missing history. Pure.
 */
export function stability(
  samples: readonly HealthSample[],
  { minutes, everySeconds, now }: StabilityWindow,
): Stability {
  const start = now - minutes * 60_000;
  const inWindow = samples.filter(({ at }) => at >= start && at <= now);
  const changes = inWindow.flatMap((sample, index) => changesBetween(inWindow[index - 1], sample));
  const worst = order.find((status) => inWindow.some(({ overall }) => overall === status)) ?? null;
  const first = inWindow.at(0)?.at ?? now;
  const coveredMs = (inWindow.at(-1)?.at ?? now) - first;
  // Half as much again: timers are late under load.
  const gapMs = everySeconds * 1_500;
  const marks = [start, ...inWindow.map(({ at }) => at), now];
  const whole = marks.every((mark, index) => mark - (marks[index - 1] ?? mark) <= gapMs);
  const verdict = changes.length > 0 || worst === 'unhealthy' ? 'unstable' : whole ? 'stable' : 'not_enough_history';
  return { verdict, samples: inWindow.length, coveredSeconds: Math.round(coveredMs / 1_000), worst, changes };
}

function changesBetween(before: HealthSample | undefined, after: HealthSample): StatusChange[] {
  return [...after.components].flatMap(([component, to]) => {
    const from = before?.components.get(component);
    return from === undefined || isSame(from, to) ? [] : [{ at: after.at, component, from, to }];
  });
}

/** A path that has its first call, or whose calls are forgotten, has not changed for the better or worse. */
function isSame(from: ComponentStatus, to: ComponentStatus): boolean {
  const known = (status: ComponentStatus) => (status === 'unknown' ? 'healthy' : status);
  return known(from) === known(to);
}
