import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport as OldSse } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport as OldTransport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ElicitRequestSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';

interface CallOptions {
  signal?: AbortSignal;
  onProgress?: (message: string | undefined) => void;
}

/** What an agent does, whichever client library it has. */
export interface Agent {
  tools(): Promise<string[]>;
  call(name: string, args: Record<string, unknown>, options?: CallOptions): Promise<unknown>;
  read(uri: string): Promise<string>;
  complete(uri: string, name: string, value: string): Promise<string[]>;
  /** URIs that it is told of from then on. */
  subscribe(uri: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

interface Where {
  url: string;
  token: string;
}

const info = { name: 'interop', version: '1' };
const accepted = async () => ({ action: 'accept', content: { confirm: true } }) as const;
const asking = (uri: string, name: string, value: string) => ({
  ref: { type: 'ref/resource', uri } as const,
  argument: { name, value },
});
const limits = { timeout: 60_000 };

/** The 2.x client, over either transport and in either era. */
export async function newAgent(
  { url, token }: Where,
  mode: 'legacy' | 'auto',
  over: 'http' | 'sse' = 'http',
): Promise<Agent> {
  const client = new Client(info, { versionNegotiation: { mode }, capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler('elicitation/create', accepted);
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  const transport =
    over === 'http'
      ? new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit })
      : new SSEClientTransport(new URL('/sse', url), { requestInit });
  await client.connect(transport);
  const told: string[] = [];
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(params.uri));
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    async call(name, args, { signal, onProgress } = {}) {
      const onprogress = ({ message }: { message?: string | undefined }) => onProgress?.(message);
      const options = { ...limits, ...(signal ? { signal } : {}), ...(onProgress ? { onprogress } : {}) };
      return (await client.callTool({ name, arguments: args }, options)).structuredContent;
    },
    async read(uri) {
      const { contents } = await client.readResource({ uri });
      return contents.map((content) => ('text' in content ? content.text : '')).join('');
    },
    complete: async (uri, name, value) => (await client.complete(asking(uri, name, value))).completion.values,
    async subscribe(uri) {
      if (mode === 'auto') await client.listen({ resourceSubscriptions: [uri] });
      else await client.subscribeResource({ uri });
      return told;
    },
    close: () => client.close(),
  };
}

/** The 1.x client. */
export async function oldAgent({ url, token }: Where, over: 'http' | 'sse'): Promise<Agent> {
  const client = new OldClient(info, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, accepted);
  const headers = { authorization: `Bearer ${token}` };
  if (over === 'sse') {
    await client.connect(new OldSse(new URL('/sse', url), { requestInit: { headers } }));
  } else {
    // Its own types do not agree with exactOptionalPropertyTypes.
    const transport = new OldHttp(new URL('/mcp', url), { requestInit: { headers } });
    await client.connect(z.custom<OldTransport>((value) => value instanceof OldHttp).parse(transport));
  }
  const told: string[] = [];
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void told.push(params.uri));
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    async call(name, args, { signal, onProgress } = {}) {
      const onprogress = ({ message }: { message?: string | undefined }) => onProgress?.(message);
      const options = { ...limits, ...(signal ? { signal } : {}), ...(onProgress ? { onprogress } : {}) };
      return (await client.callTool({ name, arguments: args }, undefined, options)).structuredContent;
    },
    async read(uri) {
      const { contents } = await client.readResource({ uri });
      return contents.map((content) => ('text' in content ? content.text : '')).join('');
    },
    complete: async (uri, name, value) => (await client.complete(asking(uri, name, value))).completion.values,
    async subscribe(uri) {
      await client.subscribeResource({ uri });
      return told;
    },
    close: () => client.close(),
  };
}
