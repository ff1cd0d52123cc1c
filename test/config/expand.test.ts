import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/errors.ts';
import { loadConfig } from '../../src/config/load.ts';
import { thrownBy } from '../support-files/thrown.ts';

function upstreamWith(fields: object, env: Record<string, string>) {
  const upstream = { name: 'a', command: 'x', tool: 't', ...fields };
  return loadConfig({ env, flags: { 'mcp.upstreams': [upstream] } }).mcp.upstreams[0];
}

describe('${NAME} in an upstream', () => {
  it('takes the variable in arguments, environment and headers', () => {
    const fields = { args: ['--token=${T}'], env: { A: '${T}-${T}' }, headers: { authorization: 'Bearer ${T}' } };
    expect(upstreamWith(fields, { T: 's3' })).toMatchObject({
      args: ['--token=s3'],
      env: { A: 's3-s3' },
      headers: { authorization: 'Bearer s3' },
    });
  });

  it('is left alone where it is no name', () => {
    expect(upstreamWith({ args: ['$T', '${}', '${a b}', '$${T}'] }, { T: '1' })?.args).toEqual([
      '$T',
      '${}',
      '${a b}',
      '$1',
    ]);
  });

  it.each([
    ['headers.authorization', { headers: { authorization: '${NOPE}' } }],
    ['env.KEY', { env: { KEY: '${NOPE}' } }],
    ['args.1', { args: ['a', '${NOPE}'] }],
  ])('names variable and place where it is not set: %s', async (place, fields) => {
    const error = await thrownBy(ConfigError, () => upstreamWith(fields, {}));
    expect(error.message).toContain(`"a": ${place} uses the environment variable NOPE, which is not set`);
    expect(error.remedy).toContain('Set NOPE');
  });

  it('takes a value as it stands, whatever is in it, and never twice', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        expect(upstreamWith({ args: ['${V}'] }, { V: value, x: 'twice' })?.args).toEqual([value]);
      }),
      { examples: [['${x}'], ['$&'], ["$'"], ['$1']] },
    );
  });
});
