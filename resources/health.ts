import { type McpServer, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import { type ComponentName, componentNames } from '../src/health/components.ts';
import { healthCheck } from '../src/operations/health-check.ts';
import type { OperationContext } from '../src/operations/operation.ts';

const mimeType = 'application/json';
const componentUri = (name: ComponentName) => `health://component/${name}`;

/** What `health_check` answers at depth basic, and of each component at depth component. */
export function registerHealth(server: McpServer, context: OperationContext): void {
  const read = async (uri: URL, input: { depth: 'basic' | 'component'; component?: ComponentName }) => {
    const caller = { cancelled: new AbortController().signal };
    const health = await healthCheck.run(context, healthCheck.input.parse(input), caller);
    return { contents: [{ uri: uri.href, mimeType, text: JSON.stringify(health, null, 2) }] };
  };

  const overview = { title: 'Health', description: 'Status of the whole, and what is wrong.', mimeType };
  server.registerResource('health-overview', 'health://overview', overview, (uri) => read(uri, { depth: 'basic' }));

  const template = new ResourceTemplate('health://component/{name}', {
    list: async () => ({
      resources: componentNames.map((name) => ({ uri: componentUri(name), name: `Health of ${name}`, mimeType })),
    }),
    complete: { name: (typed) => componentNames.filter((name) => name.startsWith(typed)) },
  });
  const one = { title: 'Health of a component', description: 'Status, since, cause, dependencies, details.', mimeType };
  server.registerResource('health-component', template, one, async (uri, { name }) => {
    const component = componentNames.find((candidate) => candidate === name);
    if (!component) throw new ResourceNotFoundError(uri.href);
    return read(uri, { depth: 'component', component });
  });
}
