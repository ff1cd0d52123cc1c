import { type PathName, pathNames } from '../config/operation-types.ts';
import { type ComponentHealth, componentOfPath } from '../health/components.ts';
import { everySecondsFor, type Stability, stability } from '../health/stability.ts';
import { type Kpi, kpis } from '../telemetry/kpis.ts';
import type { LatencySummary } from '../telemetry/operation-metrics.ts';
import type { NextCall } from './next-call.ts';
import type { OperationContext } from './operation.ts';

/** Of fewer calls than this a 99th percentile is but the slowest call. */
const leastForP99 = 100;

export function currentKpis({ health, metrics }: OperationContext): Kpi[] {
  return kpis({ overall: health.overall(), metrics: metrics.summary() });
}

/** A component as it is shown: a path's with its latencies of the last five minutes. */
export function shownComponent({ metrics }: OperationContext, { name, ...health }: ComponentHealth) {
  const path = pathNames.find((candidate) => componentOfPath[candidate] === name);
  const { windowMinutes, latencyByPath } = metrics.summary();
  const latency = path && { windowMinutes, ...honest(latencyByPath[path]) };
  return {
    ...health,
    dependsOn: [...health.dependsOn],
    details: { ...health.details, ...(latency ? { latency } : {}) },
  };
}

function honest(latency: LatencySummary): LatencySummary {
  return latency.n < leastForP99 ? { ...latency, p99Ms: null } : latency;
}

export function findingsOf({ health }: OperationContext): string[] {
  const reports = health.snapshot();
  const sick = (name: PathName) => {
    const { status, cause } = reports[name];
    return status === 'unhealthy' ? [`${name} is unhealthy: ${cause}`] : [];
  };
  const paths = [...pathNames.flatMap((name) => reports[name].findings), ...pathNames.flatMap(sick)];
  return [...paths, ...health.state().findings];
}

export function currentStability({ history, wallClock }: OperationContext, minutes: number): Stability {
  return stability(history.samples(), { minutes, everySeconds: everySecondsFor(minutes), now: wallClock() });
}

export function nextCalls({ health, overrides }: OperationContext, depth: string): NextCall[] {
  const next: NextCall[] = [];
  if (depth !== 'detailed' && depth !== 'component' && health.overall() !== 'healthy') {
    next.push({ tool: 'health_check', arguments: { depth: 'detailed', onlyUnhealthy: true }, why: 'find the cause' });
  }
  if (overrides.current()) {
    next.push({ tool: 'force_fallback', arguments: { route: 'auto' }, why: 'end the override when it is not needed' });
  }
  return next;
}
