import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The version in package.json: two folders up from the compiled file, one from the source. */
export const version =
  ['../package.json', '../../package.json'].map(readVersion).find((found) => found !== undefined) ?? '0.0.0';

function readVersion(path: string): string | undefined {
  try {
    const text = readFileSync(new URL(path, import.meta.url), 'utf8');
    return z.looseObject({ name: z.literal('hybrid-routing-mcp'), version: z.string() }).parse(JSON.parse(text))
      .version;
  } catch {
    // Not there: the other layout (source or compiled) applies.
    return undefined;
  }
}
