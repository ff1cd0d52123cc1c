import { loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/schema.ts';

/** The defaults, with these dotted keys set; nothing is taken from the machine that runs the tests. */
export function configWith(flags: Readonly<Record<string, unknown>> = {}): Config {
  return loadConfig({ env: {}, flags });
}
