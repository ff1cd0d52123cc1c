import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { MCPRouter } from '../../src/paths/mcp-router.ts';
import { failureOf, tried } from '../support-files/attempts.ts';
import { patientBreaker } from '../support-files/breakers.ts';
import { configWith } from '../support-files/config.ts';
import { pathRequest } from '../support-files/requests.ts';
import { simulatedUpstream } from '../support-files/simulators.ts';

const upstream = await simulatedUpstream();
const fixture = fileURLToPath(new URL('../fixtures/stdio-upstream.mjs', import.meta.url));
const open: MCPRouter[] = [];

function router(upstreams: readonly object[], flags: Record<string, unknown> = {}) {
  const changes: string[] = [];
  const { mcp } = configWith({ 'mcp.upstreams': upstreams, ...flags });
  const path = new MCPRouter({
    config: mcp,
    breaker: patientBreaker,
    onStateChange: (name, state) => changes.push(`${name} ${state}`),
  });
  open.push(path);
  return { path, changes };
}

const overHttp = (fields: object = {}) => ({
  name: 'sim',
  url: upstream.url,
  tool: 'answer_operation',
  result: 'structuredContent.answer',
  ...fields,
});
const overStdio = (...args: string[]) => ({
  name: 'child',
  command: process.execPath,
  args: [fixture, ...args],
  tool: 'ask',
});
const viaHttp = (fields: object = {}) => router([overHttp(fields)]).path;

afterEach(async () => {
  await Promise.all(open.splice(0).map((path) => path.close()));
  await upstream.control.reset();
});
afterAll(() => upstream.close());

describe.each(['legacy', 'auto', '2026-07-28'])('over HTTP, protocol %s', (protocol) => {
  it('gives the answer and who gave it', async () => {
    const { answer } = await tried(viaHttp({ protocol }));
    expect(answer).toMatchObject({
      text: expect.stringContaining('Simulated answer by answer_operation to emergency'),
      upstream: 'sim',
      modelId: null,
      usage: null,
      simulated: true,
    });
  });

  it('tells progress', async () => {
    const told: string[] = [];
    await tried(viaHttp({ protocol }), { onProgress: (text) => told.push(text) });
    expect(told).toContain('Received the operation (simulated)');
  });

  // The rows of the fault matrix for the mcp path.
  it.each([
    [{ kind: 'is_error' }, 'upstream', 'tool_error'],
    [{ kind: 'internal_error' }, 'upstream', 'rpc_error_-32603'],
    [{ kind: 'invalid_arguments' }, 'configuration', 'arguments_refused'],
    [{ kind: 'tool_missing' }, 'configuration', 'tool_missing'],
    [{ kind: 'unauthorized' }, 'configuration', 'unauthorized'],
    [{ kind: 'forbidden' }, 'configuration', 'forbidden'],
    [{ kind: 'wedged' }, 'timeout', 'share_spent'],
    [{ kind: 'unknown_content' }, 'protocol', 'invalid_result'],
    [{ kind: 'oversized_answer', bytes: 5_000_000 }, 'protocol', 'oversized_answer'],
    [{ kind: 'connection_refused' }, 'network', 'ECONNREFUSED'],
  ] as const)('%j is %s (%s)', async (fault, errorClass, kind) => {
    await upstream.control.setRules([{ fault }]);
    const trial = { shareMs: errorClass === 'timeout' ? 250 : 5_000 };
    expect(await failureOf(viaHttp({ protocol }), trial)).toMatchObject({ path: 'mcp', errorClass, kind });
  });

  it.each([
    ['not_json', 'protocol', 'unreadable_reply'],
    ['connection_reset', 'network', 'ECONNRESET'],
    ['stream_dropped', 'network', 'stream_dropped'],
    ['stream_ended', 'network', 'stream_dropped'],
  ] as const)('a reply broken by %s is %s (%s)', async (fault, errorClass, kind) => {
    await upstream.control.setRules([{ match: { api: 'tools/call' }, fault: { kind: fault } }]);
    expect(await failureOf(viaHttp({ protocol }))).toMatchObject({ errorClass, kind });
  });

  it('closes at once while an upstream hangs', async () => {
    await upstream.control.setRules([{ fault: { kind: 'wedged' } }]);
    const path = viaHttp({ protocol });
    const warming = path.warmUp();
    await expect.poll(async () => (await upstream.control.state()).counters.open).toBe(1);
    const start = performance.now();
    await Promise.all([path.close(), warming]);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('opens a new session for one that has expired, once', async () => {
    const path = viaHttp({ protocol });
    await path.warmUp();
    await upstream.control.setRules([{ match: { api: 'tools/call' }, fault: { kind: 'session_expired' }, times: 1 }]);
    expect((await tried(path)).error).toBeNull();
    await upstream.control.setRules([{ match: { api: 'tools/call' }, fault: { kind: 'session_expired' } }]);
    expect(await failureOf(path)).toMatchObject({ errorClass: 'network', kind: 'session_expired' });
  });

  it('tells the upstream that nobody waits any more', async () => {
    const path = viaHttp({ protocol });
    await path.warmUp();
    await upstream.control.setRules([{ match: { api: 'tools/call' }, fault: { kind: 'wedged' } }]);
    const cancel = new AbortController();
    const error = failureOf(path, { cancelled: cancel.signal });
    await expect.poll(async () => (await upstream.control.state()).counters.open).toBe(1);
    cancel.abort();
    expect(await error).toMatchObject({ errorClass: 'cancelled' });
    await expect.poll(async () => (await upstream.control.state()).counters.open).toBe(0);
  });
});

describe('over stdio', () => {
  it('answers from a child process', async () => {
    const { path, changes } = router([overStdio()]);
    expect((await tried(path)).answer).toMatchObject({ text: 'echo: Summarise the incident', upstream: 'child' });
    expect(changes).toEqual(['child connected']);
  });

  it('starts the process again when it has died', async () => {
    const { path, changes } = router([overStdio()]);
    const dying = pathRequest({ prompt: 'die' });
    expect(await failureOf(path, { request: dying })).toMatchObject({
      errorClass: 'network',
      kind: 'connection_closed',
    });
    await expect.poll(() => changes.at(-1)).toBe('child connected');
    expect((await tried(path)).error).toBeNull();
  });

  it('fails at once with the last words of a process that cannot start', async () => {
    const { path, changes } = router([overStdio('--crash')]);
    await path.warmUp();
    const { error, durationMs } = await tried(path);
    expect(error).toMatchObject({ errorClass: 'network' });
    expect(error?.message).toContain('it last said: no licence found');
    expect(durationMs).toBeLessThan(200);
    expect(changes[0]).toBe('child failed');
    expect(path.state().details).toMatchObject({ upstreams: { child: 'failed' } });
  });

  it('names a command that does not exist', async () => {
    const { path } = router([{ name: 'child', command: '/no/such/program', tool: 'ask' }]);
    expect(await failureOf(path)).toMatchObject({ errorClass: 'configuration', kind: 'command_not_found' });
  });

  it('names the tools that there are where the configured one is missing', async () => {
    const { path } = router([{ ...overStdio(), tool: 'answer' }]);
    const error = await failureOf(path);
    expect(error).toMatchObject({ errorClass: 'configuration', kind: 'tool_missing' });
    expect(error.message).toContain('its tools: ask');
  });

  it('ends the process when it closes', async () => {
    const { path } = router([overStdio()]);
    const { answer } = await tried(path, { request: pathRequest({ prompt: 'pid' }) });
    const pid = Number(answer?.text);
    expect(pid).toBeGreaterThan(0);
    await path.close();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(await failureOf(path)).toMatchObject({ errorClass: 'network', kind: 'closed' });
    expect(path.state().details).toMatchObject({ upstreams: { child: 'closed' } });
  });
});

describe('which upstream is asked', () => {
  it('is the first for the type', async () => {
    const first = overHttp({ name: 'first', operations: ['background_task'] });
    const { path } = router([first, overHttp({ name: 'second' })]);
    expect((await tried(path)).answer?.upstream).toBe('second');
    const task = pathRequest({ type: 'background_task', class: 'standard' });
    expect((await tried(path, { request: task })).answer?.upstream).toBe('first');
  });

  it('is the next one while the first has failed', async () => {
    const { path } = router([overHttp({ name: 'first', url: 'http://127.0.0.1:2/mcp' }), overHttp({ name: 'second' })]);
    await path.warmUp();
    expect((await tried(path)).answer?.upstream).toBe('second');
    expect(path.state().findings).toEqual([expect.stringContaining('Upstream first: ECONNREFUSED')]);
  });

  it('is none where no upstream takes the type', async () => {
    const { path } = router([overHttp({ operations: ['background_task'] })]);
    expect(await failureOf(path)).toMatchObject({ errorClass: 'configuration', kind: 'no_upstream' });
  });

  it('is none where none is configured, and state says so', async () => {
    const { path } = router([]);
    expect(path.state()).toMatchObject({ configured: false, findings: [expect.stringContaining('mcp.upstreams')] });
    expect(await failureOf(path)).toMatchObject({ errorClass: 'configuration', kind: 'no_upstream' });
  });
});

describe('the queue', () => {
  const narrow = { 'mcp.concurrency': 1, 'mcp.queueSize': 1 };

  it('refuses one operation too many, and lets go of what is cancelled while it waits', async () => {
    const { path } = router([overHttp()], narrow);
    await path.warmUp();
    await upstream.control.setRules([{ match: { api: 'tools/call' }, fault: { kind: 'wedged' } }]);
    const cancel = new AbortController();
    const running = failureOf(path, { cancelled: cancel.signal });
    const waiting = failureOf(path, { shareMs: 100 });
    expect(path.state().details).toMatchObject({ queue: { running: 1, waiting: 1, limit: 1 } });
    expect(await failureOf(path)).toMatchObject({ errorClass: 'overload', kind: 'queue_full' });
    expect(await waiting).toMatchObject({ errorClass: 'timeout' });
    expect(path.state().details).toMatchObject({ queue: { running: 1, waiting: 0 } });
    cancel.abort();
    await running;
    expect(path.state().details).toMatchObject({ queue: { running: 0, waiting: 0 } });
  });

  it('frees its place when an upstream hangs while it is being connected', async () => {
    await upstream.control.setRules([{ fault: { kind: 'wedged' } }]);
    const { path } = router([overHttp()], narrow);
    expect(await failureOf(path, { shareMs: 100 })).toMatchObject({ errorClass: 'timeout' });
    await expect.poll(() => path.state().details).toMatchObject({ queue: { running: 0 } });
  });

  it('takes the urgent first', async () => {
    const { path } = router([overHttp()], { 'mcp.concurrency': 1 });
    await path.warmUp();
    const order: string[] = [];
    const run = async (type: 'emergency' | 'implementation' | 'background_task') => {
      const classes = { emergency: 'emergency', implementation: 'critical', background_task: 'standard' } as const;
      await tried(path, { request: pathRequest({ type, class: classes[type] }) });
      order.push(type);
    };
    await Promise.all([run('background_task'), run('background_task'), run('implementation'), run('emergency')]);
    expect(order).toEqual(['background_task', 'emergency', 'implementation', 'background_task']);
  });
});
