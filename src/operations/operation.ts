import type { z } from 'zod';
import type { Config } from '../config/schema.ts';
import type { HybridHealthMonitor } from '../health/hybrid-health-monitor.ts';
import type { IntelligentRouter } from '../routing/intelligent-router.ts';
import type { RouteOverrides } from '../routing/overrides.ts';
import type { BedrockSupportManager, Caller } from '../support/bedrock-support-manager.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { OperationMetrics } from '../telemetry/operation-metrics.ts';

/** What operations work on: the parts of the running server. */
export interface OperationContext {
  config: Config;
  support: BedrockSupportManager;
  router: IntelligentRouter;
  health: HybridHealthMonitor;
  overrides: RouteOverrides;
  metrics: OperationMetrics;
  logger: Logger;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** Something that a user, an agent or an operator can do; tools, HTTP routes and commands are thin adapters over it. */
export interface Operation<Input extends z.ZodObject, Output extends z.ZodObject> {
  /** Name of its MCP tool. */
  name: string;
  input: Input;
  output: Output;
  run(context: OperationContext, input: z.output<Input>, caller: Caller): Promise<z.output<Output>>;
}

/** Keeps the types of a definition's schemas. */
export function defineOperation<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Operation<Input, Output>,
): Operation<Input, Output> {
  return operation;
}
