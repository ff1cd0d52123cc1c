import type { McpServer } from '@modelcontextprotocol/server';
import { liveMetrics } from '../src/operations/live-metrics.ts';
import type { OperationContext } from '../src/operations/operation.ts';
import { latencyGoals } from '../src/operations/routing-view.ts';
import { live, registerJson } from './json-resource.ts';

export function registerMetrics(server: McpServer, context: OperationContext): void {
  registerJson(server, context, {
    name: 'metrics-live',
    uri: 'metrics://live',
    title: 'Live metrics',
    description: 'The KPI table and the numbers behind it, of this process, over the last five minutes.',
    cacheHint: { ...live, ttlMs: 5_000 },
    read: () => liveMetrics(context),
  });
  registerJson(server, context, {
    name: 'metrics-slo',
    uri: 'metrics://slo',
    title: 'Latency targets and SLAs',
    description: 'Target and SLA of each class, with the 95th percentile measured against them.',
    cacheHint: { ...live, ttlMs: 5_000 },
    read: () => latencyGoals(context),
  });
}
