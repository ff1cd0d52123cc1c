import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { configuredTokens, StaticTokens } from '../../src/access/static-tokens.ts';
import { ConfigError } from '../../src/config/errors.ts';
import { createToken, tokenCommand } from '../../src/token-commands.ts';
import { configWith } from '../support-files/config.ts';
import { thrownBy } from '../support-files/thrown.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const wallClock = () => now;
const create = (changes: object = {}) =>
  createToken({ name: 'ci', scopes: ['viewer', 'operator'], random: randomBytes, wallClock, ...changes });

describe('createToken', () => {
  it('makes a token that its entry lets in', () => {
    const { token, entry } = create({ expiresAt: '2026-03-01T12:00:01Z' });
    const tokens = configuredTokens(configWith({ 'access.tokens': [entry] }).access);
    expect(new StaticTokens({ tokens, wallClock }).find(token)).toEqual({
      principal: 'token:ci',
      scopes: ['viewer', 'operator'],
      expiresAt: now + 1_000,
    });
    expect(JSON.stringify(entry)).not.toContain(token);
  });

  it('makes it of what is random, and nothing else', () => {
    const random = (length: number) => Buffer.alloc(length, 255);
    expect(create({ random }).token).toBe(`hrm_${'_'.repeat(42)}8`);
  });

  it.each([
    [{ name: 'a b' }, 'name: must be 1 to 64'],
    [{ scopes: [] }, 'scopes: '],
    [{ expiresAt: 'tomorrow' }, 'expiresAt: '],
    [{ expiresAt: '2026-03-01' }, 'expiresAt: '],
    [{ expiresAt: '2026-03-01T12:00:00Z' }, 'expiresAt: 2026-03-01T12:00:00Z is past'],
  ])('refuses %j', async (changes, problem) => {
    expect((await thrownBy(ConfigError, () => create(changes))).message).toContain(problem);
  });
});

describe('token create', () => {
  afterEach(() => vi.restoreAllMocks());

  it('prints the token once, alone on stdout, and its entry', async () => {
    const out: unknown[] = [];
    const err: unknown[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(text) > 0);
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(text) > 0);
    await tokenCommand().parseAsync(['create', '--name', 'ci', '--scopes', 'viewer, security,viewer'], {
      from: 'user',
    });
    const token = out.join('').trim();
    expect(token).toMatch(/^hrm_[\w-]{43}$/);
    const told = err.join('');
    const entry = JSON.parse(told.slice(told.indexOf('{')));
    expect(entry).toMatchObject({ name: 'ci', scopes: ['viewer', 'security'] });
    expect(told).not.toContain(token);
    const tokens = configuredTokens(configWith({ 'access.tokens': [entry] }).access);
    expect(new StaticTokens({ tokens, wallClock }).find(token)).toMatchObject({ principal: 'token:ci' });
  });

  it('refuses a scope that is none', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const command = tokenCommand();
    for (const each of [command, ...command.commands]) each.exitOverride();
    const parse = () => command.parseAsync(['create', '--name', 'ci', '--scopes', 'root'], { from: 'user' });
    expect((await thrownBy(Error, parse)).message).toContain('must be some of viewer, operator, security, compliance');
  });
});
