import type { Config } from './schema.ts';

const mask = '********';

/** The configuration as it may be printed: header and environment values and credentials in URLs are masked. */
export function maskSecrets(config: Config): Config {
  const { endpoint } = config.direct;
  const { store, personalData } = config;
  const { external } = personalData;
  return {
    ...config,
    store: {
      ...store,
      ...(store.key === undefined ? {} : { key: mask }),
      ...(store.postgres === undefined ? {} : { postgres: maskUrl(store.postgres) }),
    },
    personalData: external
      ? {
          ...personalData,
          external: { ...external, url: maskUrl(external.url), headers: maskValues(external.headers) },
        }
      : personalData,
    direct: endpoint === undefined ? config.direct : { ...config.direct, endpoint: maskUrl(endpoint) },
    mcp: {
      ...config.mcp,
      upstreams: config.mcp.upstreams.map((upstream) => ({
        ...upstream,
        ...(upstream.url === undefined ? {} : { url: maskUrl(upstream.url) }),
        args: upstream.args.map((argument, index, all) => maskArgument(argument, all[index - 1])),
        env: maskValues(upstream.env),
        headers: maskValues(upstream.headers),
        ...(upstream.oauth?.clientSecret === undefined ? {} : { oauth: { ...upstream.oauth, clientSecret: mask } }),
      })),
    },
  };
}

function maskValues(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.keys(record).map((name) => [name, mask]));
}

const secretNames = '(?:token|secret|password|api[-_]?key|authorization|cookie)';
const secretFlag = new RegExp(`^--?[\\w-]*${secretNames}$`, 'i');
const namedSecret = new RegExp(`^(-{0,2}[\\w-]*${secretNames}[\\w-]*\\s*[=:]\\s*).+$`, 'is');

/** `--token=abc`, `--token abc`, `Authorization: abc` and the like: the name tells that the value is secret. */
function maskArgument(argument: string, before: string | undefined): string {
  if (before !== undefined && secretFlag.test(before)) return mask;
  return argument
    .replace(namedSecret, `$1${mask}`)
    .replace(/https?:\/\/\S*[@?]\S*/g, (url) => (URL.canParse(url) ? maskUrl(url) : mask));
}

/** A URL without the credentials and query values that may hold a secret. */
export function maskUrl(text: string): string {
  const url = new URL(text);
  if (url.username || url.password) {
    url.username = mask;
    url.password = '';
  }
  for (const name of [...url.searchParams.keys()]) url.searchParams.set(name, mask);
  return url.href;
}
