import { latencyLimits, type OperationClass } from '../config/operation-types.ts';

/** Where operations of a class go first; the other path is always the fallback. */
export type Route = 'direct' | 'direct_if_healthy' | 'mcp';

export interface RoutingPolicy {
  version: string;
  classes: Record<OperationClass, { route: Route; targetMs: number; slaMs: number }>;
}

/** The runbook's routing flow and latency table. */
export const runbookPolicy: RoutingPolicy = {
  version: 'runbook-1.0.0',
  classes: {
    emergency: { route: 'direct', ...latencyLimits.emergency },
    critical: { route: 'direct_if_healthy', ...latencyLimits.critical },
    standard: { route: 'mcp', ...latencyLimits.standard },
  },
};
