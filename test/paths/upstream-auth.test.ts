import { afterEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/schema.ts';
import { personAtBrowser } from '../../src/paths/login-listener.ts';
import { MCPRouter } from '../../src/paths/mcp-router.ts';
import { toolsOfThisProcess } from '../../src/paths/tool-watch.ts';
import { UpstreamConnection } from '../../src/paths/upstream-connection.ts';
import { type LoginStore, loginOfThisProcess, type Person } from '../../src/paths/upstream-login.ts';
import { failureOf, tried } from '../support-files/attempts.ts';
import { patientBreaker } from '../support-files/breakers.ts';
import { configWith } from '../support-files/config.ts';
import { oauthUpstream } from '../support-files/oauth-upstream.ts';

const closing: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of closing.splice(0).reverse()) await each.close();
});

async function started() {
  const upstream = await oauthUpstream();
  closing.push(upstream);
  return upstream;
}

function mcpConfig(url: string, oauth: object): Config['mcp'] {
  return configWith({ 'mcp.upstreams': [{ name: 'kb', url, tool: 'ask', oauth }] }).mcp;
}

function router(url: string, oauth: object, login: LoginStore = loginOfThisProcess()): MCPRouter {
  const path = new MCPRouter({
    config: mcpConfig(url, oauth),
    breaker: patientBreaker,
    onStateChange: () => {},
    loginOf: () => login,
  });
  closing.push(path);
  return path;
}

/** Follows the redirect as a browser would. */
const browser = (authorizationUrl: URL) => fetch(authorizationUrl);
const agreeing: Person = async (authorizationUrl) => {
  const response = await fetch(authorizationUrl, { redirect: 'manual' });
  return new URL(response.headers.get('location') ?? '').searchParams;
};

async function signIn(url: string, oauth: object, login: LoginStore, person: Person): Promise<void> {
  const [upstream] = mcpConfig(url, oauth).upstreams;
  if (!upstream) throw new Error('no upstream');
  const connection = new UpstreamConnection({
    upstream,
    connectTimeoutMs: 20_000,
    maxAnswerBytes: 100_000,
    onStateChange: () => {},
    knownTools: toolsOfThisProcess(),
    onToolChange: () => {},
    login,
    person,
  });
  try {
    await connection.client();
    await connection.signIn();
  } finally {
    await connection.close();
  }
}

const machine = (issuer: string) => ({
  grant: 'client_credentials',
  clientId: 'router',
  clientSecret: 'secret',
  issuer,
});
const personal = { grant: 'authorization_code' };

describe('a server that signs in by itself', () => {
  it('gets a token of its own, and another one when that has ended', async () => {
    const upstream = await started();
    const path = router(upstream.url, machine(upstream.origin));
    expect((await tried(path)).answer?.text).toBe('All is well');
    upstream.expire();
    expect((await tried(path)).answer?.text).toBe('All is well');
    expect(upstream.grants.map(({ form }) => form.get('grant_type'))).toEqual(Array(2).fill('client_credentials'));
    expect(upstream.grants[0]?.authorization).toBe(`Basic ${btoa('router:secret')}`);
    expect(upstream.grants[0]?.form.get('resource')).toBe(upstream.url);
  });

  it('renews once for calls that fail together', async () => {
    const upstream = await started();
    const path = router(upstream.url, machine(upstream.origin));
    await tried(path);
    upstream.expire();
    const answers = await Promise.all(Array.from({ length: 8 }, () => tried(path)));
    expect(answers.map(({ answer }) => answer?.text)).toEqual(Array(8).fill('All is well'));
    expect(upstream.grants).toHaveLength(2);
  });

  it('keeps its secret from an authorization server that is not its own', async () => {
    const upstream = await started();
    const path = router(upstream.url, machine('https://login.example.com'));
    expect(await failureOf(path)).toMatchObject({ errorClass: 'configuration', kind: 'authorization_failed' });
    expect(upstream.grants).toEqual([]);
  });
});

describe('an upstream that a person signs in to', () => {
  it('says so, with the command, and asks for nothing before', async () => {
    const upstream = await started();
    const path = router(upstream.url, personal);
    expect(await failureOf(path)).toMatchObject({
      errorClass: 'configuration',
      kind: 'login_required',
      remedy: 'Run: hybrid-routing-mcp upstream login kb.',
    });
    expect(path.state().findings.join()).toContain('hybrid-routing-mcp upstream login kb');
    expect(upstream.registrations).toBe(0);
  });

  it('answers once he has, and while refresh tokens last', async () => {
    const upstream = await started();
    const login = loginOfThisProcess();
    const person = personAtBrowser({
      port: 8_432,
      timeoutMs: 20_000,
      show: (url) => void browser(url),
    });
    await signIn(upstream.url, personal, login, person);
    const path = router(upstream.url, personal, login);
    expect((await tried(path)).answer?.text).toBe('All is well');
    upstream.expire();
    expect((await tried(path)).answer?.text).toBe('All is well');
    expect(upstream.grants.map(({ form, status }) => [form.get('grant_type'), status])).toEqual([
      ['authorization_code', 200],
      ['refresh_token', 200],
    ]);
    expect(upstream.registrations).toBe(1);
  });

  it('is asked for the scopes that it missed', async () => {
    const upstream = await started();
    const login = loginOfThisProcess();
    await signIn(upstream.url, personal, login, agreeing);
    const path = router(upstream.url, personal, login);
    upstream.neededScope = 'tools:write';
    expect((await failureOf(path)).message).toContain('(scopes tools tools:write)');
    await signIn(upstream.url, personal, login, agreeing);
    await expect.poll(async () => (await tried(path)).answer?.text, { timeout: 10_000 }).toBe('All is well');
  });

  it('takes the tokens that another server has renewed', async () => {
    const upstream = await started();
    const login = loginOfThisProcess();
    await signIn(upstream.url, personal, login, agreeing);
    const [one, other] = [router(upstream.url, personal, login), router(upstream.url, personal, login)];
    await Promise.all([tried(one), tried(other)]);
    upstream.expire();
    expect((await tried(one)).error).toBeNull();
    expect((await tried(other)).error).toBeNull();
    expect(upstream.grants.filter(({ status }) => status !== 200)).toEqual([]);
  });

  it('does not take a redirect of another login', async () => {
    const upstream = await started();
    const forged: Person = async (url) => {
      const query = await agreeing(url);
      query.set('state', 'another');
      return query;
    };
    const attempt = signIn(upstream.url, personal, loginOfThisProcess(), forged);
    await expect(attempt).rejects.toMatchObject({ kind: 'login_failed' });
    expect(upstream.grants).toEqual([]);
  });
});

describe('the listener for the redirect', () => {
  it('hears the login alone that it waits for', async () => {
    const port = 18_433;
    const statuses: number[] = [];
    const ask = async (path: string, host = `127.0.0.1:${port}`) => {
      // fetch sets the host itself.
      const { request } = await import('node:http');
      return new Promise<number>((resolve, reject) => {
        request({ port, host: '127.0.0.1', path, headers: { host } }, ({ statusCode = 0 }) => resolve(statusCode))
          .once('error', reject)
          .end();
      });
    };
    const visits = async () => {
      statuses.push(await ask('/callback?code=x&state=wrong'), await ask('/callback?code=x'), await ask('/other'));
      statuses.push(await ask('/callback?code=x&state=right', 'evil.test'));
      statuses.push(await ask('/callback?code=good&state=right'));
    };
    const person = personAtBrowser({ port, timeoutMs: 20_000, show: () => void visits() });
    const query = await person(new URL('https://login.test/authorize?state=right'));
    expect(query.get('code')).toBe('good');
    expect(statuses.slice(0, 4)).toEqual([400, 400, 404, 404]);
  });

  it('gives up', async () => {
    const person = personAtBrowser({ port: 18_434, timeoutMs: 20, show: () => {} });
    await expect(person(new URL('https://login.test/?state=s'))).rejects.toThrow('Nobody signed in');
  });
});
