import type { Config } from './schema.ts';

const mask = '********';

/** The configuration as it may be printed: header and environment values and credentials in URLs are masked. */
export function maskSecrets(config: Config): Config {
  const { endpoint } = config.direct;
  return {
    ...config,
    direct: endpoint === undefined ? config.direct : { ...config.direct, endpoint: maskUrl(endpoint) },
    mcp: {
      ...config.mcp,
      upstreams: config.mcp.upstreams.map((upstream) => ({
        ...upstream,
        ...(upstream.url === undefined ? {} : { url: maskUrl(upstream.url) }),
        args: upstream.args.map(maskArgument),
        env: maskValues(upstream.env),
        headers: maskValues(upstream.headers),
      })),
    },
  };
}

function maskValues(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.keys(record).map((name) => [name, mask]));
}

/** `--token=abc` and the like: the name tells that the value is secret. */
function maskArgument(argument: string): string {
  return argument.replace(/^(-{0,2}[\w-]*(?:token|secret|password|api-?key)[\w-]*=).+$/i, `$1${mask}`);
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
