import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskSecrets, maskUrl } from '../../src/config/mask.ts';
import { configWith } from '../support-files/config.ts';

const SECRET = 'hunter2';

function masked(fields: object) {
  const config = configWith({ 'mcp.upstreams': [{ name: 'a', tool: 't', ...fields }] });
  return maskSecrets(config).mcp.upstreams[0];
}

describe('maskSecrets', () => {
  it('masks header and environment values, and keeps their names', () => {
    const upstream = masked({ url: 'http://h/mcp', headers: { authorization: SECRET }, env: { KEY: SECRET, B: '' } });
    expect(upstream).toMatchObject({
      headers: { authorization: '********' },
      env: { KEY: '********', B: '********' },
    });
  });

  it.each([
    ['--token=', [`--token=${SECRET}`]],
    ['--api-key=', [`--api-key=${SECRET}`]],
    ['--API_KEY=', [`--API_KEY=${SECRET}`]],
    ['--client-secret=', [`--client-secret=${SECRET}`]],
    ['password=', [`password=${SECRET}`]],
    ['a flag and its value', ['--token', SECRET]],
    ['a header', ['--header', `Authorization: Bearer ${SECRET}`]],
    ['a URL', [`https://user:${SECRET}@host/mcp?key=${SECRET}`]],
    ['a value over two lines', [`--token=a\n${SECRET}`]],
  ])('masks an argument: %s', (_, args) => {
    const upstream = masked({ command: 'npx', args });
    expect(upstream?.args).toHaveLength(args.length);
    expect(JSON.stringify(upstream)).not.toContain(SECRET);
  });

  it('keeps arguments that hold no secret', () => {
    const args = ['-y', 'mcp-remote', '--port=80', '--tokenizer', 'http://h/mcp', '/etc/tokens.d'];
    expect(masked({ command: 'npx', args })?.args).toEqual(args);
  });

  it('masks credentials in URLs', () => {
    const url = `https://user:${SECRET}@host/mcp?key=${SECRET}`;
    const config = configWith({ 'direct.endpoint': url, 'mcp.upstreams': [{ name: 'a', tool: 't', url }] });
    expect(JSON.stringify(maskSecrets(config))).not.toContain(SECRET);
  });

  it('changes nothing where there is nothing to mask', () => {
    const config = configWith({ 'mcp.upstreams': [{ name: 'a', tool: 't', command: 'x', args: ['-v'] }] });
    expect(maskSecrets(config)).toEqual(config);
  });
});

describe('maskUrl', () => {
  it.each([
    ['https://host/mcp', 'https://host/mcp'],
    ['https://user:pw@host/mcp', 'https://********@host/mcp'],
    ['https://token@host/mcp', 'https://********@host/mcp'],
    ['https://:pw@host/mcp', 'https://********@host/mcp'],
    ['https://host/mcp?a=1&b=2', 'https://host/mcp?a=********&b=********'],
    ['https://host/mcp?a=1&a=2', 'https://host/mcp?a=********'],
  ])('%s becomes %s', (url, expected) => {
    expect(maskUrl(url)).toBe(expected);
  });

  it('keeps host and path, and shows no value', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: false }), fc.stringMatching(/^zq[a-z]{6,12}qz$/), (url, secret) => {
        const target = new URL(url);
        target.password = secret;
        target.searchParams.set('key', secret);
        const shown = new URL(maskUrl(target.href));
        expect(shown.href).not.toContain(secret);
        expect([shown.host, shown.pathname]).toEqual([target.host, target.pathname]);
      }),
    );
  });
});
