import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { ElicitRequestSchema, ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import type { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { closeReplicas, type Replica, startReplicas } from './replicas.ts';

afterEach(closeReplicas);

const settled = { timeout: 15_000, interval: 20 };
const headers = (token = 'ann') => ({ authorization: `Bearer ${token}` });

async function connected({ url }: Pick<Replica, 'url'>, token = 'ann') {
  const client = new Client({ name: 'old', version: '1' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, async () => ({ action: 'accept', content: { confirm: true } }));
  await client.connect(
    new SSEClientTransport(new URL('/sse', url), {
      requestInit: { headers: headers(token) },
      eventSourceInit: {
        fetch: (input, init) => fetch(input, { ...init, headers: { ...init?.headers, ...headers(token) } }),
      },
    }),
  );
  return client;
}

/** Opens a stream by hand: where its messages go to, and the rest of it. */
async function opened(url: string, token = 'ann') {
  const stop = new AbortController();
  const stream = await fetch(`${url}/sse`, { headers: headers(token), signal: stop.signal });
  const reader = stream.body?.getReader();
  const first = Buffer.from((await reader?.read())?.value ?? []).toString('utf8');
  return { endpoint: /data: (.*)/.exec(first)?.[1] ?? '', reader, stop };
}

const message = { jsonrpc: '2.0', id: 1, method: 'ping' };
const post = (url: string, body: unknown, token = 'ann') =>
  fetch(url, {
    method: 'POST',
    headers: { ...headers(token), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('the old HTTP+SSE transport', () => {
  it('serves a client of it, who the token names, and whose user is asked', async () => {
    const callers: unknown[] = [];
    const more = (server: McpServer) => {
      server.registerTool('who', { inputSchema: z.object({}) }, async (_, { http }) => {
        callers.push(http?.authInfo?.clientId);
        return { content: [] };
      });
    };
    const [replica] = await startReplicas({ more });
    if (!replica) throw new Error('none');
    const client = await connected(replica);
    const told: string[] = [];
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void told.push(params.uri));
    expect((await client.listTools()).tools.length).toBeGreaterThan(5);
    await client.callTool({ name: 'who', arguments: {} });
    expect(callers).toEqual(['token:ann']);
    await client.subscribeResource({ uri: 'health://overview' });
    const force = { route: 'mcp', reason: 'a test', durationSeconds: 60 };
    const { structuredContent } = await client.callTool({ name: 'force_fallback', arguments: force });
    expect(structuredContent).toMatchObject({ applied: true });
    await vi.waitFor(() => expect(told).toContain('health://overview'), settled);
    expect(replica.mcp.sessions()).toBe(1);
    await client.close();
    await vi.waitFor(() => expect(replica.mcp.sessions()).toBe(0), settled);
  }, 30_000);

  it('takes messages of the principal alone whose stream it is', async () => {
    const [replica = { url: '' }] = await startReplicas();
    const { endpoint, stop } = await opened(replica.url);
    const url = new URL(endpoint, replica.url).href;
    expect((await post(url, message)).status).toBe(202);
    expect((await post(url, message, 'bob')).status).toBe(404);
    expect((await post(`${replica.url}/messages?sessionId=none`, message)).status).toBe(404);
    expect((await post(`${replica.url}/messages`, message)).status).toBe(404);
    expect((await post(url, { hello: 1 })).status).toBe(400);
    stop.abort();
    await vi.waitFor(async () => expect((await post(url, message)).status).toBe(404), settled);
  });

  it('opens no more streams than sessions may be', async () => {
    const [replica = { url: '' }] = await startReplicas({ flags: { 'http.sessions.max': 1 } });
    const { stop } = await opened(replica.url);
    const second = await fetch(`${replica.url}/sse`, { headers: headers() });
    expect(second.status).toBe(503);
    expect(await second.json()).toMatchObject({ error: { code: 'too_many_sessions' } });
    stop.abort();
  });

  it('ends a stream with the token that it was opened with', async () => {
    const [replica = { url: '' }] = await startReplicas();
    const { reader } = await opened(replica.url, `ann~${Date.now() + 1_500}`);
    expect(await reader?.read()).toMatchObject({ done: true });
  }, 20_000);
});
