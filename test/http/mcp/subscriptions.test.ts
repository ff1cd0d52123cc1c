import type { Client } from '@modelcontextprotocol/client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ask, clientOf, closeReplicas, openSession, type Replica, roundRobin, startReplicas } from './replicas.ts';

afterEach(closeReplicas);

const settled = { timeout: 15_000, interval: 20 };
const force = { name: 'force_fallback', arguments: { route: 'mcp', reason: 'a test', durationSeconds: 60 } };
const overview = 'health://overview';
const anything = z.unknown();

/** URIs that a client is told of, as they come. */
function toldTo(client: Client): string[] {
  const told: string[] = [];
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(params.uri));
  return told;
}

/** An operator, who forces a path at this replica. */
async function operate(replica: Replica): Promise<void> {
  const { client } = await clientOf(replica, { token: 'operator', confirms: true });
  expect((await client.callTool(force)).structuredContent).toMatchObject({ applied: true });
  await client.close();
}

describe.each(['legacy', 'auto'] as const)('a client of the era %s', (mode) => {
  const subscribe = async (client: Client, uri: string) => {
    if (mode === 'auto') return client.listen({ resourceSubscriptions: [uri] });
    await client.subscribeResource({ uri });
    return null;
  };

  it('is told of a change at its own server', async () => {
    const [replica] = await startReplicas();
    if (!replica) throw new Error('none');
    const { client } = await clientOf(replica, { mode });
    const told = toldTo(client);
    await subscribe(client, overview);
    await operate(replica);
    await vi.waitFor(() => expect(told).toContain(overview), settled);
    expect(told).not.toContain('metrics://live');
    await client.close();
  }, 30_000);

  it('is told of a change that was made at another replica, through a balancer', async () => {
    const replicas = await startReplicas({ count: 2 });
    const { fetch } = roundRobin(replicas);
    const { client } = await clientOf({ url: 'http://balancer' }, { mode, fetch });
    const told = toldTo(client);
    await subscribe(client, overview);
    for (const replica of replicas) {
      told.length = 0;
      const { client: operator } = await clientOf(replica, { token: 'operator', confirms: true });
      const route = { ...force, arguments: { ...force.arguments, route: replica === replicas[0] ? 'mcp' : 'direct' } };
      expect((await operator.callTool(route)).structuredContent).toMatchObject({ applied: true });
      await operator.close();
      await vi.waitFor(() => expect(told).toContain(overview), settled);
    }
    await client.close();
  }, 60_000);

  it('is told of what only another replica has seen', async () => {
    const replicas = await startReplicas({ count: 2 });
    const [first, second] = replicas;
    if (!first || !second) throw new Error('none');
    const { client } = await clientOf(first, { mode });
    const told = toldTo(client);
    await subscribe(client, 'metrics://live');
    await vi.waitFor(() => expect(interest(second)).toBe(1), settled);
    second.app.metrics.started();
    second.app.metrics.finished({
      class: 'emergency',
      status: 'answered',
      path: 'direct',
      durationMs: 5,
      efficient: true,
      overridden: false,
      fellBack: false,
    });
    await vi.waitFor(() => expect(told).toEqual(['metrics://live']), settled);
    await client.close();
    // Nobody listens any more, so nobody looks.
    await vi.waitFor(() => expect(interest(second)).toBe(0), settled);
  }, 60_000);
});

/** Replicas at which somebody listens, as one of them knows. */
function interest({ app }: Replica): number {
  return app.shared.collection('mcp_interest', anything).entries().size;
}

describe('subscriptions of a session', () => {
  it('end with unsubscribe', async () => {
    const [replica] = await startReplicas();
    if (!replica) throw new Error('none');
    const { client } = await clientOf(replica);
    const told = toldTo(client);
    await client.subscribeResource({ uri: overview });
    await client.subscribeResource({ uri: 'alerts://active' });
    await client.unsubscribeResource({ uri: overview });
    // An unconfigured path is an alert already: one more operation that fails changes nothing that alerts tell.
    await operate(replica);
    await vi.waitFor(() => expect(replica.app.overrides.current()).not.toBeNull(), settled);
    await client.ping();
    expect(told).not.toContain(overview);
    await client.close();
  }, 30_000);

  it('tell a client that comes back, wherever, of everything it wanted to know', async () => {
    const [first, second] = await startReplicas({ count: 2 });
    if (!first || !second) throw new Error('none');
    const id = await openSession(first);
    const subscribe = { jsonrpc: '2.0', id: 1, method: 'resources/subscribe', params: { uri: overview } };
    await (await ask(first, subscribe, { 'mcp-session-id': id })).text();
    const stop = new AbortController();
    const read = async (replica: Replica) => {
      const headers = {
        accept: 'text/event-stream',
        authorization: 'Bearer ann',
        'mcp-session-id': id,
        'last-event-id': 'of-another-replica_7',
      };
      const stream = await fetch(`${replica.url}/mcp`, { headers, signal: stop.signal });
      expect(stream.status).toBe(200);
      const { value } = (await stream.body?.getReader().read()) ?? {};
      return Buffer.from(value ?? []).toString('utf8');
    };
    await vi.waitFor(() => expect(subscribed(second)).toBe(1), settled);
    expect(await read(second)).toContain(overview);
    stop.abort();
  }, 30_000);

  it('are not without end', async () => {
    const [replica] = await startReplicas();
    if (!replica) throw new Error('none');
    const { client } = await clientOf(replica);
    for (let n = 0; n < 64; n += 1) await client.subscribeResource({ uri: `test://${n}` });
    await expect(client.subscribeResource({ uri: 'test://65' })).rejects.toThrow(/64/);
    await client.close();
  }, 30_000);
});

function subscribed({ app }: Replica): number {
  return app.shared.collection('mcp_subscribed', anything).entries().size;
}
