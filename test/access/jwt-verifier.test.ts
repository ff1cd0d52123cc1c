import { createHmac, generateKeyPairSync } from 'node:crypto';
import { exportSPKI } from 'jose';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { AccessError } from '../../src/access/access-error.ts';
import { IssuerKeys } from '../../src/access/issuer-keys.ts';
import { JwtVerifier, looksLikeJwt } from '../../src/access/jwt-verifier.ts';
import { recordingLogger } from '../support-files/log-lines.ts';
import { thrownBy } from '../support-files/thrown.ts';
import { authorizationServer, signed, signingKey, unsigned } from './authorization-server.ts';

vi.setConfig({ testTimeout: 30_000 });
const [server, key, rsa, stranger] = await Promise.all([
  authorizationServer(),
  signingKey('one'),
  signingKey('rsa', 'RS256'),
  signingKey('one'),
]);
afterAll(() => server.close());
await server.serveKeys(key, rsa);

const audience = 'https://routing.example.com/mcp';
const now = Date.parse('2026-03-01T12:00:00Z');
const seconds = now / 1_000;
const good = { iss: server.issuer, aud: audience, sub: 'alice', scope: 'viewer operator', exp: seconds + 60 };

function verifier({ scopePrefix = '', issuer = server.issuer } = {}): JwtVerifier {
  const { logger } = recordingLogger();
  const wallClock = () => now;
  return new JwtVerifier({
    config: { issuer, algorithms: ['RS256', 'ES256'], scopePrefix, clockToleranceSeconds: 5 },
    keys: new IssuerKeys({ issuer, jwksUrl: server.jwksUrl, now: wallClock, logger }),
    audience: () => audience,
    wallClock,
  });
}

const verify = (token: string) => verifier().verify(token);
const refusal = async (token: string) => {
  const { code, message } = await thrownBy(AccessError, () => verify(token));
  return `${code}: ${message}`;
};

describe('an access token', () => {
  it.each([
    ['of RFC 9068', key, {}, {}],
    ['with RSA', rsa, {}, {}],
    ['of the long type', key, {}, { typ: 'application/at+jwt' }],
    ['of the type JWT', key, {}, { typ: 'JWT' }],
    ['without a type', key, {}, { typ: undefined }],
    ['for us among others', key, { aud: ['https://other.example.com', audience] }, {}],
    ['just expired, within the tolerance', key, { exp: seconds - 4 }, {}],
    ['just not yet valid, within the tolerance', key, { nbf: seconds + 4 }, {}],
  ])('%s is taken', async (_what, by, claims, header) => {
    const grant = await verify(await signed(by, { ...good, ...claims }, header));
    expect(grant).toEqual({
      principal: `jwt:${server.issuer}#alice`,
      scopes: ['viewer', 'operator'],
      expiresAt: ('exp' in claims ? claims.exp : good.exp) * 1_000,
    });
  });

  it.each<[string, object, string]>([
    ['expired', { exp: seconds - 6 }, 'token_expired: The token has expired'],
    ['without an end', { exp: undefined }, 'invalid_token: The token has no claim exp'],
    ['not yet valid', { nbf: seconds + 6 }, 'invalid_token: The token is not valid yet'],
    ['for another audience', { aud: 'https://other.example.com' }, 'invalid_token: The token is for another audience'],
    ['for a longer audience', { aud: `${audience}/` }, 'invalid_token: The token is for another audience'],
    ['for nobody', { aud: undefined }, 'invalid_token: The token has no claim aud'],
    ['of another issuer', { iss: `${server.issuer}/` }, 'invalid_token: The token is of another issuer'],
    ['of no issuer', { iss: undefined }, 'invalid_token: The token is of another issuer'],
    ['of nobody', { sub: undefined }, 'invalid_token: The token has neither a sub nor a client_id'],
    ['of somebody unprintable', { sub: 'a\u001b[2Jb' }, 'invalid_token: The claim sub of the token is malformed'],
    ['with scopes that are none', { scope: 7 }, 'invalid_token: The claim scope of the token is malformed'],
    [
      'bound to a key',
      { cnf: { jkt: 'x' } },
      'invalid_token: The token is bound to a key (cnf), which this server does not check',
    ],
  ])('%s is refused', async (_what, claims, reason) => {
    expect(await refusal(await signed(key, { ...good, ...claims }))).toBe(reason);
  });

  it.each<[string, object]>([
    ['at_hash', { at_hash: 'x' }],
    ['c_hash', { c_hash: 'x' }],
    ['token_use', { token_use: 'id' }],
    ['typ', { typ: 'ID' }],
    ['no scopes', { scope: undefined }],
  ])('that is an ID token, by %s, is refused', async (_what, claims) => {
    const token = await signed(key, { ...good, ...claims }, { typ: 'JWT' });
    expect(await refusal(token)).toBe(
      'invalid_token: The token is an ID token or has no scopes, and is no access token',
    );
  });

  it('of another type is refused', async () => {
    const reason = 'invalid_token: The token is of another type than an access token';
    expect(await refusal(await signed(key, good, { typ: 'logout+jwt' }))).toBe(reason);
  });

  it.each<[string, object, string, string[]]>([
    ['scp as a list', { scope: undefined, scp: ['security', 'viewer'] }, '', ['viewer', 'security']],
    ['scp as a text', { scope: undefined, scp: 'compliance' }, '', ['compliance']],
    ['scope and scp', { scope: 'viewer', scp: ['operator'] }, '', ['viewer', 'operator']],
    ['none of ours', { scope: 'openid email Viewer' }, '', []],
    ['a prefix', { scope: 'hr:viewer operator hr:hr:security' }, 'hr:', ['viewer']],
  ])('grants our scopes by %s', async (_what, claims, scopePrefix, scopes) => {
    const { scopes: granted } = await verifier({ scopePrefix }).verify(await signed(key, { ...good, ...claims }));
    expect(granted).toEqual(scopes);
  });

  it('of a client without a user is the client’s', async () => {
    const token = await signed(key, { ...good, sub: undefined, client_id: 'batch' });
    expect((await verify(token)).principal).toBe(`jwt:${server.issuer}#client_id=batch`);
  });
});

describe('a forged token', () => {
  const notTaken = 'invalid_token: The token is signed with an algorithm that is not taken here';

  it.each(['none', 'None', 'NONE', 'nOnE'])('with alg %s is refused', async (alg) => {
    expect(await refusal(unsigned({ alg, typ: 'at+jwt' }, good))).toBe(notTaken);
    expect(await refusal(unsigned({ alg, kid: 'one' }, good, 'AAAA'))).toBe(notTaken);
  });

  it.each(['ES256', 'RS256'] as const)('with HS256 and the public %s key as the secret is refused', async (alg) => {
    const secret = await exportSPKI((alg === 'ES256' ? key : rsa).publicKey);
    const content = unsigned({ alg: 'HS256', typ: 'at+jwt', kid: alg === 'ES256' ? 'one' : 'rsa' }, good).slice(0, -1);
    const signature = createHmac('sha256', secret).update(content).digest('base64url');
    expect(await refusal(`${content}.${signature}`)).toBe(notTaken);
  });

  it('with an algorithm that is not configured is refused', async () => {
    const other = await signingKey('one', 'ES384');
    expect(await refusal(await signed(other, good))).toBe(notTaken);
  });

  it('signed with another key of the same name is refused', async () => {
    expect(await refusal(await signed(stranger, good))).toBe(
      'invalid_token: The signature of the token does not verify',
    );
  });

  it('that brings its own key is refused', async () => {
    const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
    const header = { jwk, jku: `${server.issuer}/mine`, x5u: `${server.issuer}/mine` };
    expect(await refusal(await signed(stranger, good, header))).toContain('does not verify');
    expect(server.asked).not.toContain('/mine');
  });

  it.each(['signature', 'payload', 'header'])('changed in its %s is refused', async (part) => {
    const parts = (await signed(key, good)).split('.');
    const at = ['header', 'payload', 'signature'].indexOf(part);
    const claims = { ...good, scope: 'viewer operator security' };
    const text = part === 'payload' ? unsigned({}, claims).split('.')[1] : `${parts[at]?.slice(0, -6)}AAAAAA`;
    expect(await refusal(parts.with(at, text ?? '').join('.'))).toMatch(/^invalid_token: /);
  });

  it.each([
    'a.b.c',
    'eyJ9.eyJ9.x',
    '..',
    unsigned({ alg: 'ES256' }, []),
    unsigned({ alg: 'ES256', crit: ['x'] }, good),
  ])('that is garbage is refused: %s', async (token) => {
    expect(await refusal(token)).toMatch(/^invalid_token: /);
  });
});

it('a foreign token has no keys fetched', async () => {
  const before = server.asked.length;
  await refusal(await signed(key, { ...good, iss: 'https://elsewhere.example.com' }));
  await refusal(unsigned({ alg: 'none' }, good));
  expect(server.asked.length).toBe(before);
});

it.each([
  ['a.b.c', true],
  ['a.b.', true],
  ['a.b', false],
  ['a.b.c.d', false],
  ['hrm_abc', false],
  ['', false],
])('%j looks like a JWT: %s', (text, expected) => {
  expect(looksLikeJwt(text)).toBe(expected);
});
