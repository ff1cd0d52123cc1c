import {
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  type ServerOptions,
} from '@modelcontextprotocol/server';
import { registerPrompts } from '../prompts/index.ts';
import { registerResources } from '../resources/index.ts';
import type { Tool } from '../tools/define-tool.ts';
import { forViewers } from '../tools/for-viewers.ts';
import { tools } from '../tools/index.ts';
import type { OperationContext } from './operations/operation.ts';
import { version } from './version.ts';

const instructions =
  'Routes AI operations between AWS Bedrock (direct) and an upstream MCP server (mcp). Call route_operation for an ' +
  'answer, health_check for status and for what is missing. In an incident start with the prompt incident_triage.';

/** What a client of 2025 has asked to be told of. */
export interface Subscriptions {
  add(uri: string): Promise<void>;
  remove(uri: string): Promise<void>;
}

/** The one request that a server is made for: what it does not need is left out. */
export interface Asked {
  method: string;
  /** Of the tool, where one is called. */
  name: string | null;
}

interface Serving {
  /** Given where the server can tell its client of changes later. */
  subscriptions?: Subscriptions | undefined;
  /** Given for a server of one request of 2026-07-28. */
  asked?: Asked | undefined;
  /** For a server that is given more tools than the product's. */
  options?: Pick<ServerOptions, 'capabilities' | 'requestState'> | undefined;
}

/** The lists change with a release alone, and are the same for every caller. */
const list = { ttlMs: 3_600_000, cacheScope: 'public' } as const;
const cacheHints = {
  'server/discover': list,
  'tools/list': list,
  'prompts/list': list,
  'resources/list': list,
  'resources/templates/list': list,
} as const;

/** A server with every tool, resource and prompt: one for each connection or request. */
export function createServer(
  context: OperationContext,
  { subscriptions, asked, options = {} }: Serving = {},
): McpServer {
  const server = new McpServer(
    { name: 'hybrid-routing-mcp', title: 'Hybrid Routing', version },
    {
      ...options,
      instructions,
      cacheHints,
      capabilities: { ...options.capabilities, resources: { subscribe: true } },
    },
  );
  const needs = (family: string) =>
    asked === undefined || !families.test(asked.method) || asked.method.startsWith(family);
  if (needs('tools/')) for (const tool of toolsFor(asked)) tool.register(server, context);
  if (needs('resources/')) registerResources(server, context);
  if (needs('prompts/')) registerPrompts(server, context);
  serveSubscriptions(server, context, subscriptions);
  return server;
}

/** Methods that need one family alone; any other one, such as discovery or completion, needs them all. */
const families = /^(tools|resources|prompts)\//;

function toolsFor(asked: Asked | undefined): readonly Tool[] {
  const called = asked?.method === 'tools/call' ? tools.filter(({ name }) => name === asked.name) : [];
  return called.length > 0 ? called : tools;
}

/** Over any of ours, in characters. */
const longestUri = 256;

/** Clients of 2025 subscribe with a request each; from 2026-07-28 on whoever serves the connection does it all. */
function serveSubscriptions(
  server: McpServer,
  context: OperationContext,
  subscriptions: Subscriptions | undefined,
): void {
  const known = () => {
    if (subscriptions) return subscriptions;
    throw new ProtocolError(
      ProtocolErrorCode.InvalidRequest,
      'Subscriptions need a session: send the Mcp-Session-Id that initialize was answered with.',
    );
  };
  server.server.setRequestHandler('resources/subscribe', ({ params: { uri } }, request) =>
    forViewers({ server, context, request, what: 'subscribe' }, async () => {
      // Each is kept in the state for as long as the session.
      if (uri.length > longestUri) throw new ResourceNotFoundError(uri.slice(0, longestUri));
      await known().add(uri);
      return {};
    }),
  );
  server.server.setRequestHandler('resources/unsubscribe', async ({ params }) => {
    await known().remove(params.uri);
    return {};
  });
}
