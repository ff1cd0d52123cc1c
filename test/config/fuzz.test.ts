import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/errors.ts';
import { configKeys } from '../../src/config/keys.ts';
import { type ConfigSources, loadConfig } from '../../src/config/load.ts';
import { configSchema } from '../../src/config/schema.ts';

const file = join(mkdtempSync(join(tmpdir(), 'hybrid-routing-fuzz-')), 'config.json');

/** A configuration that passes its own check, or a ConfigError: never anything else. */
function check(sources: Partial<ConfigSources>): void {
  try {
    const config = loadConfig({ env: {}, ...sources });
    expect(configSchema.safeParse(config).success).toBe(true);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
  }
}

const key = fc.constantFrom(...configKeys);
const names = fc.constantFrom(...configKeys.flatMap(({ path }) => path), 'name', 'url', 'headers', '__proto__');
const tree = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(names, fc.string()), tie('value'), { maxKeys: 4 }),
  ),
})).value;

describe('loadConfig takes any input', () => {
  it('any text of a file', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        writeFileSync(file, text);
        check({ file });
      }),
    );
  });

  it('any object with keys of ours in it', () => {
    fc.assert(
      fc.property(tree, (value) => {
        writeFileSync(file, JSON.stringify(value));
        check({ file, env: { AWS_REGION: 'eu-west-1' } });
      }),
      { numRuns: 500 },
    );
    expect(Reflect.ownKeys(Object.prototype)).not.toContain('name');
  });

  it('any text of a variable or of --set', () => {
    fc.assert(
      fc.property(key, fc.oneof(fc.string(), fc.json()), ({ env, path }, text) => {
        check({ env: { [env]: text } });
        check({ set: [`${path.join('.')}=${text}`, text].slice(0, 1) });
        check({ set: [text] });
      }),
      { numRuns: 500 },
    );
  });
});
