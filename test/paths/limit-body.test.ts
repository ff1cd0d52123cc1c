import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { BodyTooLong, limitBody } from '../../src/paths/limit-body.ts';
import { recordingHttp } from '../support-files/recording-http.ts';

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of closing.splice(0)) await each.close();
});

/** A server that sends a piece again and again, and how many it got rid of before its client hung up. */
async function endless(piece: string, type: string) {
  const seen = { pieces: 0, hungUp: false };
  const send = (response: ServerResponse) => {
    while (!response.destroyed && response.write(piece)) seen.pieces += 1;
  };
  const server = await recordingHttp((_, response) => {
    response.writeHead(200, { 'content-type': type });
    response.on('drain', () => send(response));
    response.on('close', () => {
      seen.hungUp = true;
    });
    send(response);
  });
  closing.push(server);
  return { url: server.url, seen };
}

const limited = limitBody(fetch, 100_000);

describe('a limited body', () => {
  it.each([
    ['JSON', 'x'.repeat(10_000), 'application/json'],
    ['an event that does not end', 'data: x\n'.repeat(1_000), 'text/event-stream'],
  ])('ends %s, and the connection', async (_, piece, type) => {
    const { url, seen } = await endless(piece, type);
    const response = await limited(url);
    await expect(response.text()).rejects.toThrow(BodyTooLong);
    await expect.poll(() => seen.hungUp, { timeout: 10_000 }).toBe(true);
  });

  it('lets a stream of short events go on', async () => {
    const { url } = await endless(`data: ${'x'.repeat(10_000)}\n\n`, 'text/event-stream');
    const reader = (await limited(url)).body?.getReader();
    let bytes = 0;
    while (bytes < 2_000_000) bytes += (await reader?.read())?.value?.length ?? Number.NaN;
    await reader?.cancel();
    expect(bytes).toBeGreaterThanOrEqual(2_000_000);
  });

  it('lets a body of just the limit through, with a length or without', async () => {
    const server = await recordingHttp(({ url }, response) => {
      if (url === '/told') response.setHeader('content-length', 100_000);
      else response.write('');
      response.end('x'.repeat(100_000));
    });
    closing.push(server);
    for (const path of ['/told', '/untold']) {
      expect(await (await limited(server.url + path)).text()).toHaveLength(100_000);
    }
  });
});
