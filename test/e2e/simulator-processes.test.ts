import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OlderStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchSimulator, type SimulatorProcesses } from '../../src/simulator/launch.ts';
import { bedrockClient } from '../simulator/support.ts';

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const NAME = { name: 'test', version: '1.0.0' };
const CALL = { name: 'answer_operation', arguments: { prompt: 'Is it on fire?', type: 'emergency' } };

let simulator: SimulatorProcesses;
const clients: { close(): Promise<void> }[] = [];
beforeAll(async () => {
  simulator = await launchSimulator({ seed: 7 });
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  await simulator.bedrock.control.reset();
  await simulator.upstream.control.reset();
});
afterAll(() => simulator.close());

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function stdioParameters(extra: string[] = []) {
  return { command: process.execPath, args: [MAIN, 'simulate', 'upstream', '--stdio', ...extra] };
}

async function stdioClient(mode: 'legacy' | 'auto' = 'legacy', controlUrl = simulator.bedrock.control.url) {
  const client = new Client(NAME, { versionNegotiation: { mode } });
  const transport = new StdioClientTransport({ ...stdioParameters(['--control-url', controlUrl]), stderr: 'ignore' });
  clients.push(client);
  await client.connect(transport);
  return client;
}

describe('launchSimulator', () => {
  it('starts two processes that answer, each with a control of its own', async () => {
    const bedrock = bedrockClient(simulator.bedrock.url);
    const messages = [{ role: 'user' as const, content: [{ text: 'hello' }] }];
    expect((await bedrock.send(new ConverseCommand({ modelId: 'm', messages }))).stopReason).toBe('end_turn');
    const client = new Client(NAME);
    clients.push(client);
    await client.connect(new StreamableHTTPClientTransport(new URL(simulator.upstream.url)));
    expect((await client.callTool(CALL)).structuredContent).toMatchObject({ simulated: true });
    const [first, second] = await Promise.all([simulator.bedrock.control.state(), simulator.upstream.control.state()]);
    expect([first.server, first.seed, first.counters.answered]).toEqual(['bedrock', 7, 1]);
    expect([second.server, second.seed, second.counters.byApi['tools/call']]).toEqual(['upstream', 7, 1]);
  });

  it('ends both on close', async () => {
    const own = await launchSimulator();
    const pids = [own.bedrock.pid, own.upstream.pid];
    expect(pids.map(alive)).toEqual([true, true]);
    await own.close();
    expect(pids.map(alive)).toEqual([false, false]);
    await own.close();
  });

  it('says clearly why it could not start', async () => {
    await expect(launchSimulator({ mainPath: '/nowhere/main.js' })).rejects.toThrow(/ended with status 1 .*built/);
    await expect(launchSimulator({ timeoutMs: 1 })).rejects.toThrow('did not listen within 1 ms');
  });

  it('the upstream process exits in mid-call', async () => {
    const own = await launchSimulator();
    const client = new Client(NAME);
    clients.push(client);
    await client.connect(new StreamableHTTPClientTransport(new URL(own.upstream.url)));
    await own.upstream.control.setRules([{ fault: { kind: 'exit' } }]);
    await expect(client.callTool(CALL, { timeout: 300 })).rejects.toThrow();
    await expect.poll(() => alive(own.upstream.pid)).toBe(false);
    await own.close();
  });
});

describe('a simulator process', () => {
  it.each([
    ['stdin closes', (child: ReturnType<typeof start>) => child.stdin.end()],
    ['SIGTERM comes', (child: ReturnType<typeof start>) => child.kill('SIGTERM')],
    ['SIGINT comes', (child: ReturnType<typeof start>) => child.kill('SIGINT')],
  ])('ends with status 0 when %s', async (_when, end) => {
    const child = start(['bedrock', '--end-with-stdin']);
    await once(child.stderr, 'data');
    end(child);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it.each([
    [['bedrock', '--port', '70000'], 'a port is an integer'],
    [['bedrock', '--seed', 'x'], 'a seed is an integer'],
    [['upstream', '--control-url', 'http://127.0.0.1:9'], '--control-url goes with --stdio'],
  ])('refuses %j', async (args, message) => {
    const child = start(args);
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += String(chunk);
    });
    const [status] = await once(child, 'close');
    expect(status).not.toBe(0);
    expect(said).toContain(message);
  });

  function start(args: string[]) {
    return spawn(process.execPath, [MAIN, 'simulate', ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
  }
});

describe('upstream over stdio', () => {
  it.each(['legacy', 'auto'] as const)('answers a client of SDK 2 (%s)', async (mode) => {
    const client = await stdioClient(mode);
    const progress: number[] = [];
    // Spread out in time: a client drops progress that it reads in one piece with the answer.
    const distribution = { type: 'fixed' as const, ms: 400 };
    await simulator.bedrock.control.addRule({ fault: { kind: 'latency', distribution } });
    const result = await client.callTool(CALL, { onprogress: (update) => progress.push(update.progress) });
    expect(result.structuredContent).toMatchObject({ simulated: true, operation: 'emergency' });
    expect(progress).toEqual([1, 2, 3, 4]);
    const { counters } = await simulator.bedrock.control.state();
    // The era is found out by a short-lived process of its own, which starts, and is counted, too.
    expect(counters).toMatchObject({ starts: mode === 'auto' ? 2 : 1, byApi: { 'tools/call': 1 } });
  });

  it('answers a client of SDK 1, without any control', async () => {
    const client = new OlderClient(NAME);
    clients.push(client);
    await client.connect(new OlderStdio(stdioParameters()));
    expect(await client.callTool(CALL)).toMatchObject({ structuredContent: { simulated: true } });
  });

  it('gives the answer that the seed of the control asks for, as HTTP does', async () => {
    const http = new Client(NAME);
    clients.push(http);
    await http.connect(new StreamableHTTPClientTransport(new URL(simulator.upstream.url)));
    const stdio = await stdioClient();
    expect((await stdio.callTool(CALL)).structuredContent).toEqual((await http.callTool(CALL)).structuredContent);
  });

  it('crash_at_start, as often as the rule says, across processes', async () => {
    await simulator.bedrock.control.setRules([{ times: 2, fault: { kind: 'crash_at_start' } }]);
    await expect(stdioClient()).rejects.toThrow(/closed/i);
    await expect(stdioClient()).rejects.toThrow(/closed/i);
    expect((await (await stdioClient()).callTool(CALL)).structuredContent).toBeDefined();
    const { counters } = await simulator.bedrock.control.state();
    expect(counters).toMatchObject({ starts: 3, byFault: { crash_at_start: 2 } });
  });

  it('exit closes the connection in mid-call', async () => {
    const client = await stdioClient();
    await simulator.bedrock.control.setRules([{ fault: { kind: 'exit' } }]);
    await expect(client.callTool(CALL)).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
    expect((await simulator.bedrock.control.state()).recent.at(-1)).toMatchObject({
      fault: 'exit',
      outcome: 'faulted',
    });
  });

  it('wedged, and cancelled; still wedged when the client leaves', async () => {
    const { control } = simulator.bedrock;
    const client = await stdioClient();
    await control.setRules([{ fault: { kind: 'wedged' } }]);
    await expect(client.callTool(CALL, { timeout: 50 })).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' });
    await expect.poll(async () => (await control.state()).counters.aborted).toBe(1);
    const left = client.callTool(CALL).catch(() => {});
    await expect.poll(async () => (await control.state()).counters.open).toBe(1);
    await client.close();
    await left;
    await expect.poll(async () => (await control.state()).counters).toMatchObject({ aborted: 2, open: 0 });
  });

  it('not_json: SDK 2 skips the line without a word, and waits', async () => {
    const client = await stdioClient();
    await simulator.bedrock.control.setRules([{ fault: { kind: 'not_json' } }]);
    await expect(client.callTool(CALL, { timeout: 50 })).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' });
  });

  it('unknown_content, is_error, tool_missing', async () => {
    const { control } = simulator.bedrock;
    const client = await stdioClient();
    await control.setRules([{ fault: { kind: 'unknown_content' } }]);
    await expect(client.callTool(CALL)).rejects.toMatchObject({ code: 'INVALID_RESULT' });
    await control.setRules([{ fault: { kind: 'is_error' } }]);
    expect((await client.callTool(CALL)).isError).toBe(true);
    await control.setRules([{ fault: { kind: 'tool_missing' } }]);
    expect((await client.listTools()).tools).toEqual([]);
    await expect(client.callTool(CALL)).rejects.toMatchObject({ code: -32_602 });
  });

  it('oversized_answer overruns the buffer of the client', async () => {
    const client = await stdioClient();
    await simulator.bedrock.control.setRules([{ fault: { kind: 'oversized_answer', bytes: 12_000_000 } }]);
    await expect(client.callTool(CALL)).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  });

  it('does not start when its control is not there', async () => {
    await expect(stdioClient('legacy', 'http://127.0.0.1:9')).rejects.toThrow(/closed/i);
  });
});
