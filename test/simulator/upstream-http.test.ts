import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OlderTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SimulatorControl } from '../../src/simulator/control-client.ts';
import type { Rule } from '../../src/simulator/rule-schema.ts';
import type { RunningSimulator } from '../../src/simulator/simulator.ts';
import { startUpstreamSimulator } from '../../src/simulator/upstream/http-server.ts';
import { field, PROMPT, thrownBy } from './support.ts';

interface CallOptions {
  timeout?: number;
  signal?: AbortSignal;
  onprogress?: (update: { progress: number; message?: string | undefined }) => void;
}

/** What the tests need of a client, of whichever SDK and era. */
interface AnyClient {
  tools(): Promise<string[]>;
  call(options?: CallOptions, args?: Record<string, unknown>): Promise<unknown>;
  close(): Promise<void>;
}

let running: RunningSimulator;
let control: SimulatorControl;
const exits: number[] = [];
const open: AnyClient[] = [];
beforeAll(async () => {
  running = await startUpstreamSimulator({ exit: (status) => exits.push(status) });
  control = new SimulatorControl(running.controlUrl);
});
afterEach(async () => {
  await control.reset();
  for (const client of open.splice(0)) await client.close();
});
afterAll(() => running.close());

const NAME = { name: 'test', version: '1.0.0' };
const ARGS = { prompt: PROMPT, type: 'emergency' };

async function current(mode: 'legacy' | 'auto'): Promise<AnyClient> {
  const client = new Client(NAME, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(running.url)));
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (options = {}, args = ARGS) => client.callTool({ name: 'answer_operation', arguments: args }, options),
    close: () => client.close(),
  };
}

async function older(): Promise<AnyClient> {
  const client = new OlderClient(NAME);
  const transport = new OlderTransport(new URL(running.url));
  // The older SDK's own types disagree under exactOptionalPropertyTypes, on `sessionId` alone.
  await client.connect({
    start: () => transport.start(),
    send: (message) => transport.send(message),
    close: () => transport.close(),
    setProtocolVersion: (version) => transport.setProtocolVersion(version),
    set onmessage(handler: NonNullable<typeof transport.onmessage>) {
      transport.onmessage = handler;
    },
    set onclose(handler: () => void) {
      transport.onclose = handler;
    },
    set onerror(handler: (error: Error) => void) {
      transport.onerror = handler;
    },
  });
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: (options = {}, args = ARGS) =>
      client.callTool({ name: 'answer_operation', arguments: args }, CallToolResultSchema, options),
    close: () => client.close(),
  };
}

const CLIENTS = {
  'SDK 2, 2025 era': () => current('legacy'),
  'SDK 2, 2026 era': () => current('auto'),
  'SDK 1': older,
};
const set = (...faults: Rule['fault'][]) => control.setRules(faults.map((fault) => ({ fault })));

describe.each(Object.entries(CLIENTS))('upstream over HTTP, %s', (_name, connect) => {
  async function opened(): Promise<AnyClient> {
    const client = await connect();
    open.push(client);
    return client;
  }

  it('lists one tool and answers it, simulated and without the prompt', async () => {
    const client = await opened();
    expect(await client.tools()).toEqual(['answer_operation']);
    const answer = expect.stringMatching(
      /^Simulated answer by answer_operation to emergency: 50 characters received, digest [0-9a-f]{8}\.$/,
    );
    const result = await client.call();
    expect(result).toMatchObject({
      content: [{ type: 'text', text: answer }],
      structuredContent: { answer, simulated: true, operation: 'emergency', usage: { inputTokens: 13 } },
    });
    expect(JSON.stringify(result)).not.toContain('hospital');
    const { counters, recent } = await control.state();
    expect(counters).toMatchObject({ answered: 3, byOperation: { emergency: 1 } });
    expect(recent.at(-1)).toMatchObject({ api: 'tools/call', tool: 'answer_operation', outcome: 'answered' });
  });

  it('reports progress to a caller that asks for it', async () => {
    const client = await opened();
    const updates: string[] = [];
    await client.call({ onprogress: ({ progress, message }) => updates.push(`${progress} ${message}`) });
    expect(updates).toEqual([
      '1 Received the operation (simulated)',
      '2 Read the context (simulated)',
      '3 Drafting the answer (simulated)',
      '4 Checking the answer (simulated)',
    ]);
  });

  it('refuses bad arguments', async () => {
    const client = await opened();
    expect(await client.call({}, { prompt: '' })).toMatchObject({ isError: true });
    expect((await control.state()).counters.rejected).toBe(1);
  });

  it('wedged: never answers, and notices that the caller gave up', async () => {
    const client = await opened();
    await set({ kind: 'wedged' });
    expect((await thrownBy(client.call({ timeout: 40 }))).message).toContain('Request timed out');
    await thrownBy(client.call({ signal: AbortSignal.timeout(40) }));
    await expect.poll(async () => (await control.state()).counters.aborted, { interval: 5 }).toBe(2);
    expect((await control.state()).counters).toMatchObject({ open: 0, byFault: { wedged: 2 } });
  });

  it('is cancelled while it waits', async () => {
    const client = await opened();
    await set({ kind: 'latency', distribution: { type: 'fixed', ms: 60_000 } });
    await thrownBy(client.call({ signal: AbortSignal.timeout(30) }));
    await expect.poll(async () => (await control.state()).recent.at(-1)?.outcome, { interval: 5 }).toBe('aborted');
  });

  it('is_error, oversized_answer', async () => {
    const client = await opened();
    await set({ kind: 'is_error' });
    expect(await client.call()).toMatchObject({ isError: true });
    await set({ kind: 'oversized_answer', bytes: 300_000 });
    expect(JSON.stringify(await client.call()).length).toBeGreaterThan(600_000);
  });

  it.each([
    ['tool_missing', -32_602, 'Tool answer_operation not found'],
    ['invalid_arguments', -32_602, 'the arguments are refused'],
    ['internal_error', -32_603, 'internal error'],
  ] as const)('%s is JSON-RPC error %i', async (kind, code, message) => {
    const client = await opened();
    await set({ kind });
    expect(await thrownBy(client.call())).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(await client.tools()).toEqual(kind === 'tool_missing' ? [] : ['answer_operation']);
  });

  it.each([
    ['unauthorized', 401],
    ['forbidden', 403],
    ['session_expired', 404],
  ] as const)('%s is HTTP %i', async (kind, status) => {
    const client = await opened();
    await set({ kind });
    const error = await thrownBy(client.call());
    expect([field(error, 'status'), field(error, 'code')]).toContain(status);
  });

  it('not_json, unknown_content: the client refuses what it gets', async () => {
    const client = await opened();
    await set({ kind: 'not_json' });
    expect((await thrownBy(client.call())).name).toBe('SyntaxError');
    await set({ kind: 'unknown_content' });
    expect((await thrownBy(client.call())).message).toContain('invalid_union');
  });

  it.each([['stream_dropped'], ['stream_ended']] as const)(
    '%s: the answer never comes, and nobody tells the caller',
    async (kind) => {
      const client = await opened();
      await set({ kind });
      const updates: number[] = [];
      const call = client.call({ timeout: 120, onprogress: ({ progress }) => updates.push(progress) });
      expect((await thrownBy(call)).message).toContain('Request timed out');
      expect(updates).toEqual([1, 2, 3, 4]);
      expect((await control.state()).recent.at(-1)).toMatchObject({ fault: kind, outcome: 'faulted' });
    },
  );

  it('connection_refused, connection_reset', async () => {
    const client = await opened();
    await set({ kind: 'connection_reset' });
    expect(field(await thrownBy(client.call()), 'cause', 'code')).toBe('ECONNRESET');
    await set({ kind: 'connection_refused' });
    expect(field(await thrownBy(client.call()), 'cause', 'code')).toBe('ECONNREFUSED');
    await control.clear();
    expect(await client.call()).toHaveProperty('structuredContent');
  });

  it('exit ends the process in the middle of the call', async () => {
    const client = await opened();
    await control.setRules([{ times: 1, fault: { kind: 'exit' } }]);
    await client.call().catch(() => {});
    expect(exits.splice(0)).toEqual([1]);
    expect((await control.state()).recent.at(-1)).toMatchObject({ fault: 'exit', outcome: 'faulted' });
  });
});

describe('sessions of 2025-era clients', () => {
  it('stay expired, and a new session works', async () => {
    const client = await current('legacy');
    open.push(client);
    await control.setRules([{ times: 1, fault: { kind: 'session_expired' } }]);
    expect(await thrownBy(client.call())).toMatchObject({ status: 404 });
    expect(await thrownBy(client.call())).toMatchObject({ status: 404 });
    const again = await current('legacy');
    open.push(again);
    expect(await again.call()).toHaveProperty('structuredContent');
  });
});

describe('the endpoint itself', () => {
  it.each([
    ['/elsewhere', '{}', 404, -32_000],
    ['/mcp', '{', 400, -32_700],
    ['/mcp', '{"jsonrpc":"2.0","id":1,"method":"ping"}', 400, -32_000],
  ])('answers %s %s with %i', async (path, body, status, code) => {
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const response = await fetch(new URL(path, running.url), { method: 'POST', body, headers });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it('answers no web page', async () => {
    const headers = { 'content-type': 'application/json', origin: 'http://evil.example' };
    expect((await fetch(running.url, { method: 'POST', body: '{}', headers })).status).toBe(403);
  });
});
