import { classOf, type OperationType, otherPath, type PathName, pathNames } from '../config/operation-types.ts';
import type { RoutingPolicy } from './policy.ts';

/** How a path stands, as routing sees it. */
export interface PathView {
  configured: boolean;
  status: 'healthy' | 'degraded' | 'unhealthy' | 'unknown';
  /** Why it is not healthy, for the reasons of a decision. */
  cause: string | null;
}

export type HealthSnapshot = Record<PathName, PathView>;

/** An operator's word: this path first, until it expires. */
export interface RouteOverride {
  route: PathName;
  reason: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

export interface Decision {
  /** Null where no path is configured. */
  primary: PathName | null;
  fallback: PathName | null;
  /** Why, in the order in which it was decided. */
  reasons: string[];
  policyVersion: string;
}

/**
 * Picks the path of an operation. Pure: the same arguments give the same decision, so it can be explained and replayed.
 * @param drained the path under maintenance: not used at all, unless nothing else is configured
 * @param refused paths that this operation's data may not go to: not used at all
 */
export function decide(
  type: OperationType,
  snapshot: HealthSnapshot,
  override: RouteOverride | null,
  policy: RoutingPolicy,
  drained: PathName | null = null,
  refused: readonly PathName[] = [],
): Decision {
  const reasons: string[] = refused.map((path) => `${path} is refused: data residency`);
  const health = without(snapshot, refused);
  const preferred = override ? forced(override, reasons) : byPolicy(type, health, policy, reasons);
  if (drained !== null && health[otherPath(drained)].configured) {
    const primary = otherPath(drained);
    reasons.push(`${drained} is under maintenance: ${primary} alone`);
    return { primary, fallback: null, reasons, policyVersion: policy.version };
  }
  const primary = reachable(preferred, health, override !== null, reasons);
  const fallback = primary !== null && health[otherPath(primary)].configured ? otherPath(primary) : null;
  if (primary !== null && fallback === null) reasons.push(`no fallback: ${otherPath(primary)} is not configured`);
  return { primary, fallback, reasons, policyVersion: policy.version };
}

function without(health: HealthSnapshot, refused: readonly PathName[]): HealthSnapshot {
  const view = (path: PathName) => (refused.includes(path) ? { ...health[path], configured: false } : health[path]);
  return { direct: view('direct'), mcp: view('mcp') };
}

function forced(override: RouteOverride, reasons: string[]): PathName {
  reasons.push(`operator override: ${override.route} first (${override.reason})`);
  return override.route;
}

function byPolicy(type: OperationType, health: HealthSnapshot, policy: RoutingPolicy, reasons: string[]): PathName {
  const operationClass = classOf(type);
  const { route } = policy.classes[operationClass];
  switch (route) {
    case 'direct':
      reasons.push(`${operationClass}: direct first`);
      return 'direct';
    case 'direct_if_healthy': {
      const { status, configured } = health.direct;
      reasons.push(`${operationClass}: direct while it is healthy`);
      if (configured && status !== 'unhealthy') reasons.push(`direct is ${status}`);
      return 'direct';
    }
    case 'mcp':
      reasons.push(`${operationClass}: mcp first`);
      return 'mcp';
  }
}

/** Leaves a path that cannot answer for one that may; an operator's override is left only where there is nothing to call. */
function reachable(
  preferred: PathName,
  health: HealthSnapshot,
  isOverride: boolean,
  reasons: string[],
): PathName | null {
  const other = otherPath(preferred);
  if (!pathNames.some((name) => health[name].configured)) {
    reasons.push('no path is configured');
    return null;
  }
  if (!health[preferred].configured) {
    reasons.push(`${preferred} is not configured`);
    return other;
  }
  if (isOverride || health[preferred].status !== 'unhealthy') return preferred;
  const cause = health[preferred].cause ?? 'no cause known';
  if (health[other].configured && health[other].status !== 'unhealthy') {
    reasons.push(`${preferred} is unhealthy (${cause}): ${other} first`);
    return other;
  }
  reasons.push(`${preferred} is unhealthy (${cause}), and so is ${other}: ${preferred} is tried all the same`);
  return preferred;
}
