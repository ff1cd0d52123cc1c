import { setTimeout as delay } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ask, clientOf, closeReplicas, openSession, roundRobin, startReplicas } from './replicas.ts';

afterEach(closeReplicas);

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const force = (route: string) => ({
  name: 'force_fallback',
  arguments: route === 'auto' ? { route } : { route, reason: 'a test', durationSeconds: 60 },
});
const settled = { timeout: 15_000, interval: 20 };

describe('sessions of 2025 behind a balancer', () => {
  it('are served by whichever replica a request reaches', async () => {
    const replicas = await startReplicas({ count: 2 });
    const { fetch, taken } = roundRobin(replicas);
    const { client } = await clientOf({ url: 'http://balancer' }, { fetch });
    for (let n = 0; n < 4; n += 1) {
      expect((await client.listTools()).tools.length).toBeGreaterThan(5);
      const { structuredContent } = await client.callTool({ name: 'health_check', arguments: {} });
      expect(structuredContent).toMatchObject({ status: expect.any(String) });
    }
    await client.close();
    expect(new Set(taken.map(({ replica }) => replica)).size).toBe(2);
    expect(taken.filter(({ status }) => status >= 400)).toEqual([]);
    // Opened once: nobody was asked to begin again.
    expect(replicas.map(({ mcp }) => mcp.sessions())).toEqual([1, 1]);
  });

  it('know what the client can do at each of them: its user is asked wherever, and answers wherever', async () => {
    const replicas = await startReplicas({ count: 2 });
    for (const turns of [0, 1]) {
      const { fetch } = roundRobin(replicas);
      const { client } = await clientOf({ url: 'http://balancer' }, { fetch, confirms: true });
      for (let n = 0; n < turns; n += 1) await client.ping();
      for (const route of ['mcp', 'direct', 'auto']) {
        const { content, structuredContent, isError } = await client.callTool(force(route), { timeout: 30_000 });
        if (isError) throw new Error(JSON.stringify(content));
        expect(structuredContent).toMatchObject({ applied: true });
      }
      await client.close();
    }
  }, 60_000);

  it('cancel a call at the replica that works at it', async () => {
    const aborted: string[] = [];
    const more = (server: McpServer) => {
      server.registerTool('wait', { inputSchema: z.object({}) }, async (_, { mcpReq }) => {
        await new Promise<void>((resolve) => mcpReq.signal.addEventListener('abort', () => resolve()));
        aborted.push('wait');
        return { content: [] };
      });
    };
    const replicas = await startReplicas({ count: 2, more });
    const { fetch, taken } = roundRobin(replicas);
    const { client } = await clientOf({ url: 'http://balancer' }, { fetch });
    for (let n = 1; n <= 2; n += 1) {
      const stop = new AbortController();
      const call = client.callTool({ name: 'wait', arguments: {} }, { signal: stop.signal }).catch(() => 'stopped');
      await vi.waitFor(() => expect(replicas.some(({ mcp }) => mcp.sessions() > 0)).toBe(true), settled);
      await delay(100);
      stop.abort();
      expect(await call).toBe('stopped');
      await vi.waitFor(() => expect(aborted).toHaveLength(n), settled);
    }
    expect(new Set(taken.map(({ replica }) => replica)).size).toBe(2);
    await client.close();
  }, 60_000);
});

describe('a session', () => {
  it('is of the principal alone who opened it, at each replica', async () => {
    const replicas = await startReplicas({ count: 2 });
    const [first = { url: '' }] = replicas;
    const id = await openSession(first);
    for (const replica of replicas) {
      const own = await ask(replica, list, { 'mcp-session-id': id });
      expect(own.status).toBe(200);
      const foreign = await ask(replica, list, { 'mcp-session-id': id, authorization: 'Bearer bob' });
      expect(foreign.status).toBe(404);
      expect(await foreign.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32_001 }, id: null });
    }
  });

  it.each(['', 'x', 's.e30.AAAA', '0b2e4b2c-5d2c-4f3d-8d2e-000000000000', 'p'.repeat(5_000)])(
    'is not opened by an id that nobody gave: %#',
    async (id) => {
      const [replica = { url: '' }] = await startReplicas();
      expect((await ask(replica, list, { 'mcp-session-id': id })).status).toBe(404);
    },
  );

  it('is not opened by an id that was changed', async () => {
    const [replica = { url: '' }] = await startReplicas();
    const id = await openSession(replica);
    const [holder = '', text = '', seal = ''] = id.split('.');
    const payload = JSON.parse(Buffer.from(text, 'base64url').toString());
    const changed = Buffer.from(JSON.stringify({ ...payload, t: payload.t + 1 })).toString('base64url');
    expect((await ask(replica, list, { 'mcp-session-id': [holder, changed, seal].join('.') })).status).toBe(404);
  });

  it('ends for every replica with DELETE', async () => {
    const [first = { url: '' }, second = { url: '' }] = await startReplicas({ count: 2 });
    const id = await openSession(first);
    expect((await ask(second, list, { 'mcp-session-id': id })).status).toBe(200);
    expect((await ask(second, undefined, { 'mcp-session-id': id }, 'DELETE')).status).toBe(200);
    expect((await ask(second, list, { 'mcp-session-id': id })).status).toBe(404);
    await vi.waitFor(async () => {
      expect((await ask(first, list, { 'mcp-session-id': id })).status).toBe(404);
    }, settled);
  });

  it('makes room when there are too many, and comes back when it is used again', async () => {
    const [replica] = await startReplicas({ flags: { 'http.sessions.max': 2 } });
    if (!replica) throw new Error('none');
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) ids.push(await openSession(replica));
    expect(replica.mcp.sessions()).toBe(2);
    for (const id of ids) expect((await ask(replica, list, { 'mcp-session-id': id })).status).toBe(200);
    expect(replica.mcp.sessions()).toBe(2);
  });

  it('is dropped when it was not used for long', async () => {
    const [replica] = await startReplicas({ flags: { 'http.sessions.idleMs': 1_000 } });
    if (!replica) throw new Error('none');
    const id = await openSession(replica);
    expect(replica.mcp.sessions()).toBe(1);
    await vi.waitFor(() => expect(replica.mcp.sessions()).toBe(0), settled);
    expect((await ask(replica, list, { 'mcp-session-id': id })).status).toBe(200);
  }, 20_000);

  it('ends its stream with the token that it was opened with', async () => {
    const [replica = { url: '' }] = await startReplicas();
    const id = await openSession(replica);
    const authorization = `Bearer ann~${Date.now() + 1_500}`;
    const stream = await ask(replica, undefined, { 'mcp-session-id': id, authorization }, 'GET');
    expect(stream.status).toBe(200);
    expect(await stream.text()).toBe('');
    // The session itself goes on, with another token.
    expect((await ask(replica, list, { 'mcp-session-id': id })).status).toBe(200);
  }, 20_000);
});

describe('a request of 2025 without a session', () => {
  it('is answered by itself', async () => {
    const [replica = { url: '' }] = await startReplicas();
    const answer = await ask(replica, list);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('mcp-session-id')).toBeNull();
    expect(await answer.text()).toContain('health_check');
  });

  it.each([
    ['GET', undefined, 405],
    ['DELETE', undefined, 405],
  ])('cannot %s', async (method, body, status) => {
    const [replica = { url: '' }] = await startReplicas();
    expect((await ask(replica, body, {}, method)).status).toBe(status);
  });

  it('cannot subscribe, and is told why', async () => {
    const [replica = { url: '' }] = await startReplicas();
    const subscribe = { jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri: 'metrics://live' } };
    expect(await (await ask(replica, subscribe)).text()).toContain('need a session');
  });
});

describe('a request that is not as it must be', () => {
  const modern = { 'mcp-protocol-version': '2026-07-28' };
  it.each([
    ['an Accept without event streams', { accept: 'application/json' }, list, 406],
    ['an unknown protocol version', { 'mcp-protocol-version': '1999-01-01' }, list, 400],
    ['another content type', { 'content-type': 'text/plain' }, list, 415],
    ['no envelope of 2026-07-28', modern, list, 400],
    ['no JSON-RPC', {}, { hello: 1 }, 400],
  ])('is answered with its status: %s', async (_, headers, body, status) => {
    const [replica = { url: '' }] = await startReplicas();
    const answer = await ask(replica, body, headers);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ jsonrpc: '2.0', error: { code: expect.any(Number) } });
  });
});
