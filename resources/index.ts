import type { McpServer } from '@modelcontextprotocol/server';
import type { OperationContext } from '../src/operations/operation.ts';
import { registerMetrics } from './metrics.ts';
import { registerRunbook } from './runbook.ts';

export function registerResources(server: McpServer, context: OperationContext): void {
  registerMetrics(server, context);
  registerRunbook(server);
}
