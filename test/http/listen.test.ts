import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/errors.ts';
import { closeHttpApps, parsedAnswer, servedApp } from '../support-files/http-app.ts';
import { thrownBy } from '../support-files/thrown.ts';

const run = promisify(execFile);
afterEach(closeHttpApps);

const folder = mkdtempSync(join(tmpdir(), 'hybrid-tls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what is no request that the app could see', () => {
  it('has headers that are too long: 431', async () => {
    const served = await servedApp({ 'http.headerBytes': 2_048 });
    const answer = await served.raw(`GET /health HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(4_000)}\r\n\r\n`);
    expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([431, 'headers_too_large']);
    expect(answer.headers).toMatchObject({ connection: 'close', 'x-content-type-options': 'nosniff' });
  });

  it.each([
    'hello\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'GET / HTTP/9.9\r\n\r\n',
    'GET / HTTP/1.1\r\nbad header\r\n\r\n',
  ])('is not HTTP: %j', async (text) => {
    const served = await servedApp();
    const answer = await served.raw(text);
    expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([400, 'not_http']);
  });

  it('comes too slowly: 408, while others are served', async () => {
    const served = await servedApp({ 'http.headersTimeoutMs': 800 });
    const slow = served.open();
    slow.socket.write('GET /health HTTP/1.1\r\nhost: localhost\r\n');
    const drip = setInterval(() => slow.socket.write('x: y\r\n'), 50);
    slow.socket.on('close', () => clearInterval(drip));
    const silent = served.open();
    expect((await served.get('/health')).status).toBe(200);
    await Promise.all([slow.ended, silent.ended]);
    expect(parsedAnswer(slow.text()).status).toBe(408);
    expect(JSON.parse(parsedAnswer(slow.text()).body).error.code).toBe('request_timeout');
  });

  it('comes after an answer on the same connection', async () => {
    const served = await servedApp();
    const { socket, text, ended } = served.open();
    socket.write('GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await expect.poll(text).toContain('healthy');
    socket.write('nonsense\r\n\r\n');
    await ended;
    expect(text()).toContain('400 Bad Request');
  });
});

describe('connections', () => {
  it('over the limit close the one that has been idle longest, never one at work', async () => {
    let answer = () => {};
    const waiting = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const handle = async () => {
      await waiting;
      return Response.json({ done: true });
    };
    const served = await servedApp({ 'http.maxConnections': 4 }, { handle });
    const busy = served.post('/mcp', '{}');
    await expect.poll(() => served.listening.connections()).toBe(1);
    const idle: ReturnType<typeof served.open>[] = [];
    for (let count = 0; count < 20; count += 1) {
      idle.push(served.open());
      await new Promise((resolve) => idle.at(-1)?.socket.once('connect', resolve));
    }
    expect((await served.get('/health')).status).toBe(200);
    expect(served.listening.connections()).toBeLessThanOrEqual(4);
    await idle[0]?.ended;
    answer();
    expect((await busy).status).toBe(200);
    expect(idle.at(-1)?.socket.destroyed).toBe(false);
  });

  it('that are all at work refuse a new one', async () => {
    let answer = () => {};
    const waiting = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const handle = async () => {
      await waiting;
      return Response.json({ done: true });
    };
    const served = await servedApp({ 'http.maxConnections': 2 }, { handle });
    const running = [served.post('/mcp', '{}'), served.post('/mcp', '{}')];
    await expect.poll(() => served.listening.connections()).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 100)); // until their requests are there
    const late = served.open();
    await late.ended;
    answer();
    for (const each of running) expect((await each).status).toBe(200);
  });

  it('are not kept where keepAliveMs is 0', async () => {
    const served = await servedApp({ 'http.keepAliveMs': 0 });
    const answer = await served.raw('GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n');
    expect(answer.headers.connection).toBe('close');
  });

  it('are let go when the server closes, after the answers of those at work', async () => {
    let answer = () => {};
    const waiting = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const handle = async () => {
      await waiting;
      return Response.json({ done: true });
    };
    const served = await servedApp({}, { handle });
    const idle = served.open();
    const running = served.post('/mcp', '{}');
    await expect.poll(() => served.listening.connections()).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 100)); // until the request is there
    const closed = served.listening.close();
    await idle.ended;
    answer();
    expect(await (await running).json()).toEqual({ done: true });
    await closed;
  });
});

describe('a place to listen on', () => {
  it('that is taken is named', async () => {
    const { port } = await servedApp();
    const error = await thrownBy(ConfigError, () => servedApp({ 'http.port': port }));
    expect(error).toMatchObject({ message: `http.port ${port} on 127.0.0.1 is in use by another process` });
  });

  it('that is not this machine’s is named', async () => {
    const error = await thrownBy(ConfigError, () => servedApp({ 'http.host': '192.0.2.1' }));
    expect(error).toMatchObject({ code: 'config_invalid', message: expect.stringContaining('http.host 192.0.2.1') });
  });

  it('may be IPv6', async () => {
    const served = await servedApp({ 'http.host': '::1' });
    expect(served.url).toBe(`http://[::1]:${served.port}`);
    expect((await fetch(`${served.url}/health`)).status).toBe(200);
  });
});

describe('TLS by file', () => {
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', keyFile, '-out', certFile];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  beforeAll(() => run('openssl', ['req', '-x509', ...kind, ...subject, ...files]));
  const tls = { 'http.tls': { certFile, keyFile } };

  it('serves HTTPS', async () => {
    const served = await servedApp(tls);
    expect(served.url).toBe(`https://127.0.0.1:${served.port}`);
    const status = await new Promise((resolve, reject) => {
      const outgoing = request(`${served.url}/health`, { ca: readFileSync(certFile) }, (incoming) => {
        incoming.resume();
        resolve([incoming.statusCode, incoming.headers['strict-transport-security']]);
      });
      outgoing.on('error', reject).end();
    });
    expect(status).toEqual([200, 'max-age=15552000']);
  });

  it('is not spoken by old clients, nor in the clear', async () => {
    const served = await servedApp(tls);
    const old = connectTls({
      port: served.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL:@SECLEVEL=0',
    });
    const code = await new Promise((resolve) => old.on('error', (error: NodeJS.ErrnoException) => resolve(error.code)));
    expect(code).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    const { socket, ended } = served.open();
    socket.write('GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await ended;
  });

  it('bounds its connections too', async () => {
    const served = await servedApp({ ...tls, 'http.maxConnections': 2 });
    for (let count = 0; count < 6; count += 1) {
      const { socket } = served.open();
      await new Promise((resolve) => socket.once('connect', resolve));
    }
    const client = connectTls({ port: served.port, host: '127.0.0.1', rejectUnauthorized: false });
    client.on('error', () => {});
    await new Promise((resolve) => client.once('secureConnect', resolve));
    let text = '';
    client.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    client.write('GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await expect.poll(() => text).toContain('200 OK');
    expect(served.listening.connections()).toBe(2);
    client.destroy();
  });

  it('names the file that cannot be read, or is none', async () => {
    const missing = await thrownBy(ConfigError, () =>
      servedApp({ 'http.tls': { certFile: '/nonexistent/cert.pem', keyFile } }),
    );
    expect(missing).toMatchObject({ message: expect.stringContaining('http.tls.certFile /nonexistent/cert.pem') });
    const text = join(folder, 'text.pem');
    writeFileSync(text, 'hello');
    const wrong = await thrownBy(ConfigError, () => servedApp({ 'http.tls': { certFile: text, keyFile } }));
    expect(wrong).toMatchObject({ code: 'config_invalid', message: expect.stringContaining('http.tls.certFile') });
  });
});
