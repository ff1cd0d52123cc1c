import type { McpServer } from '@modelcontextprotocol/server';
import type { OperationContext } from '../src/operations/operation.ts';
import { registerAlerts } from './alerts.ts';
import { registerHealth } from './health.ts';
import { registerMetrics } from './metrics.ts';
import { registerRouting } from './routing.ts';
import { registerRunbook } from './runbook.ts';

export function registerResources(server: McpServer, context: OperationContext): void {
  registerHealth(server, context);
  registerMetrics(server, context);
  registerAlerts(server, context);
  registerRouting(server, context);
  registerRunbook(server, context);
}
