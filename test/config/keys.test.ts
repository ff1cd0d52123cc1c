import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/errors.ts';
import { configKeys, isOwnVariable, keysUnder } from '../../src/config/keys.ts';
import { configWith } from '../support-files/config.ts';
import { thrownBy } from '../support-files/thrown.ts';

it('every key has its variable, kind, range and default', () => {
  const rows = configKeys.map(({ path, env, type, allowed, default: value }) => {
    return `${path.join('.')} | ${env} | ${type} | ${allowed} | ${JSON.stringify(value) ?? 'none'}`;
  });
  expect(rows).toMatchSnapshot();
});

const ranges = configKeys.flatMap(({ path, allowed }) => {
  const [, min, max] = /^(\d+) to (\d+)$/.exec(allowed) ?? [];
  return min === undefined || max === undefined ? [] : [[path.join('.'), Number(min), Number(max)] as const];
});

/** A key, and what its object cannot be without. */
function needed(key: string, value: number): Record<string, unknown> {
  const others: [string, Record<string, unknown>][] = [
    ['access.oauth.', { 'access.oauth.issuer': 'https://login.example.com' }],
    ['audit.anchor.s3.', { 'audit.anchor.s3.bucket': 'checkpoints' }],
    ['personalData.guardrail.', { 'personalData.guardrail.id': 'gr-1' }],
    ['personalData.external.', { 'personalData.external.url': 'http://127.0.0.1:1/analyze' }],
  ];
  const [, rest = {}] = others.find(([prefix]) => key.startsWith(prefix)) ?? [];
  return { ...rest, [key]: value };
}

describe.each(ranges)('%s takes %d to %d', (key, min, max) => {
  it('and both of its bounds', () => {
    expect(() => [configWith(needed(key, min)), configWith(needed(key, max))]).not.toThrow();
  });

  it.each([min - 1, max + 1])('and not %d', async (value) => {
    const { message } = await thrownBy(ConfigError, () => configWith({ [key]: value }));
    expect(message).toContain(`${key} is ${value}`);
  });
});

it('keysUnder gives each key below a path once', () => {
  expect(keysUnder(['direct', 'guardrail'])).toEqual(['id', 'version']);
  expect(keysUnder([]).filter((name) => name === 'direct')).toEqual(['direct']);
  expect(keysUnder(['nowhere'])).toEqual([]);
});

it('isOwnVariable knows its prefix', () => {
  expect([isOwnVariable('HYBRID_ROUTING_X'), isOwnVariable('AWS_REGION'), isOwnVariable('X_HYBRID_ROUTING_')]).toEqual([
    true,
    false,
    false,
  ]);
});
