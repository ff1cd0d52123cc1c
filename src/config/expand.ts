import { ConfigError } from './errors.ts';
import type { Config } from './schema.ts';

type Env = Record<string, string | undefined>;
/** Expands the text of one key, whose name is for the error. */
type Expand = (text: string, key: string) => string;

/** Replaces `${NAME}` where a secret may stand, so that a file needs none in it. */
export function expandVariables(config: Config, env: Env): Config {
  const expand = expander(env);
  const { store, personalData, mcp } = config;
  return {
    ...config,
    store: {
      ...store,
      ...(store.key === undefined ? {} : { key: expand(store.key, 'store.key') }),
      ...(store.postgres === undefined ? {} : { postgres: expand(store.postgres, 'store.postgres') }),
    },
    personalData: personalData.external
      ? {
          ...personalData,
          external: {
            ...personalData.external,
            headers: expandAll(expand, personalData.external.headers, 'personalData.external.headers'),
          },
        }
      : personalData,
    mcp: {
      ...mcp,
      upstreams: mcp.upstreams.map((upstream) => {
        const where = `mcp.upstreams "${upstream.name}": `;
        return {
          ...upstream,
          args: upstream.args.map((text, index) => expand(text, `${where}args.${index}`)),
          env: expandAll(expand, upstream.env, `${where}env`),
          headers: expandAll(expand, upstream.headers, `${where}headers`),
          ...(upstream.oauth?.clientSecret === undefined
            ? {}
            : {
                oauth: {
                  ...upstream.oauth,
                  clientSecret: expand(upstream.oauth.clientSecret, `${where}oauth.clientSecret`),
                },
              }),
        };
      }),
    },
  };
}

function expander(env: Env): Expand {
  return (text, key) =>
    text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = env[name];
      if (value !== undefined) return value;
      throw new ConfigError(
        `${key} uses the environment variable ${name}, which is not set`,
        `Set ${name}, or write the value into the configuration.`,
      );
    });
}

function expandAll(expand: Expand, record: Record<string, string>, key: string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, text]) => [name, expand(text, `${key}.${name}`)]));
}
