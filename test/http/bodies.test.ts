import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { closeHttpApps, errorOf, parsedAnswer, rpcErrorOf, servedApp, tokenOf } from '../support-files/http-app.ts';

afterEach(closeHttpApps);

const problemOf = async (answer: Response) => {
  const error = rpcErrorOf(await answer.text());
  return { status: answer.status, rpc: error.code, code: error.data.code };
};
const megabyte = 1_024 * 1_024;

describe('a body for MCP', () => {
  it('is parsed, and reaches it with who calls', async () => {
    const served = await servedApp();
    const answer = await served.post('/mcp', '{"jsonrpc":"2.0","method":"ping","id":1}');
    expect(await answer.json()).toEqual({
      clientId: 'token:ci',
      parsedBody: { jsonrpc: '2.0', method: 'ping', id: 1 },
    });
  });

  it.each(['', '{', 'hello', '{"a":1}}', '\u0000', 'NaN'])('that is not JSON is refused: %j', async (body) => {
    const served = await servedApp();
    expect(await problemOf(await served.post('/mcp', body))).toEqual({ status: 400, rpc: -32_700, code: 'not_json' });
  });

  it('is not quoted where it is not JSON', async () => {
    const served = await servedApp();
    const answer = await served.post('/mcp', '{"prompt": "my secret is hunter2", }');
    expect(await answer.text()).not.toContain('hunter2');
    expect(served.app.log.text()).not.toContain('hunter2');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonp'])(
    'of another type is refused: %s',
    async (type) => {
      const served = await servedApp();
      const answer = await served.post('/mcp', '{}', { 'content-type': type });
      expect(await problemOf(answer)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    },
  );

  it('that is encoded is refused', async () => {
    const served = await servedApp();
    const answer = await served.post('/mcp', '{}', { 'content-encoding': 'gzip' });
    expect(await problemOf(answer)).toMatchObject({ status: 415, code: 'unsupported_media_type' });
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON'])('may be %s', async (type) => {
    const served = await servedApp();
    expect((await served.post('/mcp', '{}', { 'content-type': type })).status).toBe(200);
  });

  it('nested deeper than 64 levels is refused, however deep', async () => {
    const served = await servedApp();
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect((await served.post('/mcp', nested(64))).status).toBe(200);
    for (const depth of [65, 2_000_000]) {
      const refused = await problemOf(await served.post('/mcp', nested(depth)));
      expect(refused).toEqual({ status: 400, rpc: -32_600, code: 'json_too_deep' });
    }
    expect((await served.get('/health')).status).toBe(200);
  });

  it('is refused over the limit, by the length that it says it has, before it is sent', async () => {
    const served = await servedApp({ 'http.bodyBytes': 2_048 });
    const answer = await served.raw(
      `POST /mcp HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${tokenOf('ci', 'viewer')}\r\n` +
        'content-type: application/json\r\ncontent-length: 104857600\r\n\r\n{',
    );
    expect(answer.status).toBe(413);
    expect(answer.headers.connection).toBe('close');
    expect(JSON.parse(answer.body).error.data.code).toBe('body_too_large');
  });

  it('of 100 MB in chunks is refused without being read to its end', async () => {
    const served = await servedApp();
    const { status, sent, code } = await sendChunks(served.port, 100);
    expect(status).toBe(413);
    expect(code).toBe('body_too_large');
    expect(sent).toBeLessThan(100 * megabyte);
    expect((await served.get('/health')).status).toBe(200);
  });

  it('is asked for only where it fits: Expect: 100-continue', async () => {
    const served = await servedApp({ 'http.bodyBytes': 2_048 });
    const ask = (length: number) => {
      const { socket, text, ended } = served.open();
      const lines = ['POST /mcp HTTP/1.1', 'host: localhost', `authorization: Bearer ${tokenOf('ci', 'viewer')}`];
      const more = ['content-type: application/json', `content-length: ${length}`, 'expect: 100-continue', '', ''];
      socket.write([...lines, ...more].join('\r\n'));
      return { socket, text, ended };
    };
    const long = ask(1_000_000);
    await long.ended;
    expect(parsedAnswer(long.text()).status).toBe(413);
    const short = ask(2);
    await expect.poll(short.text).toContain('100 Continue');
    short.socket.write('{}');
    await expect.poll(short.text).toContain('200 OK');
  });

  it('is refused where the request says its length twice', async () => {
    const served = await servedApp();
    const twice = 'content-length: 2\r\ncontent-length: 3\r\n';
    const both = 'content-length: 2\r\ntransfer-encoding: chunked\r\n';
    for (const lines of [twice, both]) {
      const answer = await served.raw(`POST /mcp HTTP/1.1\r\nhost: localhost\r\n${lines}\r\n{}`);
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.body).error.code).toBe('not_http');
    }
  });

  it('that is half sent is answered with 408 in time, and nobody else waits for it', async () => {
    const served = await servedApp({ 'http.requestTimeoutMs': 1_000, 'http.headersTimeoutMs': 500 });
    const { socket, text, ended } = served.open();
    socket.write(
      `POST /mcp HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${tokenOf('ci', 'viewer')}\r\n` +
        'content-type: application/json\r\ncontent-length: 100\r\n\r\n{"half":',
    );
    expect((await served.get('/health')).status).toBe(200);
    await ended;
    expect(parsedAnswer(text()).status).toBe(408);
    expect(JSON.parse(parsedAnswer(text()).body).error.code).toBe('request_timeout');
    expect(served.app.log.lines().filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('that ends when the client goes is nobody’s fault', async () => {
    const served = await servedApp();
    const { socket } = served.open();
    socket.write(
      `POST /mcp HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${tokenOf('ci', 'viewer')}\r\n` +
        'content-type: application/json\r\ncontent-length: 100\r\n\r\n{"half":',
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    await expect.poll(() => served.listening.connections()).toBe(0);
    expect((await served.get('/health')).status).toBe(200);
    expect(served.app.log.lines().filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('a body for the old transport', () => {
  it('is parsed, and reaches it with who calls', async () => {
    const served = await servedApp();
    const answer = await served.post('/messages', '{"jsonrpc":"2.0","method":"ping","id":1}');
    const parsedBody = { jsonrpc: '2.0', method: 'ping', id: 1 };
    expect(await answer.json()).toEqual({ clientId: 'token:ci', parsedBody });
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is refused as everywhere', async () => {
    const served = await servedApp({ 'http.bodyBytes': 2_048 });
    const refused = async (body: string, type = 'application/json') => {
      const answer = await served.post('/messages', body, { 'content-type': type });
      return [answer.status, errorOf(await answer.text()).code];
    };
    expect(await refused('{')).toEqual([400, 'not_json']);
    expect(await refused('['.repeat(1_000))).toEqual([400, 'json_too_deep']);
    expect(await refused(' '.repeat(4_096))).toEqual([413, 'body_too_large']);
    expect(await refused('{}', 'text/plain')).toEqual([415, 'unsupported_media_type']);
  });

  it('has a stream with the headers of every answer', async () => {
    const served = await servedApp();
    const answer = await served.get('/sse', { authorization: `Bearer ${tokenOf('ci', 'viewer')}` });
    expect(answer.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  });
});

/** Sends a body in chunks of a megabyte, without saying its length, until it is answered. */
function sendChunks(port: number, megabytes: number) {
  return new Promise<{ status: number; sent: number; code: string }>((resolve, reject) => {
    let sent = 0;
    let body = '';
    let status = 0;
    const done = () => resolve({ status, sent, code: rpcErrorOf(body).data.code });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${tokenOf('ci', 'viewer')}` };
    const outgoing = request({ port, host: '127.0.0.1', method: 'POST', path: '/mcp', headers }, (incoming) => {
      status = incoming.statusCode ?? 0;
      incoming.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8');
      });
      incoming.on('end', done);
    });
    outgoing.on('error', (error) => (status === 0 ? reject(error) : undefined));
    const chunk = Buffer.alloc(megabyte, ' ');
    const write = () => {
      if (status !== 0 || outgoing.destroyed) return;
      if (sent >= megabytes * megabyte) return void outgoing.end();
      sent += megabyte;
      outgoing.write(chunk, () => setImmediate(write));
    };
    write();
  });
}
