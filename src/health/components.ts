import type { PathName } from '../config/operation-types.ts';

/** The runbook's five components by the names of their health endpoints. */
export const componentNames = [
  'bedrock-support',
  'intelligent-router',
  'direct-bedrock',
  'mcp-router',
  'hybrid-monitor',
] as const;
export type ComponentName = (typeof componentNames)[number];

/**
 * The runbook's "Component Dependencies", as far as they exist here: no CloudWatch yet, and KMS is
 * Bedrock's own matter. Breakers, queue and upstreams are told in the details of the component that has them.
 */
export const dependencies: Record<ComponentName, readonly string[]> = {
  'bedrock-support': ['intelligent-router', 'direct-bedrock', 'mcp-router', 'state-store', 'audit-log'],
  'intelligent-router': ['hybrid-monitor', 'feature-flags'],
  'direct-bedrock': ['aws-bedrock', 'circuit-breaker'],
  'mcp-router': ['mcp-service', 'message-queue', 'circuit-breaker'],
  'hybrid-monitor': ['bedrock-support', 'intelligent-router', 'direct-bedrock', 'mcp-router'],
};

export const componentOfPath: Record<PathName, ComponentName> = { direct: 'direct-bedrock', mcp: 'mcp-router' };

export const componentStatuses = ['healthy', 'degraded', 'unhealthy', 'unknown', 'not_configured'] as const;
export type ComponentStatus = (typeof componentStatuses)[number];

export interface ComponentHealth {
  name: ComponentName;
  status: ComponentStatus;
  /** ISO 8601: since when the status is seen. */
  since: string;
  cause: string | null;
  dependsOn: readonly string[];
  details: Readonly<Record<string, unknown>>;
}
