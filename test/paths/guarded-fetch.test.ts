import { afterEach, describe, expect, it } from 'vitest';
import { type Zone, zoneOf } from '../../src/paths/address-rules.ts';
import { createGuardedFetch, type GuardedFetch } from '../../src/paths/guarded-fetch.ts';
import { RequestRefused } from '../../src/paths/perimeter.ts';
import { type RecordedRequest, recordingHttp } from '../support-files/recording-http.ts';

type Answer = Parameters<typeof recordingHttp>[0];
type Redirect = [status: number, location: string];

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of closing.splice(0)) await each.close();
});

async function server(answer: Answer, host?: string) {
  const started = await recordingHttp(answer, host);
  closing.push(started);
  return started;
}

const plain: Answer = ({ method, body }, response) => response.end(`${method} ${body}`);
const redirecting = (to: (request: RecordedRequest) => Redirect, host?: string) =>
  server((request, response) => {
    const [status, location] = to(request);
    response.writeHead(status, { location }).end();
  }, host);

type Options = Omit<Parameters<typeof createGuardedFetch>[0], 'name' | 'trusted'>;

function guarded(url: string, options: Options = {}): GuardedFetch {
  const made = createGuardedFetch({ name: 'Upstream kb', trusted: [new URL(url)], ...options });
  closing.push(made);
  return made;
}

/** 127.0.0.2 stands for the internet, 127.0.0.3 for a private network. */
const staged = (address: string): Zone =>
  address === '127.0.0.2' ? 'public' : address === '127.0.0.3' ? 'private' : zoneOf(address);

async function refusal(asked: Promise<Response>): Promise<RequestRefused> {
  const thrown = await asked.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (thrown instanceof TypeError && thrown.cause instanceof RequestRefused) return thrown.cause;
  throw new Error('The request was expected to be refused', { cause: thrown });
}

describe('a guarded fetch', () => {
  it('asks what the operator configured, by address or by name', async () => {
    const { url } = await server(plain);
    const { port } = new URL(url);
    for (const host of ['127.0.0.1', 'localhost']) {
      const own = `http://${host}:${port}`;
      const response = await guarded(own).fetch(own, { method: 'POST', body: 'hello' });
      expect(response).toBeInstanceOf(Response);
      expect(await response.text()).toBe('POST hello');
    }
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[64:ff9b::a9fe:a9fe]/',
    'http://0xa9fea9fe/', // the same address as one number
    'http://0.0.0.0:80/',
    'http://metadata.google.internal/computeMetadata/v1/',
  ])('never asks %s, even where it is configured', async (url) => {
    expect(await refusal(guarded(url).fetch(url))).toMatchObject({
      code: 'address_refused',
      message: expect.stringMatching(/^Upstream kb: .*nothing is sent there$/),
      remedy: expect.stringContaining('upstream kb'),
    });
  });

  it('names host and address where a name resolves to a metadata service', async () => {
    const resolve = async () => [
      { address: '93.184.216.34', family: 4 },
      { address: '169.254.169.254', family: 4 },
    ];
    const { message } = await refusal(guarded('http://kb.test', { resolve }).fetch('http://kb.test/mcp'));
    expect(message).toContain('kb.test (169.254.169.254) is link-local');
  });

  it('checks the very addresses that it connects to, each time', async () => {
    const { url, requests } = await server((_, response) => response.setHeader('connection', 'close').end('ok'));
    const answers = ['127.0.0.1', '169.254.169.254'];
    const resolve = async () => [{ address: answers.shift() ?? '', family: 4 }];
    const own = `http://rebinding.test:${new URL(url).port}`;
    const { fetch } = guarded(own, { resolve });
    expect(await (await fetch(own)).text()).toBe('ok');
    expect((await refusal(fetch(own))).message).toContain('169.254.169.254');
    expect(requests).toHaveLength(1);
  });
});

describe('a redirect', () => {
  it('is followed, as fetch does it', async () => {
    const { url: end } = await server(plain);
    const { url } = await redirecting(({ url: path }) => [Number(path.slice(1)), end]);
    const { fetch } = guarded(url);
    const ask = async (status: number) =>
      (
        await fetch(`${url}/${status}`, { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } })
      ).text();
    expect(await Promise.all([301, 302, 303, 307, 308].map(ask))).toEqual(['GET ', 'GET ', 'GET ', 'POST x', 'POST x']);
  });

  it('to a metadata service is refused', async () => {
    const { url } = await redirecting(() => [302, 'http://169.254.169.254/latest/']);
    expect(await refusal(guarded(url).fetch(url))).toMatchObject({ code: 'address_refused' });
  });

  it.each([
    ['127.0.0.2', '127.0.0.1', 'the internet'],
    ['127.0.0.2', '127.0.0.3', 'the internet'],
    ['127.0.0.3', '127.0.0.1', 'a private network'],
  ])('from %s to the nearer %s is refused', async (from, to, far) => {
    const { url: near, requests } = await server(plain, to);
    const { url } = await redirecting(() => [307, near], from);
    const { message } = await refusal(guarded(url, { zoneOf: staged }).fetch(url, { method: 'POST', body: 'x' }));
    expect(message).toContain(`was named from ${far}`);
    expect(requests).toEqual([]);
  });

  it('by a name that then resolves to the nearer address is refused', async () => {
    const { url: near, requests } = await server(plain);
    const { port } = new URL(near);
    const { url } = await redirecting(() => [307, `http://inside.test:${port}`], '127.0.0.2');
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const { message } = await refusal(guarded(url, { zoneOf: staged, resolve }).fetch(url));
    expect(message).toContain('inside.test (127.0.0.1) is this machine');
    expect(requests).toEqual([]);
  });

  it('outwards is followed, and does not open the way back', async () => {
    const { url: near } = await server(plain);
    const { url: far } = await redirecting(() => [307, near], '127.0.0.2');
    const { url } = await redirecting(({ url: path }) => [307, path === '/out' ? far : near]);
    const { fetch } = guarded(url, { zoneOf: staged });
    expect(await (await fetch(`${url}/beside`)).text()).toBe('GET ');
    expect((await refusal(fetch(`${url}/out`))).message).toContain('was named from the internet');
  });

  it('in a circle ends after five', async () => {
    const circle = await redirecting(({ url }) => [302, url]);
    expect(await refusal(guarded(circle.url).fetch(circle.url))).toMatchObject({ code: 'redirect_refused' });
    expect(circle.requests).toHaveLength(6);
  });

  it('is the caller’s to follow, or an error, where he says so', async () => {
    const { url } = await redirecting(() => [302, '/elsewhere']);
    const { fetch } = guarded(url);
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(302);
    expect(await refusal(fetch(url, { redirect: 'error' }))).toMatchObject({ code: 'redirect_refused' });
  });

  it('takes keys and session to the same origin alone', async () => {
    const end = await server(plain);
    const start = await redirecting(({ url: path }) => [307, path === '/far' ? end.url : '/far']);
    const { fetch } = guarded(start.url, { headers: { 'X-Api-Key': 'secret' } });
    const headers = { authorization: 'Bearer t', cookie: 'a=b', 'mcp-session-id': 's', accept: 'text/plain' };
    await fetch(`${start.url}/near`, { method: 'POST', body: 'x', headers });
    const secrets = ({ headers: sent }: RecordedRequest) =>
      ['authorization', 'cookie', 'mcp-session-id', 'x-api-key'].filter((name) => name in sent);
    expect(start.requests.map(secrets)).toEqual([
      ['authorization', 'cookie', 'mcp-session-id', 'x-api-key'],
      ['authorization', 'cookie', 'mcp-session-id', 'x-api-key'],
    ]);
    expect(end.requests.map(secrets)).toEqual([[]]);
    expect(end.requests[0]?.headers.accept).toBe('text/plain');
    // Nor are configured headers sent where no redirect leads, such as to an authorization server.
    await fetch(end.url);
    expect(end.requests[1]?.headers).not.toHaveProperty('x-api-key');
  });

  it('does not take the form of a token request to another origin', async () => {
    const end = await server(plain);
    const { url } = await redirecting(() => [307, end.url]);
    const form = new URLSearchParams({ client_secret: 'secret' });
    expect(await refusal(guarded(url).fetch(url, { method: 'POST', body: form }))).toMatchObject({
      code: 'redirect_refused',
    });
    expect(end.requests).toEqual([]);
  });
});

describe('a service over HTTPS', () => {
  it('is never left for HTTP, by a redirect or by a document', async () => {
    const { url, requests } = await server(plain);
    const { fetch } = guarded('https://127.0.0.1:1');
    expect((await refusal(fetch(url))).message).toContain('is not encrypted');
    expect(requests).toEqual([]);
  });
});

it('ends its connections when it closes', async () => {
  const { url } = await server(plain);
  const made = guarded(url);
  await (await made.fetch(url)).text();
  await made.close();
  await expect(made.fetch(url)).rejects.toThrow(TypeError);
});
