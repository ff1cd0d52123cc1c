import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/errors.ts';
import { type ConfigSources, loadConfig } from '../../src/config/load.ts';
import { thrownBy } from '../support-files/thrown.ts';

const folder = mkdtempSync(join(tmpdir(), 'hybrid-routing-config-'));

function fileOf(text: string): string {
  const file = join(folder, 'bad.json');
  writeFileSync(file, text);
  return file;
}

async function problem(sources: Partial<ConfigSources>): Promise<string> {
  const error = await thrownBy(ConfigError, () => loadConfig({ env: {}, ...sources }));
  expect(error.code).toBe('config_invalid');
  expect(error.remedy).not.toBe('');
  return error.message;
}

const inFile = (content: unknown) => problem({ file: fileOf(JSON.stringify(content)) });
const upstream = { name: 'a', command: 'x', tool: 't' };
const upstreams = (...entries: unknown[]) => ({ mcp: { upstreams: entries } });

describe('a bad value in a file', () => {
  it.each([
    ['unknown key', { nonsense: 1 }, 'nonsense is 1: unknown key; allowed: direct, mcp, routing'],
    ['unknown key, one deeper', { direct: { modelID: 'x' } }, /direct\.modelID is .*unknown key; allowed: .*modelId/],
    [
      'unknown key of a class',
      { direct: { classes: { emergency: { topP: 1 } } } },
      /direct\.classes\.emergency\.topP is 1: unknown key; allowed: modelId, maxTokens/,
    ],
    ['unknown class', { direct: { classes: { urgent: {} } } }, /direct\.classes\.urgent is .*allowed: emergency/],
    ['unknown key of a guardrail', { direct: { guardrail: { id: 'a', version: '1', mode: 'x' } } }, /guardrail\.mode/],
    ['unknown key of an upstream', upstreams({ ...upstream, toolName: 'x' }), /mcp\.upstreams\.0\.toolName is/],
    ['wrong type', { direct: { maxTokens: '512' } }, /direct\.maxTokens is "512": .*number/],
    ['wrong type of a group', { direct: 5 }, /direct is 5: .*object/],
    ['fraction', { direct: { maxTokens: 1.5 } }, /direct\.maxTokens is 1\.5: .*int/],
    ['under the range', { direct: { maxTokens: 0 } }, /direct\.maxTokens is 0: .*>=1/],
    ['over the range', { direct: { temperature: 1.01 } }, /direct\.temperature is 1\.01: .*<=1/],
    ['bad choice', { logLevel: 'verbose' }, /logLevel is "verbose": .*"debug"/],
    ['bad region', { direct: { region: 'Frankfurt' } }, 'direct.region is "Frankfurt": must be an AWS region'],
    ['empty string', { direct: { modelId: '' } }, /direct\.modelId is ""/],
    ['half a guardrail', { direct: { guardrail: { id: 'a' } } }, /direct\.guardrail\.version is missing/],
    ['endpoint that is no URL', { direct: { endpoint: 'localhost:1' } }, /direct\.endpoint is "localhost:1"/],
    ['simulator that is not on loopback', { simulator: { bedrockUrl: 'http://example.com' } }, /on loopback/],
    [
      'neither command nor url',
      upstreams({ name: 'a', tool: 't' }),
      /mcp\.upstreams\.0 .*exactly one of command or url/,
    ],
    ['both command and url', upstreams({ ...upstream, url: 'http://h/mcp' }), /exactly one of command or url/],
    ['upstream without a tool', upstreams({ name: 'a', command: 'x' }), /mcp\.upstreams\.0\.tool is missing/],
    ['bad upstream name', upstreams({ ...upstream, name: 'a b' }), /mcp\.upstreams\.0\.name is "a b": must be 1 to 64/],
    ['upstreams of no type', upstreams({ ...upstream, operations: [] }), /mcp\.upstreams\.0\.operations/],
    ['unknown operation type', upstreams({ ...upstream, operations: ['urgent'] }), /operations\.0 is "urgent"/],
    ['bad result path', upstreams({ ...upstream, result: 'content' }), /result is "content": must be "text"/],
    ['same name twice', upstreams(upstream, upstream), /two entries with the name "a"/],
  ])('is named: %s', async (_, content, message) => {
    expect(await inFile(content)).toMatch(message);
  });

  it('is named together with every other', async () => {
    const message = await inFile({ direct: { maxTokens: 0, concurrency: 0 }, logLevel: 1 });
    expect(message.split('; ')).toHaveLength(3);
  });

  it('is not hidden by a variable for a key below it', async () => {
    const file = fileOf('{"direct": "oops"}');
    expect(await problem({ file, env: { AWS_REGION: 'eu-west-1' } })).toContain('direct is "oops"');
  });
});

describe('a file that is no configuration', () => {
  it.each([
    ['not JSON', '{"direct": ', 'is not JSON'],
    ['empty', '', 'is not JSON'],
    ['an array', '[]', 'must hold one JSON object'],
    ['a number', '1', 'must hold one JSON object'],
    ['null', 'null', 'must hold one JSON object'],
  ])('is refused: %s', async (_, text, message) => {
    expect(await problem({ file: fileOf(text) })).toContain(message);
  });

  it('is refused where there is none', async () => {
    expect(await problem({ file: join(folder, 'absent.json') })).toMatch(/absent\.json cannot be read: ENOENT/);
  });

  it('is refused where it is a folder', async () => {
    expect(await problem({ file: folder })).toContain('cannot be read');
  });

  it('cannot reach the prototype of anything', async () => {
    const file = fileOf(
      '{"__proto__": {"polluted": true}, "direct": {"constructor": {"prototype": {"polluted": true}}}}',
    );
    await problem({ file });
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});

describe('a bad variable', () => {
  it('is refused where its name is not known', async () => {
    const error = await thrownBy(ConfigError, () => loadConfig({ env: { HYBRID_ROUTING_DIRECT_MODEL: 'x' } }));
    expect(error.message).toContain('HYBRID_ROUTING_DIRECT_MODEL is not known');
    expect(error.remedy).toContain('HYBRID_ROUTING_DIRECT_MODEL_ID');
  });

  it('is named where its value does not parse', async () => {
    const error = await thrownBy(ConfigError, () => loadConfig({ env: { HYBRID_ROUTING_DIRECT_MAX_TOKENS: 'many' } }));
    expect(error.message).toContain('HYBRID_ROUTING_DIRECT_MAX_TOKENS has the value "many", which is not a number');
    expect(error.remedy).toContain('1 to 128000');
  });

  it('is checked like the same key in a file', async () => {
    expect(await problem({ env: { AWS_REGION: 'moon' } })).toContain('direct.region is "moon"');
    expect(await problem({ env: { HYBRID_ROUTING_SIMULATE: '1' } })).toContain('simulate is 1');
  });
});

describe('a bad --set', () => {
  it.each(['direct.maxToken=1', 'direct=1', 'direct.maxTokens', '=1', '', '__proto__.x=1', 'toString=1'])(
    'is refused: "%s"',
    async (pair) => {
      const error = await thrownBy(ConfigError, () => loadConfig({ env: {}, set: [pair] }));
      expect(error.message).toContain(`--set ${pair.split('=')[0]} does not name a known key`);
      expect(error.remedy).toContain('direct.maxTokens');
    },
  );

  it('is refused for a value of another type', async () => {
    expect(await problem({ set: ['direct.maxTokens='] })).toContain('is not a number');
    expect(await problem({ set: ['simulate=yes'] })).toContain('is not a boolean');
    expect(await problem({ set: ['mcp.upstreams=[{'] })).toContain('not a JSON value');
  });
});
