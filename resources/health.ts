import {
  type McpServer,
  ResourceNotFoundError,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { type ComponentName, componentNames } from '../src/health/components.ts';
import { healthCheck } from '../src/operations/health-check.ts';
import type { OperationContext } from '../src/operations/operation.ts';
import { topology } from '../src/operations/routing-view.ts';
import { forViewers } from '../tools/for-viewers.ts';
import { jsonContents, live, mimeType, registerJson } from './json-resource.ts';

const componentUri = (name: ComponentName) => `health://component/${name}`;

/** What `health_check` answers at depth basic, and of each component at depth component. */
export function registerHealth(server: McpServer, context: OperationContext): void {
  const read = (uri: URL, request: ServerContext, input: { depth: 'basic' | 'component'; component?: ComponentName }) =>
    forViewers({ server, context, request, what: `read health-${input.depth}` }, async () => {
      // The server's own look, for whoever was let in to it.
      const caller = { cancelled: request.mcpReq.signal };
      return jsonContents(uri, await healthCheck.run(context, healthCheck.input.parse(input), caller));
    });

  const overview = {
    title: 'Health',
    description: 'Status of the whole, and what is wrong.',
    mimeType,
    cacheHint: live,
  };
  server.registerResource('health-overview', 'health://overview', overview, (uri, request) =>
    read(uri, request, { depth: 'basic' }),
  );

  registerJson(server, context, {
    name: 'health-topology',
    uri: 'health://topology',
    title: 'Component dependencies',
    description: 'The five components, how each stands, and what it depends on.',
    cacheHint: live,
    read: () => topology(context),
  });

  const template = new ResourceTemplate('health://component/{name}', {
    list: async () => ({
      resources: componentNames.map((name) => ({ uri: componentUri(name), name: `Health of ${name}`, mimeType })),
    }),
    complete: { name: (typed) => componentNames.filter((name) => name.startsWith(typed)) },
  });
  const one = {
    title: 'Health of a component',
    description: 'Status, since, cause, dependencies, details.',
    mimeType,
    cacheHint: live,
  };
  server.registerResource('health-component', template, one, async (uri, { name }, request) => {
    const component = componentNames.find((candidate) => candidate === name);
    if (!component) throw new ResourceNotFoundError(uri.href);
    return read(uri, request, { depth: 'component', component });
  });
}
