import { ConfigError } from './errors.ts';
import type { Config } from './schema.ts';
import type { UpstreamConfig } from './upstream-schema.ts';

/** Replaces `${NAME}` in the headers, environment and arguments of upstreams, so that a file needs no secrets in it. */
export function expandVariables(config: Config, env: Record<string, string | undefined>): Config {
  const upstreams = config.mcp.upstreams.map((upstream) => expandUpstream(upstream, env));
  return { ...config, mcp: { ...config.mcp, upstreams } };
}

function expandUpstream(upstream: UpstreamConfig, env: Record<string, string | undefined>): UpstreamConfig {
  const expand = (text: string, key: string) =>
    text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = env[name];
      if (value === undefined) {
        throw new ConfigError(
          `mcp.upstreams "${upstream.name}": ${key} uses the environment variable ${name}, which is not set`,
          `Set ${name}, or write the value into the configuration.`,
        );
      }
      return value;
    });
  const expandAll = (record: Record<string, string>, key: string) =>
    Object.fromEntries(Object.entries(record).map(([name, text]) => [name, expand(text, `${key}.${name}`)]));
  return {
    ...upstream,
    args: upstream.args.map((text, index) => expand(text, `args.${index}`)),
    env: expandAll(upstream.env, 'env'),
    headers: expandAll(upstream.headers, 'headers'),
  };
}
