import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { DirectBedrockClient } from '../../src/paths/direct-bedrock-client.ts';
import { MCPRouter } from '../../src/paths/mcp-router.ts';
import { failureOf, tried } from '../support-files/attempts.ts';
import { patientBreaker } from '../support-files/breakers.ts';
import { configWith } from '../support-files/config.ts';
import { pathRequest } from '../support-files/requests.ts';
import { serveAws } from '../support-files/simulated-aws.ts';
import { simulatedUpstream } from '../support-files/simulators.ts';

const fixture = fileURLToPath(new URL('../fixtures/stdio-upstream.mjs', import.meta.url));
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((path) => path.close()));
});

function router(upstream: object) {
  const changes: string[] = [];
  const { mcp } = configWith({ 'mcp.upstreams': [upstream] });
  const path = new MCPRouter({
    config: mcp,
    breaker: patientBreaker,
    onStateChange: (_, state, cause) => changes.push(cause === null ? state : `${state}: ${cause}`),
  });
  open.push(path);
  return { path, changes };
}

describe('an upstream over stdio', { timeout: 60_000 }, () => {
  const child = { name: 'child', command: process.execPath, args: [fixture], tool: 'ask' };
  const pidOf = async (path: MCPRouter) =>
    Number((await tried(path, { request: pathRequest({ prompt: 'pid' }) })).answer?.text);

  it('has a new process, and the old one has ended', async () => {
    const { path, changes } = router(child);
    const before = await pidOf(path);
    expect(before).toBeGreaterThan(0);
    await path.restart();
    expect(() => process.kill(before, 0)).toThrow('ESRCH');
    const after = await pidOf(path);
    expect(after).toBeGreaterThan(0);
    expect(after).not.toBe(before);
    expect(changes).toEqual(['connected', 'connecting: restarted by an operator', 'connected']);
  });

  it('cuts off what the old process was asked, as a fault of the network, and takes what comes meanwhile', async () => {
    const { path } = router(child);
    await pidOf(path);
    const cut = failureOf(path, { request: pathRequest({ prompt: 'hang' }) });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const restarted = path.restart();
    const [meanwhile, { errorClass }] = await Promise.all([tried(path), cut, restarted]);
    expect(meanwhile.answer?.text).toBe('echo: Summarise the incident');
    expect(errorClass).toBe('network');
  });

  it('is tried at once where the next try would have to wait', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hybrid-restart-'));
    const { path, changes } = router({ ...child, args: [join(folder, 'upstream.mjs')] });
    await path.warmUp();
    // The wait for the third try is a second or two.
    await expect.poll(() => changes.length, { timeout: 30_000 }).toBeGreaterThan(1);
    writeFileSync(join(folder, 'upstream.mjs'), `await import(${JSON.stringify(fixture)});`);
    const tries = changes.length;
    await path.restart();
    expect(changes.slice(tries)).toEqual(['connecting: restarted by an operator', 'connected']);
    rmSync(folder, { recursive: true });
  });

  it('is not started where nobody has used it', async () => {
    const { path, changes } = router(child);
    await path.restart();
    expect(changes).toEqual([]);
    expect(path.state().details).toMatchObject({ upstreams: { child: 'idle' } });
  });

  it('goes on as one connection after restarts that come at the same time, and ends with the router', async () => {
    const { path, changes } = router(child);
    await pidOf(path);
    await Promise.all([path.restart(), path.restart(), path.restart()]);
    expect(changes.filter((change) => change === 'connected')).toHaveLength(2);
    const pid = await pidOf(path);
    await Promise.all([path.restart(), path.close()]);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(path.state().details).toMatchObject({ upstreams: { child: 'closed' } });
  });
});

describe('an upstream over HTTP', { timeout: 60_000 }, () => {
  it('has a new session, while calls in flight end on the old one', async () => {
    const upstream = await simulatedUpstream();
    const sessions: string[] = [];
    const proxy = createServer((incoming, response) => {
      sessions.push(String(incoming.headers['mcp-session-id'] ?? 'none'));
      forward(upstream.url, incoming, response);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy has no port');
    const url = `http://127.0.0.1:${address.port}/mcp`;
    const { path } = router({
      name: 'sim',
      url,
      tool: 'answer_operation',
      result: 'structuredContent.answer',
      protocol: 'legacy',
    });
    await tried(path);
    const before = sessions.at(-1);
    const latency = { kind: 'latency', distribution: { type: 'fixed', ms: 1_500 } } as const;
    await upstream.control.setRules([{ match: { api: 'tools/call' }, fault: latency, times: 1 }]);
    const inFlight = tried(path);
    await expect.poll(async () => (await upstream.control.state()).counters.open).toBe(1);
    await path.restart();
    sessions.length = 0;
    expect((await tried(path)).error).toBeNull();
    expect(sessions.at(-1)).toMatch(/^[0-9a-f-]{36}$/);
    expect(sessions).not.toContain(before);
    expect((await inFlight).error).toBeNull();
    await path.close();
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
    await upstream.close();
  });
});

function forward(target: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, headers } = incoming;
  const outgoing = request(target, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

describe('Bedrock', { timeout: 60_000 }, () => {
  const answer = JSON.stringify({
    output: { message: { role: 'assistant', content: [{ text: 'well' }] } },
    stopReason: 'end_turn',
    usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    metrics: { latencyMs: 1 },
  });
  const folder = mkdtempSync(join(tmpdir(), 'hybrid-credentials-'));
  const file = join(folder, 'credentials');
  const profile = (key: string) =>
    writeFileSync(file, `[default]\naws_access_key_id = ${key}\naws_secret_access_key = secret\n`);

  beforeAll(() => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE']) {
      vi.stubEnv(name, undefined);
    }
    vi.stubEnv('AWS_BEARER_TOKEN_BEDROCK', undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  async function bedrock() {
    const keys: string[] = [];
    const held: (() => void)[] = [];
    let holding = false;
    const server = await serveAws((incoming, _, response) => {
      keys.push(/Credential=(\w+)\//.exec(incoming.headers.authorization ?? '')?.[1] ?? 'none');
      const send = () => response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
      if (holding) held.push(send);
      else send();
    });
    const { direct } = configWith({ 'direct.endpoint': server.url, 'direct.region': 'eu-central-1' });
    const now = () => performance.now();
    const path = new DirectBedrockClient({ config: direct, simulate: false, env: {}, now, breaker: patientBreaker });
    open.push(path, server);
    const hold = (on: boolean) => {
      holding = on;
    };
    return { path, server, keys, held, hold };
  }

  it('is called on new sockets, with credentials read again', async () => {
    profile('AKIDBEFORE');
    const { path, server, keys } = await bedrock();
    for (const _ of [1, 2]) expect((await tried(path)).error).toBeNull();
    expect(server.connections()).toBe(1);
    profile('AKIDAFTER');
    await path.restart();
    for (const _ of [1, 2]) expect((await tried(path)).error).toBeNull();
    expect(server.connections()).toBe(2);
    expect(keys).toEqual(['AKIDBEFORE', 'AKIDBEFORE', 'AKIDAFTER', 'AKIDAFTER']);
  });

  it('finishes calls in flight on the old socket, and then closes it', async () => {
    profile('AKIDBEFORE');
    const { path, server, held, hold } = await bedrock();
    hold(true);
    const inFlight = tried(path, { shareMs: 30_000 });
    await expect.poll(() => held.length, { timeout: 10_000 }).toBe(1);
    hold(false);
    await path.restart();
    expect((await tried(path)).error).toBeNull();
    expect([server.connections(), server.open()]).toEqual([2, 2]);
    held[0]?.();
    expect((await inFlight).answer?.text).toBe('well');
    await expect.poll(() => server.open()).toBe(1);
  });

  it('is not opened where nobody has called it', async () => {
    const { path, server } = await bedrock();
    await path.restart();
    expect(path.state().details).toMatchObject({ endpoint: server.url });
    expect(server.connections()).toBe(0);
  });
});
