import type { McpServer } from '@modelcontextprotocol/server';
import type { OperationContext } from '../src/operations/operation.ts';
import { registerIncidentTriage } from './incident-triage.ts';

export function registerPrompts(server: McpServer, context: OperationContext): void {
  registerIncidentTriage(server, context);
}
