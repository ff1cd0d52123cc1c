import type { PathName } from '../config/operation-types.ts';

/** The runbook's five components by the names of their health endpoints, and what each depends on. */
export const componentNames = [
  'bedrock-support',
  'intelligent-router',
  'direct-bedrock',
  'mcp-router',
  'hybrid-monitor',
] as const;
export type ComponentName = (typeof componentNames)[number];

export const dependencies: Record<ComponentName, readonly ComponentName[]> = {
  'bedrock-support': ['intelligent-router', 'direct-bedrock', 'mcp-router'],
  'intelligent-router': ['hybrid-monitor'],
  'direct-bedrock': [],
  'mcp-router': [],
  'hybrid-monitor': [],
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
  dependsOn: readonly ComponentName[];
  details: Readonly<Record<string, unknown>>;
}
