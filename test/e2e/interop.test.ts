import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { launchSimulator, type SimulatorProcesses } from '../../src/simulator/launch.ts';
import { startTokenProxy } from '../conformance/token-proxy.ts';
import { adminToken, endHttpServers, type HttpServer, startHttp } from './harness/http-server.ts';
import { until } from './harness/server.ts';
import { type Agent, newAgent, oldAgent } from './interop/agents.ts';

const run = promisify(execFile);
const emergency = { operation: 'emergency', prompt: 'hello' };
const answered = { status: 'answered', path: expect.any(String), simulated: true };
const overview = 'health://overview';

let simulator: SimulatorProcesses;
let server: HttpServer;
let where: { url: string; token: string };

beforeAll(async () => {
  simulator = await launchSimulator();
  const simulators = { bedrockUrl: simulator.bedrock.url, upstreamUrl: simulator.upstream.url };
  server = await startHttp({ args: ['--simulate'], config: { simulator: simulators } });
  where = { url: server.url, token: adminToken };
  // Long enough to be cancelled in.
  const slow = { kind: 'latency', distribution: { type: 'fixed', ms: 25_000 } } as const;
  const rule = { match: { operation: 'background_task' }, fault: slow };
  await simulator.bedrock.control.setRules([rule]);
  await simulator.upstream.control.setRules([rule]);
});
afterAll(async () => {
  endHttpServers();
  await simulator.close();
});

const liveSchema = z.looseObject({ throughput: z.looseObject({ inFlight: z.number() }) });
const inFlight = async (agent: Agent) =>
  liveSchema.parse(JSON.parse(await agent.read('metrics://live'))).throughput.inFlight;

describe.each([
  ['2.x client, revision 2026-07-28', () => newAgent(where, 'auto')],
  ['2.x client, revision 2025-11-25', () => newAgent(where, 'legacy')],
  ['2.x client over SSE', () => newAgent(where, 'legacy', 'sse')],
  ['1.x client over Streamable HTTP', () => oldAgent(where, 'http')],
  ['1.x client over SSE', () => oldAgent(where, 'sse')],
] as const)('%s', (_, connect) => {
  it('lists and calls tools, reads and completes', async () => {
    const agent = await connect();
    expect(await agent.tools()).toEqual(expect.arrayContaining(['route_operation', 'health_check', 'force_fallback']));
    expect(await agent.call('route_operation', emergency)).toMatchObject(answered);
    expect(await agent.call('health_check', {})).toMatchObject({ status: expect.any(String), simulated: true });
    expect(JSON.parse(await agent.read(overview))).toMatchObject({ simulated: true });
    expect(await agent.complete('routing://policy/{operation}', 'operation', 'k')).toEqual(['kiro_communication']);
    await agent.close();
  });

  it('hears of a change that another client makes, when its user has confirmed it', async () => {
    const agent = await connect();
    const told = await agent.subscribe(overview);
    const other = await newAgent(where, 'legacy');
    const force = { route: 'mcp', reason: 'a test', durationSeconds: 60 };
    expect(await other.call('force_fallback', force)).toMatchObject({ applied: true });
    await until('the client is told', () => told.includes(overview), 20_000);
    expect(await agent.call('force_fallback', { route: 'auto' })).toMatchObject({ applied: true });
    await Promise.all([agent.close(), other.close()]);
  });

  it('is told of progress', async () => {
    const agent = await connect();
    const progress: (string | undefined)[] = [];
    const onProgress = (message: string | undefined) => void progress.push(message);
    expect(await agent.call('route_operation', emergency, { onProgress })).toMatchObject(answered);
    expect(progress.length).toBeGreaterThan(0);
    await agent.close();
  });

  it('cancels an operation', async () => {
    const agent = await connect();
    const stop = new AbortController();
    const call = agent.call('route_operation', { operation: 'background_task', prompt: 'x' }, { signal: stop.signal });
    const ended = call.then(
      () => 'answered',
      () => 'cancelled',
    );
    await until('the operation runs', async () => (await inFlight(agent)) > 0, 20_000);
    stop.abort();
    expect(await ended).toBe('cancelled');
    await until('the operation has ended', async () => (await inFlight(agent)) === 0, 20_000);
    await agent.close();
  });
});

describe('MCP Inspector', () => {
  // Of the Inspector its command line alone, which is some megabytes; the newest one that can be installed by itself sends no
  // headers of ours, so that a proxy adds the token.
  const inspect = async (...args: string[]) => {
    const proxy = await startTokenProxy({ port: Number(new URL(server.url).port), token: adminToken });
    try {
      const command = ['-y', '@modelcontextprotocol/inspector-cli@0.16.4', '--cli', proxy.url, '--transport', 'http'];
      const { stdout } = await run('npx', [...command, ...args], { timeout: 150_000 });
      return JSON.parse(stdout);
    } finally {
      proxy.close();
    }
  };

  it('lists tools, calls one, and reads a resource', async () => {
    const { tools } = await inspect('--method', 'tools/list');
    expect(tools).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'route_operation' })]));
    const routed = ['operation=emergency', 'prompt=hello'].flatMap((pair) => ['--tool-arg', pair]);
    const { structuredContent } = await inspect('--method', 'tools/call', '--tool-name', 'route_operation', ...routed);
    expect(structuredContent).toMatchObject(answered);
    const { contents } = await inspect('--method', 'resources/read', '--uri', overview);
    expect(JSON.parse(contents[0].text)).toMatchObject({ simulated: true });
  }, 300_000);
});

describe('curl', () => {
  const curl = async (...args: string[]) => {
    const headers = [`authorization: Bearer ${adminToken}`, 'accept: application/json, text/event-stream'];
    const own = headers.flatMap((header) => ['-H', header]);
    return (await run('curl', ['-sS', '--max-time', '30', ...own, ...args])).stdout;
  };
  const post = (body: unknown, ...headers: string[]) =>
    curl(
      ...['content-type: application/json', ...headers].flatMap((header) => ['-H', header]),
      ...['-d', JSON.stringify(body), server.listening.mcp],
    );
  const call = { name: 'route_operation', arguments: emergency };

  it('calls a tool in the revision 2026-07-28 with one request', async () => {
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const headers = ['mcp-protocol-version: 2026-07-28', 'mcp-method: tools/call', 'mcp-name: route_operation'];
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { ...call, _meta } };
    expect(JSON.parse(await post(body, ...headers))).toMatchObject({ result: { structuredContent: answered } });
  });

  it('opens a session, subscribes, is told, and ends it', async () => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'curl', version: '8' } };
    const opened = await curl(
      ...['-i', '-H', 'content-type: application/json', server.listening.mcp],
      ...['-d', JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })],
    );
    const session = `mcp-session-id: ${/^mcp-session-id: (\S+)/im.exec(opened)?.[1]}`;
    expect(await post({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: call }, session)).toContain('"answered"');
    const subscribe = { jsonrpc: '2.0', id: 3, method: 'resources/subscribe', params: { uri: overview } };
    expect(await post(subscribe, session)).toContain('"result":{}');
    // The stream is opened for two seconds: what may have changed before it was open is told at once.
    const heard = run('curl', [
      '-sS',
      '-N',
      '--max-time',
      '2',
      '-H',
      session,
      ...streamHeaders(),
      server.listening.mcp,
    ]).catch(({ stdout }) => ({ stdout }));
    expect((await heard).stdout).toContain(overview);
    expect(
      await curl('-X', 'DELETE', '-H', session, '-o', '/dev/null', '-w', '%{http_code}', server.listening.mcp),
    ).toBe('200');
    expect(await post(subscribe, session)).toContain('session_not_found');
  });

  const streamHeaders = () => ['-H', `authorization: Bearer ${adminToken}`, '-H', 'accept: text/event-stream'];
});
