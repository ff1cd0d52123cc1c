import type { McpServer } from '@modelcontextprotocol/server';
import { liveMetrics } from '../src/operations/live-metrics.ts';
import type { OperationContext } from '../src/operations/operation.ts';

export function registerMetrics(server: McpServer, context: OperationContext): void {
  const about = {
    title: 'Live metrics',
    description: 'The KPI table and the numbers behind it, of this process, over the last five minutes.',
    mimeType: 'application/json',
  };
  server.registerResource('metrics-live', 'metrics://live', about, async (uri) => ({
    contents: [{ uri: uri.href, mimeType: about.mimeType, text: JSON.stringify(liveMetrics(context), null, 2) }],
  }));
}
