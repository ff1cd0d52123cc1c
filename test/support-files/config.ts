import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';

const root = join(tmpdir(), `hybrid-unit-${process.pid}-${Date.now().toString(36)}`);
process.on('exit', () => rmSync(root, { recursive: true, force: true }));
let folders = 0;

/** A state folder that no other test has; made by whoever opens it. */
export function ownStateFolder(): string {
  folders += 1;
  return join(root, String(folders));
}

/** The defaults, with these dotted keys set; nothing is taken from the machine that runs the tests, nor left on it. */
export function configWith(flags: Readonly<Record<string, unknown>> = {}): Config {
  return loadConfig({ env: {}, flags: { 'store.folder': ownStateFolder(), ...flags } });
}
