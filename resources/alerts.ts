import type { McpServer } from '@modelcontextprotocol/server';
import { activeAlerts } from '../src/operations/active-alerts.ts';
import type { OperationContext } from '../src/operations/operation.ts';
import { live, registerJson } from './json-resource.ts';

export function registerAlerts(server: McpServer, context: OperationContext): void {
  registerJson(server, context, {
    name: 'alerts-active',
    uri: 'alerts://active',
    title: 'Active alerts',
    description: 'What is out of band now: severity, value, threshold, samples, and the call to make next.',
    cacheHint: live,
    read: () => activeAlerts(context),
  });
}
