import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sharedSimulators } from '../support-files/loaded-server.ts';
import { temporaryCluster } from '../support-files/postgres.ts';
import { adminToken, endHttpServers, type HttpServer, startHttp } from './harness/http-server.ts';
import { type RoundRobin, roundRobin } from './harness/round-robin.ts';
import { cleanEnv, mainPath, until } from './harness/server.ts';

const run = promisify(execFile);
const cluster = await temporaryCluster({ settings: { max_connections: 60 } });
const running = 'missing' in cluster ? null : cluster;
const why = 'missing' in cluster ? ` (${cluster.missing})` : '';
const routed = z.looseObject({ status: z.string(), decision: z.looseObject({ primary: z.string().nullable() }) });

interface Asked {
  text: string;
  structured: unknown;
  isError: boolean;
}
interface AnyClient {
  call(name: string, args: Record<string, unknown>): Promise<Asked>;
  list(): Promise<string[]>;
  close(): Promise<void>;
}

describe.skipIf(running === null)(`two replicas behind a round-robin proxy${why}`, () => {
  if (!running) return;
  let simulators: Awaited<ReturnType<typeof sharedSimulators>>;
  let replicas: HttpServer[];
  let proxy: RoundRobin;
  let state: { postgres: string; key: string };
  const clients: AnyClient[] = [];

  beforeAll(async () => {
    simulators = await sharedSimulators();
    state = { postgres: await running.database(), key: randomBytes(32).toString('base64') };
    const config = { ...simulators.config, store: state, http: { rateLimit: { requestsPerMinute: 0 } } };
    replicas = await Promise.all([startHttp({ config }), startHttp({ config })]);
    proxy = await roundRobin(replicas.map(({ url }) => url));
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await proxy?.close();
    endHttpServers();
    await Promise.all([simulators.close(), running.stop()]);
  });

  const headers = { authorization: `Bearer ${adminToken}` };
  const textOf = (content: unknown) =>
    z
      .array(z.looseObject({ text: z.string().optional() }))
      .parse(content)
      .map(({ text = '' }) => text)
      .join('\n');

  const modern = async (mode: 'legacy' | 'auto'): Promise<AnyClient> => {
    const client = new Client(
      { name: 'replicas', version: '1' },
      { versionNegotiation: { mode }, capabilities: { elicitation: { form: {} } } },
    );
    client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { confirm: true } }));
    await client.connect(new StreamableHTTPClientTransport(new URL(`${proxy.url}/mcp`), { requestInit: { headers } }));
    return {
      list: async () => (await client.listTools()).tools.map(({ name }) => name),
      async call(name, args) {
        const result = await client.callTool({ name, arguments: args });
        return { text: textOf(result.content), structured: result.structuredContent, isError: result.isError === true };
      },
      close: () => client.close(),
    };
  };
  const old = async (): Promise<AnyClient> => {
    const client = new OldClient({ name: 'old', version: '1' });
    await client.connect(new OldTransport(new URL(`${proxy.url}/mcp`), { requestInit: { headers } }));
    return {
      list: async () => (await client.listTools()).tools.map(({ name }) => name),
      async call(name, args) {
        const result = await client.callTool({ name, arguments: args });
        return { text: textOf(result.content), structured: result.structuredContent, isError: result.isError === true };
      },
      close: () => client.close(),
    };
  };

  const primaryAt = async (replica: HttpServer) => {
    const { client, close } = await plain(replica.url);
    const result = await client.callTool({
      name: 'route_operation',
      arguments: { operation: 'kiro_communication', prompt: 'x', dryRun: true },
    });
    await close();
    return routed.parse(result.structuredContent).decision.primary;
  };
  const plain = async (url: string) => {
    const client = new Client({ name: 'plain', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } }));
    return { client, close: () => client.close() };
  };
  const post = (replica: HttpServer | undefined, path: string, body: Record<string, unknown> = {}) =>
    replica?.ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

  it('share an override within a second, whichever answered', async () => {
    const [one, other] = replicas;
    if (!one || !other) throw new Error('two replicas');
    expect(await primaryAt(other)).toBe('mcp');
    expect((await post(one, '/admin/routing/force-direct', { reason: 'a test' }))?.status).toBe(200);
    const began = Date.now();
    await until('the other obeys', async () => (await primaryAt(other)) === 'direct', 5_000);
    expect(Date.now() - began).toBeLessThan(1_000);
    await post(other, '/admin/routing/auto');
    await until('the first obeys', async () => (await primaryAt(one)) === 'mcp', 5_000);
  });

  describe.each([
    { name: 'a 2.x client, 2026-07-28', connect: () => modern('auto') },
    { name: 'a 2.x client, 2025 era', connect: () => modern('legacy') },
    { name: 'a 1.x client', connect: old },
  ])('$name', ({ connect }) => {
    it('does not notice which one answers', async () => {
      const client = await connect();
      clients.push(client);
      const before = proxy.counts();
      for (let round = 0; round < 6; round += 1) {
        expect((await client.list()).length).toBeGreaterThan(5);
        const answer = await client.call('route_operation', { operation: 'emergency', prompt: 'are you there?' });
        expect(answer.isError).toBe(false);
        expect(routed.parse(answer.structured).status).toBe('answered');
      }
      // Both have had their share, though a client may keep a list that it has got.
      const after = proxy.counts();
      for (const [index, count] of after.entries()) expect(count - (before[index] ?? 0)).toBeGreaterThan(2);
    });

    it('changes what holds on both, confirmed over both', async () => {
      const client = await connect();
      clients.push(client);
      const args = { route: 'direct', reason: 'a test', durationSeconds: 300 };
      const answer = await client.call('force_fallback', args);
      const plan = z
        .looseObject({ confirmation: z.looseObject({ token: z.string() }).optional() })
        .parse(answer.structured);
      // Who cannot be asked over two replicas gets a plan, which either takes.
      const done = plan.confirmation
        ? await client.call('force_fallback', { ...args, confirm: plan.confirmation.token })
        : answer;
      expect(done.structured).toMatchObject({ applied: true, scope: 'shared' });
      for (const replica of replicas) {
        await until('it obeys', async () => (await primaryAt(replica)) === 'direct', 5_000);
      }
      await post(replicas[0], '/admin/routing/auto');
    });
  });

  it('tell a client at one of what changes at the other', async () => {
    const [one, other] = replicas;
    if (!one || !other) throw new Error('two replicas');
    const { client, close } = await plain(one.url);
    const told: string[] = [];
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void told.push(params.uri));
    await client.listen({ resourceSubscriptions: ['health://overview'] });
    await post(other, '/admin/maintenance/enable', { reason: 'a test' });
    await until('it is told', () => told.includes('health://overview'), 10_000);
    await post(other, '/admin/maintenance/disable');
    await close();
  });

  it('answer a handle of the other, and cancel what runs there', async () => {
    const [one, other] = replicas;
    if (!one || !other) throw new Error('two replicas');
    const [first, second] = [await plain(one.url), await plain(other.url)];
    const call = async ({ client }: typeof first, args: Record<string, unknown>) => {
      const { structuredContent } = await client.callTool({ name: 'route_operation', arguments: args });
      return z.looseObject({ operationId: z.string(), status: z.string() }).parse(structuredContent);
    };
    const ask = { operation: 'kiro_communication', prompt: 'How do things stand?', background: true };
    const { operationId } = await call(first, ask);
    await until(
      'the other has its result',
      async () => (await call(second, { operationId })).status === 'answered',
      20_000,
    );
    await simulators.slowBedrock(8_000);
    const slow = await call(first, { ...ask, operation: 'infrastructure', deadlineMs: 60_000 });
    await call(second, { operationId: slow.operationId, cancel: true });
    await until(
      'it is cancelled',
      async () => (await call(first, { operationId: slow.operationId })).status === 'cancelled',
      20_000,
    );
    await simulators.slowBedrock(0);
    await Promise.all([first.close(), second.close()]);
  });

  it('take a plan from one, its approval from the command line, and the token at the other', async () => {
    const [one, other] = replicas;
    if (!one || !other) throw new Error('two replicas');
    const first = await plain(one.url);
    const second = await plain(other.url);
    const tool = { name: 'security_response', arguments: { action: 'lockdown', enable: true, reason: 'a leak' } };
    const confirmation = z.looseObject({
      confirmation: z.looseObject({ token: z.string(), planId: z.string(), needsPerson: z.boolean() }),
    });
    const raised = confirmation.parse((await first.client.callTool(tool)).structuredContent).confirmation;
    const raise = { ...tool, arguments: { ...tool.arguments, confirm: raised.token } };
    expect((await second.client.callTool(raise)).structuredContent).toMatchObject({ applied: true });
    await until('the first is locked down', async () => {
      const answer = await post(one, '/admin/circuit-breaker/reset');
      return answer?.status === 503;
    });
    const lift = { name: 'security_response', arguments: { action: 'lockdown', enable: false } };
    const lowered = confirmation.parse((await second.client.callTool(lift)).structuredContent).confirmation;
    expect(lowered.needsPerson).toBe(true);
    const env = { ...cleanEnv, HYBRID_ROUTING_STORE_POSTGRES: state.postgres, HYBRID_ROUTING_STORE_KEY: state.key };
    const approved = await run(process.execPath, [mainPath, 'admin', 'approve', lowered.planId], { env }).catch(
      (thrown: unknown) => ({ stdout: '', stderr: JSON.stringify(thrown) }),
    );
    expect(approved.stdout, approved.stderr).toContain('approved');
    const lifted = { ...lift, arguments: { ...lift.arguments, confirm: lowered.token } };
    expect((await first.client.callTool(lifted)).structuredContent).toMatchObject({ applied: true });
    await Promise.all([first.close(), second.close()]);
  });

  it('hold a block of an address, and resets of breakers, together', async () => {
    const [one, other] = replicas;
    expect((await post(one, '/admin/security/block-ip', { ip: '203.0.113.9', reason: 'a test' }))?.status).toBe(200);
    const blocked = async () => {
      const answer = await post(other, '/admin/security/block-ip?dryRun=true', { ip: '203.0.113.9' });
      return z.looseObject({ before: z.record(z.string(), z.string()) }).parse(await answer?.json()).before;
    };
    await until('the other knows', async () => (await blocked())['203.0.113.9']?.startsWith('blocked') === true, 5_000);
    await post(other, '/admin/security/unblock-ip', { ip: '203.0.113.9' });
    const reset = await post(one, '/admin/circuit-breaker/reset');
    expect(await reset?.json()).toMatchObject({ applied: true, scope: 'shared' });
  });
});
