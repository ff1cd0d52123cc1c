import { AccessError } from './access-error.ts';
import type { Grant } from './grant.ts';
import { type JwtVerifier, looksLikeJwt } from './jwt-verifier.ts';
import type { StaticTokens } from './static-tokens.ts';

interface Dependencies {
  tokens: Pick<StaticTokens, 'find'>;
  /** Null where no authorization server is configured. */
  jwt: Pick<JwtVerifier, 'verify'> | null;
}

/** In characters. Tokens with many groups in them reach 6,000; headers end at 16 KiB by default. */
const longestToken = 8_192;

/** Says what a bearer token allows. */
export class TokenVerifier {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** @throws AccessError invalid_token, token_expired, or authorization_server_unavailable */
  async verify(token: string): Promise<Grant> {
    const { tokens, jwt } = this.#dependencies;
    if (token.length > longestToken) {
      throw new AccessError('invalid_token', `The token is longer than ${longestToken} characters`);
    }
    // First, as these need nobody else: they work while the authorization server is away.
    const known = tokens.find(token);
    if (known) return known;
    if (jwt && looksLikeJwt(token)) return jwt.verify(token);
    throw new AccessError('invalid_token', 'The token is not known');
  }
}
