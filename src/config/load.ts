import { readFileSync } from 'node:fs';
import { getProperty, setProperty } from 'dot-prop';
import { z } from 'zod';
import { ConfigError, messageOf } from './errors.ts';
import { expandVariables } from './expand.ts';
import { type ConfigKey, configKeys, isOwnVariable, keysUnder } from './keys.ts';
import { problemsOf } from './problems.ts';
import { type Config, configSchema } from './schema.ts';

/** Where a configuration comes from; a later source overrides an earlier one: file, environment, flags. */
export interface ConfigSources {
  /** Path of a JSON file. */
  file?: string | undefined;
  env: Record<string, string | undefined>;
  /** `key=value` pairs with dotted keys, from `--set`. */
  set?: readonly string[];
  /** Named flags, already typed. */
  flags?: Readonly<Record<string, unknown>>;
}

/**
 * Reads and checks the configuration.
 * @throws ConfigError with one message that names every bad key, its value and what is allowed.
 */
export function loadConfig(sources: ConfigSources): Config {
  const raw = sources.file === undefined ? {} : readConfigFile(sources.file);
  for (const [key, value] of fromEnvironment(sources.env)) put(raw, key.path.join('.'), value);
  for (const pair of sources.set ?? []) put(raw, ...fromPair(pair));
  for (const [path, value] of Object.entries(sources.flags ?? {})) {
    if (value !== undefined) put(raw, path, value);
  }
  const result = configSchema.safeParse(raw);
  if (!result.success) {
    const problems = problemsOf(result.error.issues, raw, keysUnder);
    throw new ConfigError(
      `The configuration is not valid: ${problems.join('; ')}`,
      'Correct the keys named above; `hybrid-routing-mcp config` prints what is in force.',
    );
  }
  checkUpstreamNames(result.data);
  return expandVariables(result.data, sources.env);
}

/** Sets a key, unless a wrong value stands above it: that one is then named, rather than lost. */
function put(raw: Record<string, unknown>, path: string, value: unknown): void {
  const parts = path.split('.');
  const blocked = parts.slice(0, -1).some((_, index) => {
    const above: unknown = getProperty(raw, parts.slice(0, index + 1).join('.'));
    return above !== undefined && (typeof above !== 'object' || above === null);
  });
  if (!blocked) setProperty(raw, path, value);
}

function readConfigFile(file: string): Record<string, unknown> {
  const remedy =
    'Give --config the path of a JSON file with one object, such as {"direct": {"region": "eu-central-1"}}.';
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(`--config ${file} cannot be read: ${messageOf(cause)}`, remedy, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // The engine's message quotes the text around the fault, which may be a secret.
    const where = messageOf(cause)
      .replace(/, (\.\.\.)?".*/s, '')
      .replace(/^Unexpected token .*/s, 'unexpected token');
    throw new ConfigError(`--config ${file} is not JSON: ${where}`, remedy);
  }
  const object = z.record(z.string(), z.unknown()).safeParse(value);
  if (!object.success) throw new ConfigError(`--config ${file} must hold one JSON object`, remedy);
  return object.data;
}

/** A secret and no key of the configuration, which is shown: access/static-tokens.ts reads it. */
const adminTokenVariable = 'HYBRID_ROUTING_ADMIN_TOKEN';

function fromEnvironment(env: ConfigSources['env']): [ConfigKey, unknown][] {
  const known = new Map(configKeys.map((key) => [key.env, key]));
  const entries: [ConfigKey, unknown][] = [];
  // The SDK's own variable first, so that our more specific one wins.
  const region = configKeys.find((key) => key.path.join('.') === 'direct.region');
  if (region && env.AWS_REGION) entries.push([region, env.AWS_REGION]);
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || !isOwnVariable(name) || name === adminTokenVariable) continue;
    const key = known.get(name);
    if (!key) {
      throw new ConfigError(
        `Environment variable ${name} is not known`,
        `Known variables: ${[...known.keys()].join(', ')}.`,
      );
    }
    entries.push([key, parseValue(value, key, name)]);
  }
  return entries;
}

function fromPair(pair: string): [string, unknown] {
  const at = pair.indexOf('=');
  const path = at < 0 ? pair : pair.slice(0, at);
  const key = configKeys.find((candidate) => candidate.path.join('.') === path);
  if (!key || at < 0) {
    const known = configKeys.map((candidate) => candidate.path.join('.')).join(', ');
    throw new ConfigError(`--set ${path} does not name a known key`, `Write --set KEY=VALUE, KEY one of: ${known}.`);
  }
  return [path, parseValue(pair.slice(at + 1), key, `--set ${path}`)];
}

function parseValue(text: string, key: ConfigKey, source: string): unknown {
  if (key.type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch (cause) {
    const remedy = `Allowed for ${key.path.join('.')}: ${key.allowed}. ${key.description}`;
    // A list of upstreams may hold secrets, and the engine's message would quote them.
    if (key.type === 'json') throw new ConfigError(`${source} has a value that is not a JSON value`, remedy);
    throw new ConfigError(`${source} has the value ${JSON.stringify(text)}, which is not a ${key.type}`, remedy, {
      cause,
    });
  }
}

function checkUpstreamNames(config: Config): void {
  const seen = new Set<string>();
  for (const { name } of config.mcp.upstreams) {
    if (seen.has(name)) {
      throw new ConfigError(
        `mcp.upstreams has two entries with the name "${name}"`,
        'Give each upstream its own name.',
      );
    }
    seen.add(name);
  }
}
