import { type McpServer, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import { operationTypes } from '../src/config/operation-types.ts';
import type { OperationContext } from '../src/operations/operation.ts';
import { policyOf, routingConfig, routingPolicy } from '../src/operations/routing-view.ts';
import { forViewers } from '../tools/for-viewers.ts';
import { jsonContents, live, mimeType, registerJson, settled } from './json-resource.ts';

export function registerRouting(server: McpServer, context: OperationContext): void {
  registerJson(server, context, {
    name: 'routing-policy',
    uri: 'routing://policy',
    title: 'Routing policy',
    description: 'The seven operation types: class, first route, latency target and SLA.',
    cacheHint: settled,
    read: routingPolicy,
  });
  registerJson(server, context, {
    name: 'config-routing',
    uri: 'config://routing',
    title: 'Routing configuration',
    description: 'Thresholds in force and what they mean, hedging, breaker, override and modes.',
    cacheHint: live,
    read: () => routingConfig(context),
  });

  const template = new ResourceTemplate('routing://policy/{operation}', {
    list: async () => ({
      resources: operationTypes.map((type) => ({
        uri: `routing://policy/${type}`,
        name: `Policy of ${type}`,
        mimeType,
      })),
    }),
    complete: { operation: (typed) => operationTypes.filter((type) => type.startsWith(typed)) },
  });
  const about = {
    title: 'Routing policy of an operation type',
    description: 'Class, first route, latency target and SLA.',
    mimeType,
    cacheHint: settled,
  };
  server.registerResource('routing-policy-of', template, about, async (uri, { operation }, request) => {
    const type = operationTypes.find((candidate) => candidate === operation);
    if (!type) throw new ResourceNotFoundError(uri.href);
    const asking = { server, context, request, what: 'read routing-policy-of' };
    return forViewers(asking, async () => jsonContents(uri, policyOf(type)));
  });
}
