import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { AccessError } from '../../src/access/access-error.ts';
import { openVerifier } from '../../src/access/open-verifier.ts';
import { ConfigError } from '../../src/config/errors.ts';
import { configWith, ownStateFolder } from '../support-files/config.ts';
import { recordingLogger } from '../support-files/log-lines.ts';
import { thrownBy } from '../support-files/thrown.ts';
import { authorizationServer, signed, signingKey } from './authorization-server.ts';

vi.setConfig({ testTimeout: 60_000 });
const [server, key] = await Promise.all([authorizationServer(), signingKey('one')]);
afterAll(() => server.close());
await server.serveKeys(key);

const resource = 'http://127.0.0.1:8080/mcp';
const admin = 'admin.token.of-32-characters-or-more';
const oauth = { issuer: server.issuer, jwksUrl: server.jwksUrl };
const accessToken = () =>
  signed(key, {
    iss: server.issuer,
    aud: resource,
    sub: 'a',
    scope: 'viewer',
    exp: Math.floor(Date.now() / 1_000) + 60,
  });

async function open(flags: Record<string, unknown>, env: NodeJS.ProcessEnv = {}) {
  const folder = ownStateFolder();
  const { logger } = recordingLogger();
  const config = configWith(flags);
  const now = () => performance.now();
  const opened = await openVerifier({
    config,
    env,
    folder,
    resource: () => resource,
    wallClock: Date.now,
    now,
    logger,
  });
  return { ...opened, folder };
}

const refusal = async (verify: () => Promise<unknown>) => (await thrownBy(AccessError, verify)).message;

describe('who may come in', () => {
  it('is who has the first token, where no other is configured', async () => {
    const { verifier, firstTokenFile, folder } = await open({});
    expect(firstTokenFile).toBe(join(folder, 'admin-token'));
    const token = readFileSync(join(folder, 'admin-token'), 'utf8').trim();
    expect(await verifier.verify(token)).toMatchObject({ principal: 'token:first' });
  });

  it.each([
    ['a token', { 'access.tokens': [{ name: 'ci', sha256: '0'.repeat(64), scopes: ['viewer'] }] }, {}],
    ['the environment’s token', {}, { HYBRID_ROUTING_ADMIN_TOKEN: admin }],
    ['an authorization server', { 'access.oauth': oauth }, {}],
  ])('has no first token where there is %s', async (_what, flags, env) => {
    const { firstTokenFile, folder } = await open(flags, env);
    expect(firstTokenFile).toBeNull();
    expect(existsSync(folder)).toBe(false);
  });

  it('has tokens of both kinds side by side, also one that looks like a JWT', async () => {
    const { verifier } = await open({ 'access.oauth': oauth }, { HYBRID_ROUTING_ADMIN_TOKEN: admin });
    expect((await verifier.verify(admin)).principal).toBe('token:admin');
    expect((await verifier.verify(await accessToken())).principal).toBe(`jwt:${server.issuer}#a`);
  });

  it('is nobody with a JWT where there is no authorization server', async () => {
    const { verifier } = await open({}, { HYBRID_ROUTING_ADMIN_TOKEN: admin });
    expect(await refusal(async () => verifier.verify(await accessToken()))).toBe('The token is not known');
  });

  it('is nobody with a text that is no JWT, where there is one', async () => {
    const { verifier } = await open({ 'access.oauth': oauth });
    expect(await refusal(() => verifier.verify('a.b'))).toBe('The token is not known');
  });

  it('goes on with other tokens while the authorization server is away', async () => {
    const away = await authorizationServer();
    await away.close();
    const { verifier } = await open({ 'access.oauth.issuer': away.issuer }, { HYBRID_ROUTING_ADMIN_TOKEN: admin });
    const token = await signed(key, { iss: away.issuer });
    const { code } = await thrownBy(AccessError, () => verifier.verify(token));
    expect(code).toBe('authorization_server_unavailable');
    expect((await verifier.verify(admin)).principal).toBe('token:admin');
  });

  it('is nobody with a huge token, which is not even looked at', async () => {
    const { verifier } = await open({ 'access.oauth': oauth });
    const good = await accessToken();
    const huge = `${good.slice(0, good.lastIndexOf('.'))}.${'A'.repeat(10_000_000)}`;
    expect(await refusal(() => verifier.verify(huge))).toBe('The token is longer than 8192 characters');
  });

  it('is nobody with any other text', async () => {
    const { verifier } = await open({ 'access.oauth': oauth }, { HYBRID_ROUTING_ADMIN_TOKEN: admin });
    const good = await accessToken();
    const part = fc.base64String({ maxLength: 40 }).map((text) => text.replace(/[+/=]/g, '-'));
    const changed = fc
      .tuple(fc.constantFrom(good, admin), fc.nat(), fc.string({ maxLength: 3 }))
      .map(([text, at, more]) => text.slice(0, at % text.length) + more + text.slice((at % text.length) + 1))
      // The last character of a signature has bits that no byte takes.
      .filter((text) => text !== admin && text.slice(0, -1) !== good.slice(0, -1));
    const json = fc.json().map((text) => Buffer.from(text).toString('base64url'));
    const jwt = fc.tuple(fc.oneof(part, json), fc.oneof(part, json), part).map((parts) => parts.join('.'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), jwt, changed), async (text) => {
        await expect(verifier.verify(text)).rejects.toBeInstanceOf(AccessError);
      }),
      { numRuns: 2_000 },
    );
  });
});

it('an authorization server needs a public URL where every network is served', async () => {
  const flags = { 'access.oauth': oauth, 'http.host': '0.0.0.0' };
  expect((await thrownBy(ConfigError, () => open(flags))).message).toContain('http.publicUrl');
  await open({ ...flags, 'http.publicUrl': 'https://routing.example.com' });
});

it.each(['http://login.example.com', 'http://[::2]/', 'ftp://login.example.com'])('%s is no issuer', async (issuer) => {
  const { message } = await thrownBy(ConfigError, () => configWith({ 'access.oauth.issuer': issuer }));
  expect(message).toContain('access.oauth.issuer');
});

it.each(['https://login.example.com', 'http://localhost:1', 'http://[::1]:1', 'http://127.0.0.2/x'])(
  '%s may be an issuer',
  (issuer) => {
    expect(configWith({ 'access.oauth.issuer': issuer }).access.oauth?.issuer).toBe(issuer);
  },
);
