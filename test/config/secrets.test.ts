import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/errors.ts';
import { type ConfigSources, loadConfig } from '../../src/config/load.ts';
import { thrownBy } from '../support-files/thrown.ts';

const SECRET = 'hunter2';
const headers = { authorization: `Bearer ${SECRET}` };
const upstream = { name: 'a', command: 'x', tool: 't' };
const file = join(mkdtempSync(join(tmpdir(), 'hybrid-routing-config-')), 'secret.json');

async function refusal(sources: Partial<ConfigSources>): Promise<string> {
  const error = await thrownBy(ConfigError, () => loadConfig({ env: {}, ...sources }));
  return `${error.message} ${error.remedy}`;
}

describe('an error of the configuration never shows a secret', () => {
  it.each([
    ['header of a wrong type', [{ ...upstream, headers: { authorization: [SECRET] } }]],
    ['environment of a wrong type', [{ ...upstream, env: { KEY: [SECRET] } }]],
    ['headers of a wrong type', [{ ...upstream, headers: `authorization: ${SECRET}` }]],
    ['an upstream as a whole', [{ headers, name: 'a', tool: 't' }]],
    ['upstreams of a wrong type', { headers }],
    ['a list in a list', [[{ headers }]]],
    ['a misspelt key', [{ ...upstream, header: headers }]],
    ['a key of its own', [{ ...upstream, apiKey: SECRET }]],
    ['arguments of a wrong type', [{ ...upstream, args: `--token=${SECRET}` }]],
    ['a URL of a wrong kind', [{ name: 'a', tool: 't', url: `ftp://user:${SECRET}@host/` }]],
  ])('%s', async (_, upstreams) => {
    expect(await refusal({ flags: { 'mcp.upstreams': upstreams } })).not.toContain(SECRET);
  });

  it('a value that is not JSON', async () => {
    const text = `[{"headers": {"authorization": "${SECRET}"}`;
    expect(await refusal({ set: [`mcp.upstreams=${text}`] })).not.toContain(SECRET);
    expect(await refusal({ env: { HYBRID_ROUTING_MCP_UPSTREAMS: text } })).not.toContain(SECRET);
    expect(await refusal({ set: [`mcp.upstream=${text}`] })).not.toContain(SECRET);
  });

  it.each([
    `{"authorization": "${SECRET}" x}`,
    `{"authorization": ${SECRET}}`,
    `{"authorization": "${SECRET}"`,
    SECRET,
  ])('a file that is not JSON: %s', async (text) => {
    writeFileSync(file, text);
    expect(await refusal({ file })).not.toContain(SECRET);
  });

  it('an endpoint with credentials', async () => {
    const flags = { 'direct.endpoint': `ftp://user:${SECRET}@host/` };
    expect(await refusal({ flags })).not.toContain(SECRET);
  });
});
