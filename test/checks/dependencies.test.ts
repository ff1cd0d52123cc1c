import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const versions = z.record(z.string(), z.string());
const packageSchema = z.looseObject({ dependencies: versions, devDependencies: versions });
const lockSchema = z.looseObject({
  packages: z.record(
    z.string(),
    z.looseObject({
      dev: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
      resolved: z.string().optional(),
    }),
  ),
});
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));

describe('dependencies', () => {
  const { dependencies, devDependencies } = packageSchema.parse(read('package.json'));
  const { packages } = lockSchema.parse(read('package-lock.json'));

  it('have exact versions', () => {
    const all = Object.entries({ ...dependencies, ...devDependencies });
    expect(all.length).toBeGreaterThan(10);
    expect(all.filter(([, version]) => !/^\d+\.\d+\.\d+(-[a-z]+\.\d+)?$/.test(version))).toEqual([]);
  });

  // Ships its binaries and needs no build: the script only looks for them. Optional, and not used where Node has its own
  // SQLite. `.ci/pack-smoke.mjs` installs without any script.
  const needless = ['node_modules/@photostructure/sqlite'];

  it('run no script that is needed when a user installs them', () => {
    const installed = Object.entries(packages).filter(([name, { dev }]) => name !== '' && dev !== true);
    expect(installed.length).toBeGreaterThan(50);
    expect(installed.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([name]) => name)).toEqual(
      needless,
    );
  });

  it('name no registry in the lockfile', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });
});
