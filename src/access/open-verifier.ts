import { randomBytes } from 'node:crypto';
import { ConfigError } from '../config/errors.ts';
import { isLoopback } from '../config/ip.ts';
import type { Config } from '../config/schema.ts';
import type { Logger } from '../telemetry/logger.ts';
import { firstToken } from './first-token.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { JwtVerifier } from './jwt-verifier.ts';
import { adminToken, configuredTokens, environmentToken, StaticTokens } from './static-tokens.ts';
import { TokenVerifier } from './token-verifier.ts';

interface Options {
  config: Pick<Config, 'access' | 'http'>;
  env: NodeJS.ProcessEnv;
  /** The state folder, where the first token is kept. */
  folder: string;
  /** URL of the MCP endpoint: what a JWT's `aud` must hold where no audience is configured. */
  resource: () => string;
  /** Milliseconds since 1970. */
  wallClock: () => number;
  /** Milliseconds, monotonic. */
  now: () => number;
  logger: Pick<Logger, 'warn'>;
}

interface Opened {
  verifier: TokenVerifier;
  /** The file of the first token, for the operator to be told; null where other tokens are configured. */
  firstTokenFile: string | null;
}

/** Who may come in over HTTP, by the configuration. @throws ConfigError where it cannot be */
export async function openVerifier(options: Options): Promise<Opened> {
  const { config, env, folder, resource, wallClock, now, logger } = options;
  const { oauth } = config.access;
  if (oauth) needPublicUrl(config.http);
  const admin = environmentToken(env);
  const given = [...configuredTokens(config.access), ...(admin ? [admin] : [])];
  const first = given.length === 0 && !oauth ? await firstToken({ folder, random: randomBytes }) : null;
  const tokens = new StaticTokens({ tokens: first ? [adminToken('first', first.token)] : given, wallClock });
  const jwt = oauth
    ? new JwtVerifier({
        config: oauth,
        keys: new IssuerKeys({ issuer: oauth.issuer, jwksUrl: oauth.jwksUrl, now, logger }),
        audience: () => oauth.audience ?? resource(),
        wallClock,
      })
    : null;
  return { verifier: new TokenVerifier({ tokens, jwt }), firstTokenFile: first?.file ?? null };
}

/** By it clients find the authorization server, and it is whom tokens are made out to: a listening address is no name for that. */
function needPublicUrl({ host, publicUrl }: Config['http']): void {
  const isLocal = host === 'localhost' || isLoopback(host);
  if (publicUrl !== undefined || isLocal) return;
  throw new ConfigError(
    `access.oauth needs http.publicUrl where http.host is ${host}`,
    'Set http.publicUrl to the URL that clients use, such as https://routing.example.com.',
  );
}
