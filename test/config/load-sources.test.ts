import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configKeys } from '../../src/config/keys.ts';
import { type ConfigSources, loadConfig } from '../../src/config/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'hybrid-routing-config-'));

function fileWith(content: unknown): string {
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify(content));
  return file;
}

const load = (sources: Partial<ConfigSources> = {}) => loadConfig({ env: {}, ...sources });

describe('where a configuration comes from', () => {
  it('has defaults that pass their own check', () => {
    expect(load()).toMatchSnapshot();
  });

  it('reads a file', () => {
    expect(load({ file: fileWith({ direct: { maxTokens: 7 } }) }).direct.maxTokens).toBe(7);
  });

  it('takes the environment over the file, --set over both, and a flag over all', () => {
    const file = fileWith({ direct: { maxTokens: 1, concurrency: 9 } });
    const env = { HYBRID_ROUTING_DIRECT_MAX_TOKENS: '2' };
    const set = ['direct.maxTokens=3'];
    expect(load({ file, env }).direct).toMatchObject({ maxTokens: 2, concurrency: 9 });
    expect(load({ file, env, set }).direct.maxTokens).toBe(3);
    expect(load({ file, env, set, flags: { 'direct.maxTokens': 4 } }).direct.maxTokens).toBe(4);
  });

  it('leaves a flag out that was not given', () => {
    expect(load({ set: ['logLevel=warn'], flags: { logLevel: undefined } }).logLevel).toBe('warn');
  });

  it('takes the last of two --set for one key', () => {
    expect(load({ set: ['direct.maxTokens=3', 'direct.maxTokens=4'] }).direct.maxTokens).toBe(4);
  });

  it('keeps what stands behind the first "=" of --set', () => {
    expect(load({ set: ['direct.systemPrompt=a=b=c'] }).direct.systemPrompt).toBe('a=b=c');
  });

  it('takes AWS_REGION as the environment for direct.region', () => {
    expect(load({ env: { AWS_REGION: 'eu-west-3' } }).direct.region).toBe('eu-west-3');
    expect(load({ env: { AWS_REGION: '' } }).direct.region).toBeUndefined();
  });

  it('puts its own region variable before AWS_REGION, and --set before both', () => {
    const env = { HYBRID_ROUTING_DIRECT_REGION: 'eu-north-1', AWS_REGION: 'eu-west-3' };
    expect(load({ env }).direct.region).toBe('eu-north-1');
    expect(load({ env, set: ['direct.region=eu-south-2'] }).direct.region).toBe('eu-south-2');
  });

  it('reads typed values from the environment: numbers, booleans, JSON', () => {
    const env = {
      HYBRID_ROUTING_SIMULATE: 'true',
      HYBRID_ROUTING_MCP_QUEUE_SIZE: '0',
      HYBRID_ROUTING_MCP_UPSTREAMS: '[{"name":"a","command":"x","tool":"t"}]',
    };
    const { simulate, mcp } = load({ env });
    expect({ simulate, queueSize: mcp.queueSize }).toEqual({ simulate: true, queueSize: 0 });
    expect(mcp.upstreams[0]).toMatchObject({ name: 'a', command: 'x', tool: 't', result: 'text', args: [] });
  });

  it.each(configKeys.map((key) => [key.env, key] as const))('has a meaning and a variable for %s', (_, key) => {
    expect(key.description).not.toBe('');
    expect(key.allowed).not.toBe('');
    expect(key.env).toMatch(/^HYBRID_ROUTING_[A-Z]+(_[A-Z0-9]+)*$/);
  });

  it('gives each key a variable of its own', () => {
    const names = configKeys.map(({ env }) => env);
    expect(new Set(names).size).toBe(names.length);
  });
});
