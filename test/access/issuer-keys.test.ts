import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AccessError } from '../../src/access/access-error.ts';
import { IssuerKeys } from '../../src/access/issuer-keys.ts';
import { JwtVerifier } from '../../src/access/jwt-verifier.ts';
import { recordingLogger } from '../support-files/log-lines.ts';
import { thrownBy } from '../support-files/thrown.ts';
import { authorizationServer, signed, signingKey } from './authorization-server.ts';

vi.setConfig({ testTimeout: 30_000 });
const [first, second] = await Promise.all([signingKey('first'), signingKey('second')]);
const audience = 'https://routing.example.com/mcp';
const metadataPath = '/.well-known/oauth-authorization-server/tenant';

let server: Awaited<ReturnType<typeof authorizationServer>>;
let now: number;
beforeEach(async () => {
  server = await authorizationServer('/tenant');
  now = Date.now();
});
afterEach(() => server.close());

function open({
  jwksUrl,
  ...timings
}: {
  jwksUrl?: string;
  cooldownMs?: number;
  timeoutMs?: number;
  maxAgeMs?: number;
}) {
  const { logger, lines } = recordingLogger();
  const { issuer } = server;
  const wallClock = () => now;
  const keys = new IssuerKeys({ issuer, jwksUrl, now: wallClock, logger, timings: { retryMs: 5_000, ...timings } });
  const config = { issuer, algorithms: ['ES256' as const], scopePrefix: '', clockToleranceSeconds: 5 };
  const verifier = new JwtVerifier({ config, keys, audience: () => audience, wallClock });
  const tokenOf = (key: typeof first) =>
    signed(key, { iss: issuer, aud: audience, sub: 'alice', scope: 'viewer', exp: Math.floor(now / 1_000) + 3_600 });
  return {
    lines,
    verify: async (key: typeof first) => verifier.verify(await tokenOf(key)),
    refusal: async (key: typeof first) => {
      const token = await tokenOf(key);
      return (await thrownBy(AccessError, () => verifier.verify(token))).code;
    },
  };
}

const keyFetches = () => server.asked.filter((path) => path === '/jwks').length;

describe('the keys of an issuer', () => {
  it('are fetched once for however many tokens come at the same time', async () => {
    await server.serveKeys(first);
    server.answer(metadataPath, { body: { issuer: server.issuer, jwks_uri: server.jwksUrl } });
    const { verify } = open({});
    expect(server.asked).toEqual([]);
    await Promise.all(Array.from({ length: 20 }, () => verify(first)));
    expect(server.asked).toEqual([metadataPath, '/jwks']);
  });

  it.each(['/.well-known/openid-configuration/tenant', '/tenant/.well-known/openid-configuration'])(
    'are found by OpenID Connect at %s',
    async (path) => {
      await server.serveKeys(first);
      server.answer(path, { body: { issuer: server.issuer, jwks_uri: server.jwksUrl } });
      expect((await open({}).verify(first)).principal).toBe(`jwt:${server.issuer}#alice`);
    },
  );

  it('are found in the next metadata where the first says nothing of keys', async () => {
    await server.serveKeys(first);
    server.answer(metadataPath, { body: { issuer: server.issuer } });
    const body = { issuer: server.issuer, jwks_uri: server.jwksUrl };
    server.answer('/tenant/.well-known/openid-configuration', { body });
    await open({}).verify(first);
  });

  it.each([
    [
      'of another issuer',
      () => ({ issuer: `${server.issuer}/`, jwks_uri: server.jwksUrl }),
      'is the metadata of another issuer',
    ],
    [
      'with keys sent in the clear',
      () => ({ issuer: server.issuer, jwks_uri: 'http://192.0.2.1/jwks' }),
      'would cross the network in the clear',
    ],
  ])('are not taken from metadata %s', async (_what, body, reason) => {
    await server.serveKeys(first);
    server.answer(metadataPath, { body: body() });
    const { refusal, lines } = open({});
    expect(await refusal(first)).toBe('authorization_server_unavailable');
    expect(lines()).toMatchObject([
      { event: 'SECURITY', issuer: server.issuer, cause: expect.stringContaining(reason) },
    ]);
    expect(keyFetches()).toBe(0);
  });

  it('are fetched anew for a key that is not known, but not for each', async () => {
    await server.serveKeys(first);
    const { verify, refusal } = open({ jwksUrl: server.jwksUrl, cooldownMs: 3_600_000 });
    await verify(first);
    expect(await refusal(second)).toBe('invalid_token');
    expect(await refusal(second)).toBe('invalid_token');
    expect(keyFetches()).toBe(1);
  });

  it('follow a rotation', async () => {
    await server.serveKeys(first);
    const { verify, refusal } = open({ jwksUrl: server.jwksUrl, cooldownMs: 0 });
    await verify(first);
    expect(await refusal(second)).toBe('invalid_token');
    await server.serveKeys(first, second);
    await verify(second);
    await server.serveKeys(second);
    await verify(first); // kept until the keys age
    const aged = open({ jwksUrl: server.jwksUrl, cooldownMs: 0, maxAgeMs: 0 });
    expect(await aged.refusal(first)).toBe('invalid_token');
    await aged.verify(second);
  });
});

describe('an issuer that is away', () => {
  it.each([
    ['refuses connections', () => server.close()],
    ['answers 500', async () => server.answer('/jwks', { status: 500 })],
    [
      'redirects',
      async () => {
        server.answer('/moved', { body: { keys: [] } });
        server.answer('/jwks', { status: 302 });
      },
    ],
    ['answers no JSON', async () => server.answer('/jwks', { body: '<html>' })],
    ['answers no keys', async () => server.answer('/jwks', { body: { keys: 'none' } })],
    ['answers without end', async () => server.answer('/jwks', { body: `{"keys": []}${' '.repeat(1_048_576)}` })],
    ['does not answer', async () => server.answer('/jwks', { hangs: true })],
  ])('and %s has its tokens refused, and taken as soon as it is back', async (what, breakIt) => {
    await breakIt();
    const { verify, refusal, lines } = open({
      jwksUrl: server.jwksUrl,
      timeoutMs: what === 'does not answer' ? 200 : 10_000,
    });
    expect(await refusal(first)).toBe('authorization_server_unavailable');
    expect(lines()).toHaveLength(1);
    if (what === 'refuses connections') await server.reopen();
    await server.serveKeys(first);
    now += 5_000;
    await verify(first);
  });

  it('is left alone for some seconds, and told of in the log once', async () => {
    server.answer('/jwks', { status: 503 });
    const { refusal, lines } = open({ jwksUrl: server.jwksUrl });
    for (let n = 0; n < 5; n += 1) expect(await refusal(first)).toBe('authorization_server_unavailable');
    expect(keyFetches()).toBe(1);
    now += 5_000;
    await refusal(first);
    expect(keyFetches()).toBe(2);
    expect(lines()).toHaveLength(2);
  });

  it('is told of once for however many tokens come at the same time', async () => {
    server.answer('/jwks', { status: 503 });
    const { refusal, lines } = open({ jwksUrl: server.jwksUrl });
    await Promise.all(Array.from({ length: 20 }, () => refusal(first)));
    expect([keyFetches(), lines().length]).toEqual([1, 1]);
  });

  it('is left alone also by tokens of unknown keys', async () => {
    await server.serveKeys(first);
    const { verify, refusal } = open({ jwksUrl: server.jwksUrl, cooldownMs: 0 });
    await verify(first);
    server.answer('/jwks', { status: 503 });
    for (let n = 0; n < 5; n += 1) expect(await refusal(second)).toBe('authorization_server_unavailable');
    expect(keyFetches()).toBe(2);
  });

  it('is left alone also while its metadata is away', async () => {
    server.answer(metadataPath, { status: 500 });
    const { verify, refusal } = open({});
    for (let n = 0; n < 5; n += 1) expect(await refusal(first)).toBe('authorization_server_unavailable');
    expect(server.asked).toEqual([metadataPath]);
    await server.serveKeys(first);
    server.answer(metadataPath, { body: { issuer: server.issuer, jwks_uri: server.jwksUrl } });
    now += 5_000;
    await verify(first);
  });

  it('keeps tokens of known keys working, whatever unknown ones come', async () => {
    await server.serveKeys(first);
    const { verify, refusal } = open({ jwksUrl: server.jwksUrl, cooldownMs: 0 });
    await verify(first);
    await server.close();
    expect(await refusal(second)).toBe('authorization_server_unavailable');
    await verify(first);
    expect(await refusal(second)).toBe('authorization_server_unavailable');
    await verify(first);
    await server.reopen();
  });

  it('that has moved its keys is found again', async () => {
    await server.serveKeys(first);
    server.answer(metadataPath, { body: { issuer: server.issuer, jwks_uri: `${server.jwksUrl}-old` } });
    const { verify, refusal } = open({});
    expect(await refusal(first)).toBe('authorization_server_unavailable');
    server.answer(metadataPath, { body: { issuer: server.issuer, jwks_uri: server.jwksUrl } });
    now += 5_000;
    await verify(first);
  });
});
