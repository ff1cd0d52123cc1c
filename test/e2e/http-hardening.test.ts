import { execFile } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { adminToken, endHttpServers, spawnHttp, startHttp } from './harness/http-server.ts';
import { temporaryFolder } from './harness/raw-server.ts';
import { fakeCredentials, until } from './harness/server.ts';

const run = promisify(execFile);
const helpers: { close(): unknown }[] = [];
afterAll(() => {
  endHttpServers();
  for (const helper of helpers) helper.close();
});

/** A Bedrock that answers when it is told to. */
async function heldBedrock() {
  const waiting: ServerResponse[] = [];
  const server = createServer((request, response) => {
    request.resume();
    waiting.push(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  helpers.push({ close: () => server.closeAllConnections() }, server);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const usage = { inputTokens: 3, outputTokens: 1, totalTokens: 4 };
  const output = { message: { role: 'assistant', content: [{ text: 'ok' }] } };
  return {
    waiting,
    direct: { region: 'eu-central-1', endpoint: `http://127.0.0.1:${port}` },
    answer() {
      for (const response of waiting.splice(0)) {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ output, stopReason: 'end_turn', usage, metrics: { latencyMs: 1 } }));
      }
    },
  };
}

async function withRequestInFlight(drainMs = 5_000) {
  const bedrock = await heldBedrock();
  const config = { direct: bedrock.direct, drainMs, health: { idleProbeMs: 0 } };
  const server = await startHttp({ config, env: fakeCredentials });
  const inFlight = server.ask('/test/emergency-operation', { method: 'POST' });
  await until('the operation is at Bedrock', () => bedrock.waiting.length > 0);
  return { bedrock, server, inFlight };
}

describe('the end of a server', () => {
  it('waits for what is in flight, while health says that it ends and nothing else is taken', async () => {
    const { bedrock, server, inFlight } = await withRequestInFlight();
    server.process.kill('SIGTERM');
    await until('health says so', async () => (await fetch(`${server.url}/health`)).status === 503);
    expect(await (await fetch(`${server.url}/health`)).json()).toMatchObject({ status: 'shutting_down' });
    const refused = await server.ask('/test/emergency-operation', { method: 'POST' });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: { code: 'shutting_down' } });
    bedrock.answer();
    const answer = await inFlight;
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ verdict: expect.any(String) });
    expect(await server.ended).toEqual({ status: 0, signal: null });
    expect(server.stdout()).toBe('');
  });

  it('aborts what has not ended in its time, and says so', async () => {
    const { server, inFlight } = await withRequestInFlight(300);
    server.process.kill('SIGTERM');
    const answer = await inFlight;
    expect(JSON.stringify(await answer.json())).toContain('shutting_down');
    expect(await server.ended).toEqual({ status: 0, signal: null });
  });

  it('comes at once with a second signal', async () => {
    const { server, inFlight } = await withRequestInFlight();
    const lost = inFlight.catch((error: unknown) => error);
    server.process.kill('SIGTERM');
    await until('the server ends', () => server.stderr().includes('shutting down'));
    server.process.kill('SIGTERM');
    expect(await server.ended).toEqual({ status: 143, signal: null });
    expect(await lost).toBeInstanceOf(Error);
  });

  it('does not wait for connections on which nothing runs', async () => {
    const server = await startHttp();
    const { port } = new URL(server.url);
    const silent = connect(Number(port), '127.0.0.1');
    await new Promise((resolve) => silent.once('connect', resolve));
    await server.ask('/health');
    server.process.kill('SIGTERM');
    expect(await server.ended).toEqual({ status: 0, signal: null });
    silent.destroy();
  });
});

describe('open streams', () => {
  it('are ended in good order with the server', async () => {
    const server = await startHttp();
    const stream = await server.ask('/sse');
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toContain('event: endpoint');
    server.process.kill('SIGTERM');
    let end = await reader?.read();
    while (end?.done === false) end = await reader?.read();
    expect(end?.done).toBe(true);
    expect(await server.ended).toEqual({ status: 0, signal: null });
    expect(server.stderr()).not.toContain('not everything closed in time');
    expect(server.stderr()).not.toContain('"event":"ERROR"');
  });
});

describe('the start of a server', () => {
  it('tells its address, and no token', async () => {
    const server = await startHttp({ args: ['--log-level', 'error'] });
    expect(server.listening.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(server.listening.mcp).toBe(`${server.url}/mcp`);
    expect(server.listening.tokenFile).toBeUndefined();
    expect(await (await server.ask('/health/detailed')).json()).toHaveProperty('findings');
    server.process.kill('SIGTERM');
    await server.ended;
    expect(server.stderr()).not.toContain(adminToken);
  });

  it('tells where the first token is, which its owner alone may read', async () => {
    const server = await startHttp({ env: { HYBRID_ROUTING_ADMIN_TOKEN: undefined } });
    const file = server.listening.tokenFile ?? '';
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const token = readFileSync(file, 'utf8').trim();
    const answer = await server.ask('/health/detailed', { headers: { authorization: `Bearer ${token}` } });
    expect(await answer.json()).toHaveProperty('findings');
    expect((await server.ask('/admin/audit/gaps')).status).toBe(401);
    server.process.kill('SIGTERM');
    await server.ended;
    expect(server.stderr()).not.toContain(token);
  });

  it('names a port that is taken, and leaves nothing running', async () => {
    const server = await startHttp();
    const second = spawnHttp({ args: ['--port', new URL(server.url).port] });
    expect(await second.ended).toEqual({ status: 1, signal: null });
    expect(second.stderr()).toContain('is in use by another process');
    expect(second.stderr()).not.toContain('    at ');
    server.process.kill('SIGTERM');
    await server.ended;
  });

  it('warns where tokens cross the network in the clear', async () => {
    const server = await startHttp({ args: ['--host', '0.0.0.0'] });
    expect(server.stderr()).toContain('in the clear');
    server.process.kill('SIGTERM');
    await server.ended;
  });
});

describe('a server under load that is no use', () => {
  it('answers others while 12,000 connections say nothing', async ({ annotate }) => {
    const server = await startHttp({ config: { http: { rateLimit: { requestsPerMinute: 0 } } } });
    const { port } = new URL(server.url);
    const sockets: Socket[] = [];
    const wanted = 12_000;
    const open = () =>
      new Promise<void>((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () => resolve());
        socket.on('error', () => resolve()); // the file limit of this machine, or the server let go of it
        sockets.push(socket);
      });
    const latencies: number[] = [];
    const look = async () => {
      const before = performance.now();
      const { status } = await fetch(`${server.url}/health`, { headers: { connection: 'close' } });
      latencies.push(performance.now() - before);
      expect([200, 503]).toContain(status);
    };
    for (let count = 0; count < wanted; count += 500) {
      await Promise.all(Array.from({ length: 500 }, open));
      await look();
    }
    for (let count = 0; count < 20; count += 1) await look();
    const held = sockets.filter(({ destroyed }) => !destroyed).length;
    latencies.sort((a, b) => a - b);
    const [median = 0, slowest = 0] = [latencies[Math.floor(latencies.length / 2)], latencies.at(-1)];
    await annotate(
      `${wanted} opened, ${held} held; /health median ${median.toFixed(1)} ms, slowest ${slowest.toFixed(1)} ms`,
    );
    expect(held).toBeGreaterThan(1_000);
    expect(held).toBeLessThanOrEqual(10_000);
    for (const socket of sockets) socket.destroy();
    server.process.kill('SIGTERM');
    expect(await server.ended).toEqual({ status: 0, signal: null });
  });

  it('takes no more connections than it may open files, says so, and goes on', async () => {
    const server = await startHttp({ limit: 400 });
    expect(server.stderr()).toContain('the limit of open files is under http.maxConnections');
    const { port } = new URL(server.url);
    const sockets = Array.from({ length: 600 }, () => connect(Number(port), '127.0.0.1').on('error', () => {}));
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    expect([200, 503]).toContain((await server.ask('/health')).status);
    expect(sockets.filter(({ destroyed }) => !destroyed).length).toBeLessThanOrEqual(400 - 256);
    for (const socket of sockets) socket.destroy();
    server.process.kill('SIGTERM');
    expect(await server.ended).toEqual({ status: 0, signal: null });
  });

  it('refuses 100 MB from curl, and serves on', async () => {
    const server = await startHttp();
    const file = join(temporaryFolder(), 'large');
    writeFileSync(file, Buffer.alloc(100 * 1_024 * 1_024, '['));
    const headers = ['-H', `authorization: Bearer ${adminToken}`, '-H', 'content-type: application/json'];
    const post = (...more: string[]) =>
      run('curl', ['-s', '-w', '\n%{http_code} %{size_upload}', ...headers, ...more, `${server.url}/mcp`]);
    for (const more of [[], ['-H', 'expect:'], ['-H', 'transfer-encoding: chunked']]) {
      const { stdout } = await post('--data-binary', `@${file}`, ...more);
      const [body = '', status = ''] = stdout.split('\n');
      expect(status).toMatch(/^413 /);
      expect(JSON.parse(body)).toMatchObject({ error: { data: { code: 'body_too_large' } } });
    }
    expect([200, 503]).toContain((await server.ask('/health')).status);
    server.process.kill('SIGTERM');
    expect(await server.ended).toEqual({ status: 0, signal: null });
  });
});
