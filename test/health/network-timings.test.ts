import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { networkTimings } from '../../src/health/network-timings.ts';

const options = { timeoutMs: 3_000, now: () => performance.now() };
const servers: Server[] = [];

/** A loopback port; what connects to it meets `greet`. */
async function listening(host: string, greet: 'silence' | 'plain text' = 'silence'): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).resume();
    if (greet === 'plain text') socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

describe('network timings', () => {
  it('of an address have no look-up, and of plain HTTP no TLS', async () => {
    const port = await listening('127.0.0.1');
    const timings = await networkTimings(`http://127.0.0.1:${port}/mcp?token=secret`, options);
    expect(timings).toEqual({
      endpoint: `127.0.0.1:${port}`,
      dnsMs: null,
      tcpMs: expect.any(Number),
      tlsMs: null,
      error: null,
    });
  });

  it('of a name have a look-up', async () => {
    const port = await listening('localhost');
    const timings = await networkTimings(`http://localhost:${port}`, options);
    expect(timings).toMatchObject({ dnsMs: expect.any(Number), tcpMs: expect.any(Number), error: null });
  });

  it('tell the step that failed: TCP', async () => {
    const port = await listening('127.0.0.1');
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const timings = await networkTimings(`https://127.0.0.1:${port}`, options);
    expect(timings).toMatchObject({
      dnsMs: null,
      tcpMs: null,
      tlsMs: null,
      error: expect.stringMatching(/^TCP: .*ECONNREFUSED/),
    });
  });

  it('tell the step that failed: TLS', async () => {
    const port = await listening('127.0.0.1', 'plain text');
    const timings = await networkTimings(`https://127.0.0.1:${port}`, options);
    expect(timings).toMatchObject({ tcpMs: expect.any(Number), tlsMs: null, error: expect.stringMatching(/^TLS: /) });
  });

  it('tell the step that failed: DNS', async () => {
    const timings = await networkTimings('https://nowhere.invalid', options);
    expect(timings).toMatchObject({
      endpoint: 'nowhere.invalid:443',
      dnsMs: null,
      tcpMs: null,
      error: expect.stringMatching(/^DNS: /),
    });
  });

  it('are bounded where a service accepts and says nothing', async () => {
    const port = await listening('127.0.0.1');
    const timings = await networkTimings(`https://127.0.0.1:${port}`, { ...options, timeoutMs: 50 });
    expect(timings).toMatchObject({ tcpMs: expect.any(Number), tlsMs: null, error: 'TLS: nothing within 50 ms' });
  });

  it('leave no connection behind', async () => {
    const port = await listening('127.0.0.1');
    await networkTimings(`http://127.0.0.1:${port}`, options);
    const open = () => new Promise<number>((resolve) => servers[0]?.getConnections((_, count) => resolve(count)));
    await expect.poll(open).toBe(0);
  });
});
