import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configReference } from './reference/config-reference.ts';
import { toolReference } from './reference/tool-reference.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

// `npm run docs` writes these files anew; here a difference is drift, and fails.
describe('generated documentation', () => {
  it('has the tools as they are defined', async () => {
    await expect(toolReference()).toMatchFileSnapshot('../../docs/tools.md');
  });

  it('has the configuration keys as they are defined', async () => {
    await expect(configReference()).toMatchFileSnapshot('../../docs/configuration-keys.md');
  });
});

describe('written documentation', () => {
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts);

  it.each(['README.md', 'CONTRIBUTING.md', 'AGENTS.md'])('%s names only npm scripts that exist', (file) => {
    const named = [...read(file).matchAll(/(?:`|&& |^)npm (?:run )?([\w:-]+)/gm)].map(([, name = '']) => name);
    const builtIn = ['ci', 'run', 'install', 'pack', 'i'];
    expect(named.filter((name) => !builtIn.includes(name) && !scripts.includes(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(0);
  });

  it('has a changelog entry for the version', () => {
    expect(read('CHANGELOG.md')).toContain(`## ${JSON.parse(read('package.json')).version}`);
  });
});
