import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulatedBedrock } from '../support-files/simulators.ts';
import {
  childrenOf,
  clearUp,
  configFile,
  isRunning,
  type RawServer,
  spawnServer,
  temporaryFolder,
} from './harness/raw-server.ts';
import { cleanEnv, fakeCredentials, mainPath, until } from './harness/server.ts';

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const onMcp = { operation: 'kiro_communication', prompt: 'x' };
const onDirect = { operation: 'emergency', prompt: 'x' };

/** A server with an upstream of its own, which tells its process ids. */
function withStubbornUpstream(flags: string[], config: Record<string, unknown> = {}) {
  const pidFile = join(temporaryFolder(), 'pids');
  const args = [fixture('stubborn-upstream.mjs'), '--pids', pidFile, ...flags];
  const upstream = {
    name: 'stubborn',
    command: process.execPath,
    args,
    tool: 'ask',
    arguments: { prompt: '{{prompt}}' },
  };
  const whole = { direct: { enabled: false }, mcp: { upstreams: [upstream] }, ...config };
  const upstreamPids = () => {
    try {
      return readFileSync(pidFile, 'utf8').trim().split('\n').map(Number);
    } catch {
      return [];
    }
  };
  upstreams.push(upstreamPids);
  return { config: whole, upstreamPids };
}

const upstreams: (() => number[])[] = [];
afterAll(() => clearUp(upstreams.flatMap((pids) => pids())));

async function gone(pids: readonly number[]) {
  expect(pids.length).toBeGreaterThan(0);
  await until(`processes ${pids} are gone`, () => !pids.some(isRunning), 2_000);
}

const logged = (server: RawServer, text: string) => until(`the log says ${text}`, () => server.stderr().includes(text));
const connected = (server: RawServer) => logged(server, '"state":"connected"');
/** The operation has been taken: its decision is logged. */
const running = (server: RawServer) => logged(server, 'ROUTING_DECISION');

describe.concurrent('an idle server', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends with status 0 on %s, and its upstream with it', async (signal) => {
    const { config, upstreamPids } = withStubbornUpstream([]);
    const server = spawnServer({ config });
    await connected(server);
    server.process.kill(signal);
    expect(await server.ended).toEqual({ status: 0, signal: null });
    await gone(upstreamPids());
  });

  it('ends with status 0 when stdin closes', async () => {
    const { config, upstreamPids } = withStubbornUpstream([]);
    const server = spawnServer({ config });
    await connected(server);
    server.process.stdin.end();
    expect(await server.ended).toEqual({ status: 0, signal: null });
    await gone(upstreamPids());
  });

  it.each(['SIGTERM', 'stdin'])('takes the simulator with it: %s', async (how) => {
    const server = spawnServer({ args: ['--simulate'] });
    await logged(server, 'serving MCP on stdio');
    const children = childrenOf(server.pid);
    expect(children).toHaveLength(2);
    if (how === 'stdin') server.process.stdin.end();
    else server.process.kill('SIGTERM');
    expect(await server.ended).toEqual({ status: 0, signal: null });
    await gone(children);
  });

  it('ends on SIGTERM while the simulator is still starting', async () => {
    const server = spawnServer({ args: ['--simulate'] });
    await until('the simulator starts', () => childrenOf(server.pid).length === 2);
    const children = childrenOf(server.pid);
    server.process.kill('SIGTERM');
    expect(await server.ended).toEqual({ status: 0, signal: null });
    await gone(children);
  });
});

describe.concurrent('a server with an operation that hangs on an upstream', () => {
  it('refuses new ones on SIGTERM, answers the running one with an error after drainMs, and leaves no child', async () => {
    const { config, upstreamPids } = withStubbornUpstream([], { drainMs: 700 });
    const server = spawnServer({ config });
    await connected(server);
    const hanging = server.call('route_operation', onMcp);
    await running(server);
    server.process.kill('SIGTERM');
    await logged(server, 'shutting down');
    const late = await server.call('route_operation', onMcp);
    expect(late).toMatchObject({ status: 'refused', error: { code: 'shutting_down' } });
    const health = await server.call('health_check', {});
    expect(health).toMatchObject({ notices: [expect.stringContaining('shutting down')] });
    expect(await hanging).toMatchObject({
      status: 'failed',
      error: { code: 'shutting_down', remedy: expect.stringContaining('another server') },
      attempts: [{ outcome: 'cancelled', cause: expect.stringContaining('shutting down') }],
    });
    expect(await server.ended).toEqual({ status: 0, signal: null });
    await gone(upstreamPids());
  });

  it('ends without waiting when stdin closes: nobody is left to answer', async () => {
    const { config, upstreamPids } = withStubbornUpstream([], { drainMs: 60_000 });
    const server = spawnServer({ config });
    await connected(server);
    void server.call('route_operation', onMcp);
    await running(server);
    server.process.stdin.end();
    expect(await server.ended).toEqual({ status: 0, signal: null });
    await gone(upstreamPids());
  });

  it('ends the drain when stdin closes in the middle of it', async () => {
    const { config, upstreamPids } = withStubbornUpstream([], { drainMs: 60_000 });
    const server = spawnServer({ config });
    await connected(server);
    void server.call('route_operation', onMcp);
    await running(server);
    server.process.kill('SIGTERM');
    await logged(server, 'shutting down');
    server.process.stdin.end();
    expect(await server.ended).toEqual({ status: 0, signal: null });
    await gone(upstreamPids());
  });

  it('ends at once on a second signal', async () => {
    const { config, upstreamPids } = withStubbornUpstream(['--ignore-stdin', '--ignore-sigterm'], { drainMs: 60_000 });
    const server = spawnServer({ config });
    await connected(server);
    void server.call('route_operation', onMcp);
    await running(server);
    server.process.kill('SIGTERM');
    await logged(server, 'shutting down');
    server.process.kill('SIGTERM');
    expect(await server.ended).toEqual({ status: 143, signal: null });
    await gone(upstreamPids());
  });

  it('ends when its client is killed', async () => {
    const { config, upstreamPids } = withStubbornUpstream(['--ignore-stdin']);
    const command = [process.execPath, mainPath, '--config', configFile(config)];
    const client = spawn(process.execPath, [fixture('client-of-server.mjs'), ...command], {
      env: cleanEnv,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [line] = await new Promise<string[]>((resolve) => {
      createInterface({ input: client.stdout }).once('line', (first) => resolve([first]));
    });
    const serverPid = Number(line);
    await until('the upstream runs', () => upstreamPids().length > 0);
    expect(isRunning(serverPid)).toBe(true);
    client.kill('SIGKILL');
    await until('the server is gone', () => !isRunning(serverPid), 8_000);
    await gone(upstreamPids());
  });
});

describe.concurrent('a server with an upstream that does not want to end', () => {
  it.each(['SIGTERM', 'stdin'])('kills one that ignores both stdin and SIGTERM: %s', async (how) => {
    const { config, upstreamPids } = withStubbornUpstream(['--ignore-stdin', '--ignore-sigterm']);
    const server = spawnServer({ config });
    await connected(server);
    if (how === 'stdin') server.process.stdin.end();
    else server.process.kill('SIGTERM');
    expect(await server.ended).toEqual({ status: 0, signal: null });
    await gone(upstreamPids());
  });

  it.each([
    { protocol: 'legacy', how: 'SIGTERM' },
    { protocol: 'legacy', how: 'stdin' },
    { protocol: 'auto', how: 'SIGTERM' },
    { protocol: 'auto', how: 'stdin' },
  ])('kills one that is still starting, $protocol: $how', async ({ protocol, how }) => {
    const stubborn = withStubbornUpstream(['--mute', '--ignore-stdin', '--ignore-sigterm']);
    const { upstreams } = stubborn.config.mcp;
    const config = { ...stubborn.config, mcp: { upstreams: upstreams.map((upstream) => ({ ...upstream, protocol })) } };
    const server = spawnServer({ config });
    await until('the upstream starts', () => stubborn.upstreamPids().length > 0);
    if (how === 'stdin') server.process.stdin.end();
    else server.process.kill('SIGTERM');
    expect(await server.ended).toEqual({ status: 0, signal: null });
    await gone(stubborn.upstreamPids());
  });
});

describe.concurrent('a server with an operation that hangs on Bedrock', () => {
  let bedrock: Awaited<ReturnType<typeof simulatedBedrock>>;
  beforeAll(async () => {
    bedrock = await simulatedBedrock();
    await bedrock.control.setRules([{ fault: { kind: 'hang_before_headers' } }]);
  });
  afterAll(() => bedrock.close());
  const start = (drainMs: number, endpoint = bedrock.url) => {
    const config = { direct: { endpoint, region: 'eu-central-1' }, drainMs };
    return spawnServer({ config, env: fakeCredentials });
  };

  it('answers it with an error after drainMs on SIGTERM', async () => {
    const server = start(300);
    const hanging = server.call('route_operation', onDirect);
    await running(server);
    server.process.kill('SIGTERM');
    expect(await hanging).toMatchObject({ status: 'failed', error: { code: 'shutting_down' } });
    expect(await server.ended).toEqual({ status: 0, signal: null });
  });

  it('lets one that is only slow finish, and answers it', async () => {
    const slow = await simulatedBedrock();
    await slow.control.setRules([{ fault: { kind: 'latency', distribution: { type: 'fixed', ms: 1_000 } } }]);
    const server = start(10_000, slow.url);
    const answer = server.call('route_operation', onDirect);
    await running(server);
    server.process.kill('SIGTERM');
    await logged(server, 'shutting down');
    expect(await answer).toMatchObject({ status: 'answered', path: 'direct' });
    expect(await server.ended).toEqual({ status: 0, signal: null });
    await slow.close();
  });

  it('ends when stdin closes', async () => {
    const server = start(60_000);
    void server.call('route_operation', onDirect);
    await running(server);
    server.process.stdin.end();
    expect(await server.ended).toEqual({ status: 0, signal: null });
  });
});

describe.concurrent('an error that nothing catches', () => {
  it('is one line of JSON on stderr; the status is 1, and no child is left', async () => {
    const { config, upstreamPids } = withStubbornUpstream(['--ignore-stdin']);
    const server = spawnServer({ config, env: { NODE_OPTIONS: `--import ${fixture('throw-on-signal.mjs')}` } });
    await connected(server);
    server.process.kill('SIGUSR2');
    expect(await server.ended).toEqual({ status: 1, signal: null });
    const lines = server.stderr().trim().split('\n');
    const errors = lines.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error');
    expect(errors).toMatchObject([{ event: 'ERROR', cause: 'nobody catches this' }]);
    await gone(upstreamPids());
  });
});
