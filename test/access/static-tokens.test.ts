import { randomBytes, timingSafeEqual } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AccessError } from '../../src/access/access-error.ts';
import { configuredTokens, environmentToken, StaticTokens } from '../../src/access/static-tokens.ts';
import { digestOf, newToken } from '../../src/access/tokens.ts';
import { ConfigError } from '../../src/config/errors.ts';
import { configWith } from '../support-files/config.ts';
import { thrownBy } from '../support-files/thrown.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const names = ['ci', 'alice', 'bob'] as const;
const texts = names.map(() => newToken(randomBytes));
const [ci = '', alice = '', bob = ''] = texts;
const sha256 = (token: string) => digestOf(token).toString('hex');
const entries = [
  { name: 'ci', sha256: sha256(ci), scopes: ['viewer'] },
  { name: 'alice', sha256: sha256(alice), scopes: ['operator', 'security'], expiresAt: '2026-03-01T13:00:00+01:00' },
  { name: 'bob', sha256: sha256(bob), scopes: ['compliance'], expiresAt: '2026-03-01T12:00:00.001Z' },
];
const tokensOf = (tokens: object[]) => configuredTokens(configWith({ 'access.tokens': tokens }).access);
const known = () => new StaticTokens({ tokens: tokensOf(entries), wallClock: () => now });

describe('static tokens', () => {
  it('are known by their digest', () => {
    expect(known().find(ci)).toEqual({ principal: 'token:ci', scopes: ['viewer'], expiresAt: null });
    expect(known().find(bob)).toEqual({ principal: 'token:bob', scopes: ['compliance'], expiresAt: now + 1 });
  });

  it('are not known by anything else', () => {
    for (const other of ['', ' ', ci.slice(0, -1), `${ci} `, ci.toUpperCase(), sha256(ci)]) {
      expect(known().find(other)).toBeNull();
    }
  });

  it('are refused from the moment that they end', async () => {
    const error = await thrownBy(AccessError, () => known().find(alice));
    expect(error).toMatchObject({
      code: 'token_expired',
      message: 'The token alice expired at 2026-03-01T12:00:00.000Z',
      remedy: 'Get a new token from whoever gave you this one.',
    });
  });

  it.each([
    ['the first', ci],
    ['the last', bob],
    ['none', 'x'],
  ])('are all compared, where it is %s', (_which, token) => {
    const compared: string[] = [];
    const equal = (one: Buffer, other: Buffer) => {
      compared.push(one.toString('hex'));
      return timingSafeEqual(one, other);
    };
    new StaticTokens({ tokens: tokensOf(entries), wallClock: () => now, equal }).find(token);
    expect(compared).toEqual(texts.map(sha256));
  });

  it('have one name each, and one owner', async () => {
    const refusal = async (...tokens: object[]) =>
      (await thrownBy(ConfigError, () => new StaticTokens({ tokens: tokensOf(tokens), wallClock: () => now }))).message;
    const [one = {}] = entries;
    expect(await refusal(one, { ...one, sha256: sha256('x') })).toBe('Two tokens have the name ci');
    expect(await refusal(one, { ...one, name: 'eve' })).toBe('The tokens ci and eve are the same token');
  });
});

describe('HYBRID_ROUTING_ADMIN_TOKEN', () => {
  const given = (token: string) => environmentToken({ HYBRID_ROUTING_ADMIN_TOKEN: token });

  it('may do everything', () => {
    const secret = 'x'.repeat(32);
    const token = given(secret);
    const tokens = new StaticTokens({ tokens: token ? [token] : [], wallClock: () => now });
    const scopes = ['viewer', 'operator', 'security', 'compliance'];
    expect(tokens.find(secret)).toEqual({ principal: 'token:admin', scopes, expiresAt: null });
  });

  it('is none where it is not set', () => {
    expect(environmentToken({})).toBeNull();
  });

  it.each([
    ['', 'has 0 characters and needs 32 or more'],
    ['x'.repeat(31), 'has 31 characters and needs 32 or more'],
    [`${'x'.repeat(32)}\n`, 'holds characters that no bearer token has, such as a space or a line end'],
    [`Bearer ${'x'.repeat(32)}`, 'holds characters that no bearer token has, such as a space or a line end'],
  ])('is refused at the start as %j', async (token, problem) => {
    const { message, remedy } = await thrownBy(ConfigError, () => given(token));
    expect(message).toBe(`HYBRID_ROUTING_ADMIN_TOKEN ${problem}`);
    expect(message + remedy).not.toContain('xxxx');
  });
});
