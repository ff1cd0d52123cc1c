import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { closeHttpApps, servedApp } from '../support-files/http-app.ts';

afterEach(closeHttpApps);

describe('the Host header', () => {
  it.each([
    ['127.0.0.1:PORT', 200],
    ['127.0.0.1', 200],
    ['localhost:PORT', 200],
    ['LOCALHOST:1', 200],
    ['[::1]:PORT', 200],
    ['[::1]', 200],
    ['router.example', 200],
    ['Router.Example:443', 200],
    ['public.example', 200],
    ['evil.example', 403],
    ['evil.example:PORT', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.', 403],
    ['localhost@evil.example', 400],
    ['evil.example@localhost', 400],
    ['[::2]:PORT', 403],
    ['10.0.0.1', 403],
    ['localhost/evil', 400],
    ['localhost:99999999', 400],
    ['', 400],
  ])('%s is answered with %i', async (host, status) => {
    const served = await servedApp({
      'http.allowedHosts': ['router.example'],
      'http.publicUrl': 'https://public.example/router',
    });
    const answer = await served.get('/health', { host: host.replace('PORT', String(served.port)) });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toHaveProperty(status === 200 ? 'status' : 'error.code');
  });

  it('must be there', async () => {
    const served = await servedApp();
    const answer = await served.raw('GET /health HTTP/1.1\r\nconnection: close\r\n\r\n');
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body).error.code).toBe('invalid_request');
  });

  it('counts in an absolute request target too', async () => {
    const served = await servedApp();
    const ask = (target: string, host = 'localhost') =>
      served.raw(`GET ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`).then(({ status }) => status);
    expect(await ask('http://evil.example/health')).toBe(403);
    expect(await ask(`http://localhost:${served.port}/health`)).toBe(200);
    expect(await ask(`http://localhost:${served.port}/health`, 'evil.example@localhost')).toBe(403);
  });

  it('may be the very address that the connection came in on', async () => {
    const own = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
    if (own === undefined) return; // this machine has no address but loopback
    const served = await servedApp({ 'http.host': '0.0.0.0' });
    const status = await fetch(`http://${own}:${served.port}/health`).then((answer) => answer.status);
    expect(status).toBe(200);
    expect((await served.get('/health', { host: own })).status).toBe(403);
    // A page can ask 0.0.0.0 for what is on this machine.
    expect((await served.get('/health', { host: `0.0.0.0:${served.port}` })).status).toBe(403);
  });
});

describe('the Origin header', () => {
  it.each([
    ['http://localhost:3000', 200],
    ['http://127.0.0.1', 200],
    ['http://[::1]:8080', 200],
    ['https://public.example', 200],
    ['https://dashboard.example', 200],
    ['moz-extension://0123', 200],
    ['', 200],
    ['null', 403],
    ['https://evil.example', 403],
    ['https://public.example.evil.example', 403],
    ['file://', 403],
    ['chrome-extension://0123', 403],
    ['not an origin', 403],
  ])('%s is answered with %i', async (origin, status) => {
    const served = await servedApp({
      'http.allowedOrigins': ['https://dashboard.example', 'moz-extension://*'],
      'http.publicUrl': 'https://public.example',
    });
    const answer = await served.get('/health', { origin });
    expect(answer.status).toBe(status);
    if (status === 403) expect(JSON.parse(answer.body).error.code).toBe('origin_refused');
  });

  it('need not be there: only browsers send it', async () => {
    const served = await servedApp();
    expect((await served.get('/health')).status).toBe(200);
  });

  it('is told in the log, once a minute, without the address', async () => {
    const served = await servedApp();
    for (let count = 0; count < 3; count += 1) await served.get('/health', { origin: 'https://evil.example' });
    const lines = served.app.log.lines().filter(({ event }) => event === 'SECURITY');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ code: 'origin_refused', network: '127.0.0.0/24' });
    expect(served.app.log.text()).not.toContain('evil.example');
  });
});

describe('a page of an allowed origin', () => {
  const origin = 'https://console.example';
  it('may ask before it calls, and read what it is answered', async () => {
    const served = await servedApp({ 'http.allowedOrigins': ['console.example'] });
    const preflight = await fetch(`${served.url}/mcp`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    const answer = await fetch(`${served.url}/health`, { headers: { origin } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    const foreign = await fetch(`${served.url}/health`, { headers: { origin: 'https://evil.example' } });
    expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });
});
