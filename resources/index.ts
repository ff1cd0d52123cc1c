import type { McpServer } from '@modelcontextprotocol/server';
import type { OperationContext } from '../src/operations/operation.ts';
import { registerHealth } from './health.ts';
import { registerMetrics } from './metrics.ts';
import { registerRunbook } from './runbook.ts';

export function registerResources(server: McpServer, context: OperationContext): void {
  registerHealth(server, context);
  registerMetrics(server, context);
  registerRunbook(server);
}
