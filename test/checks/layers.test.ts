import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The layers of docs/architecture.md, top to bottom; a file imports only from its own layer or below.
 * `simulator` stands beside them: it plays the outside world, so the router's parts must not know it.
 */
const layers = [
  [
    'src/main.ts',
    'src/config-options.ts',
    'src/state-commands.ts',
    'src/admin-commands.ts',
    'src/token-commands.ts',
    'src/upstream-commands.ts',
    'src/demo/',
  ],
  [
    'src/stdio.ts',
    'src/serve-http.ts',
    'src/shutdown.ts',
    'src/counting-transport.ts',
    'src/simulated-config.ts',
    'src/simulator/',
  ],
  ['src/app.ts', 'src/app-state.ts'],
  ['src/server.ts', 'src/http/'],
  ['tools/', 'resources/', 'prompts/'],
  ['src/operations/'],
  ['src/support/'],
  ['src/routing/', 'src/health/', 'src/compliance/', 'src/telemetry/', 'src/runbook/', 'src/access/'],
  ['src/paths/', 'src/store/'],
  ['src/config/', 'src/version.ts'],
];

function layerOf(file: string): number {
  return layers.findIndex((prefixes) => prefixes.some((prefix) => file === prefix || file.startsWith(prefix)));
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** Files that a source text imports, statically or dynamically, by their path from the root. */
function importsOf(file: string, text: string): string[] {
  const found = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g);
  return [...found].map(([, path = '']) => normalize(join(dirname(file), path)));
}

function violations(file: string, text: string): string[] {
  const own = layerOf(file);
  return importsOf(file, text)
    .filter((imported) => layerOf(imported) < own)
    .map((imported) => `${file} -> ${imported}`);
}

describe('layers', () => {
  const files = ['src', 'tools', 'resources', 'prompts'].flatMap(sources);

  it('has a layer for every source file', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => layerOf(file) < 0)).toEqual([]);
  });

  it('imports only from its own layer or below', () => {
    expect(files.flatMap((file) => violations(file, readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });

  it('imports tools, resources and prompts from server.ts alone', () => {
    const outside = files.filter((file) => file.startsWith('src/') && file !== 'src/server.ts');
    const imports = outside.flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')));
    expect(imports.filter((path) => /^(tools|resources|prompts)\//.test(path))).toEqual([]);
  });

  it('sees an import that goes up', () => {
    const text = "import { x } from '../support/operation.ts';\nconst y = await import('../app.ts');";
    expect(violations('src/paths/path.ts', text)).toEqual([
      'src/paths/path.ts -> src/support/operation.ts',
      'src/paths/path.ts -> src/app.ts',
    ]);
  });
});
