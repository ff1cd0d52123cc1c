import { z } from 'zod';

/** The seven operation types of the operations runbook, in its order ("Routing Decision Flow"). */
export const operationTypes = [
  'emergency',
  'infrastructure',
  'meta_monitor',
  'implementation',
  'kiro_communication',
  'standard_analysis',
  'background_task',
] as const;
export const operationTypeSchema = z.enum(operationTypes);
export type OperationType = z.infer<typeof operationTypeSchema>;

/** Operations of one class share latency target, SLA, priority and first route. */
export const operationClasses = ['emergency', 'critical', 'standard'] as const;
export const operationClassSchema = z.enum(operationClasses);
export type OperationClass = z.infer<typeof operationClassSchema>;

/** The two ways to an answer: `direct` is AWS Bedrock, `mcp` a tool of an upstream MCP server. */
export const pathNames = ['direct', 'mcp'] as const;
export const pathNameSchema = z.enum(pathNames);
export type PathName = z.infer<typeof pathNameSchema>;

const classes: Record<OperationType, OperationClass> = {
  emergency: 'emergency',
  infrastructure: 'critical',
  meta_monitor: 'critical',
  implementation: 'critical',
  kiro_communication: 'standard',
  standard_analysis: 'standard',
  background_task: 'standard',
};

export function classOf(type: OperationType): OperationClass {
  return classes[type];
}

export function otherPath(path: PathName): PathName {
  return path === 'direct' ? 'mcp' : 'direct';
}

/** Targets and SLAs of the runbook's "Key Metrics", in milliseconds. */
export const latencyLimits: Record<OperationClass, { targetMs: number; slaMs: number }> = {
  emergency: { targetMs: 5_000, slaMs: 10_000 },
  critical: { targetMs: 10_000, slaMs: 15_000 },
  standard: { targetMs: 30_000, slaMs: 60_000 },
};
