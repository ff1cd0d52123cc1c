import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { McpServer } from '@modelcontextprotocol/server';
import { AccessError } from '../../../src/access/access-error.ts';
import { type App, createApp } from '../../../src/app.ts';
import { scopes } from '../../../src/config/scopes.ts';
import { createHttpApp } from '../../../src/http/app.ts';
import { httpAccess } from '../../../src/http/authenticate.ts';
import { type Listening, listen } from '../../../src/http/listen.ts';
import { createMcpEndpoint, type McpEndpoint } from '../../../src/http/mcp/mcp-endpoint.ts';
import { createServer } from '../../../src/server.ts';
import { configWith } from '../../support-files/config.ts';
import { recordingLogger } from '../../support-files/log-lines.ts';

export interface Replica {
  app: App;
  mcp: McpEndpoint;
  url: string;
}

interface Options {
  count?: number;
  flags?: Readonly<Record<string, unknown>>;
  /** Tools beside the product's. */
  more?: (server: McpServer) => void;
}

const started: { app: App; mcp: McpEndpoint; listening: Listening }[] = [];

export async function closeReplicas(): Promise<void> {
  for (const { app, mcp, listening } of started.splice(0)) {
    await mcp.close();
    await listening.close();
    await app.close();
  }
}

/** `name`, or `name@<ms since 1970>` for a token that expires; every scope. */
const verifier = {
  async verify(token: string) {
    const [, name, until] = /^(\w+)(?:~(\d+))?$/.exec(token) ?? [];
    if (name === undefined) throw new AccessError('invalid_token', 'The token is not known');
    return { principal: `token:${name}`, scopes: [...scopes], expiresAt: until === undefined ? null : Number(until) };
  },
};

/** Servers as they run behind one balancer: each with its own parts, all on one state. */
export async function startReplicas({ count = 1, flags = {}, more = () => {} }: Options = {}): Promise<Replica[]> {
  const config = configWith({ 'http.port': 0, 'http.rateLimit.requestsPerMinute': 0, ...flags });
  const replicas: Replica[] = [];
  for (let n = 0; n < count; n += 1) {
    const { logger } = recordingLogger();
    const app = createApp({ config, logger, env: {} });
    await app.ready();
    const mcp = createMcpEndpoint({
      ...app,
      config: config.http,
      now: () => performance.now(),
      createServer(serving) {
        const server = createServer(app, serving);
        more(server);
        return server;
      },
    });
    const access = httpAccess({ verifier, challenge: null });
    const http = createHttpApp({ context: app, access, mcp, sse: mcp.sse, isClosing: () => false });
    const listening = await listen({ app: http, config: config.http, logger });
    started.push({ app, mcp, listening });
    replicas.push({ app, mcp, url: listening.url });
  }
  return replicas;
}

interface Balanced {
  fetch: typeof fetch;
  /** Which replica took each request, in their order, with its method. */
  taken: { replica: number; method: string; status: number }[];
}

/** Sends each request to the next replica. */
export function roundRobin(replicas: readonly Replica[]): Balanced {
  const taken: Balanced['taken'] = [];
  let next = 0;
  const balanced: typeof fetch = async (input, init) => {
    const replica = next++ % replicas.length;
    const url = new URL(input instanceof Request ? input.url : input);
    const answer = await fetch(new URL(url.pathname + url.search, replicas[replica]?.url), init);
    taken.push({ replica, method: init?.method ?? 'GET', status: answer.status });
    return answer;
  };
  return { fetch: balanced, taken };
}

interface ClientOptions {
  token?: string;
  mode?: 'legacy' | 'auto';
  fetch?: typeof fetch;
  /** What the user answers; undefined for a client that cannot ask. */
  confirms?: boolean;
}

/** A 2.x client, connected. */
export async function clientOf({ url }: Pick<Replica, 'url'>, options: ClientOptions = {}) {
  const { token = 'ann', mode = 'legacy', confirms } = options;
  const capabilities = confirms === undefined ? {} : { elicitation: { form: {} } };
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode }, capabilities });
  if (confirms !== undefined) {
    client.setRequestHandler('elicitation/create', async () =>
      confirms ? { action: 'accept', content: { confirm: true } } : { action: 'decline' },
    );
  }
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', url), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
    ...(options.fetch ? { fetch: options.fetch } : {}),
  });
  await client.connect(transport);
  return { client, transport };
}

const base = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };

/** A bare JSON-RPC POST, DELETE or GET to /mcp. */
export function ask(
  { url }: Pick<Replica, 'url'>,
  body: unknown,
  headers: Record<string, string> = {},
  method = 'POST',
) {
  return fetch(`${url}/mcp`, {
    method,
    headers: { ...base, authorization: 'Bearer ann', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Opens a session; its id. */
export async function openSession(replica: Pick<Replica, 'url'>, token = 'ann'): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
  const answer = await ask(
    replica,
    { jsonrpc: '2.0', id: 0, method: 'initialize', params },
    { authorization: `Bearer ${token}` },
  );
  await answer.text();
  return answer.headers.get('mcp-session-id') ?? '';
}
