import { decodeJwt, errors, jwtVerify } from 'jose';
import type { AccessConfig } from '../config/access-schema.ts';
import { AccessError } from './access-error.ts';
import type { Grant } from './grant.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { grantOf } from './jwt-claims.ts';

interface Dependencies {
  config: NonNullable<AccessConfig['oauth']>;
  keys: Pick<IssuerKeys, 'find'>;
  /** What `aud` must hold; asked at each token, as a free port is known only once it is listened on. */
  audience: () => string;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** Whether a token may be a JWT: three parts. */
export function looksLikeJwt(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);
}

/** Access tokens of an authorization server: JWT, signed with one of its keys, for us. */
export class JwtVerifier {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** @throws AccessError why the token is refused, or cannot be judged now */
  async verify(token: string): Promise<Grant> {
    const { config, keys, audience, wallClock } = this.#dependencies;
    const { issuer, scopePrefix } = config;
    try {
      // Somebody else's token does not have us fetch keys.
      if (decodeJwt(token).iss !== issuer) throw new AccessError('invalid_token', 'The token is of another issuer');
      // Only signatures with a private key are among the algorithms: neither `none` nor a shared secret (RFC 8725, 3.1).
      const { protectedHeader, payload } = await jwtVerify(token, keys.find, {
        issuer,
        audience: audience(),
        algorithms: config.algorithms,
        requiredClaims: ['exp'],
        clockTolerance: config.clockToleranceSeconds,
        currentDate: new Date(wallClock()),
      });
      return grantOf({ header: protectedHeader, payload, issuer, scopePrefix });
    } catch (thrown) {
      throw thrown instanceof errors.JOSEError ? refusalOf(thrown) : thrown;
    }
  }
}

/** In words of our own: those of the library quote what they read. */
function refusalOf(cause: errors.JOSEError): AccessError {
  if (cause instanceof errors.JWTExpired) return new AccessError('token_expired', 'The token has expired', { cause });
  return new AccessError('invalid_token', reasonOf(cause), { cause });
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTClaimValidationFailed) return reasonOfClaim(error);
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The token is signed with an algorithm that is not taken here';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the token does not verify';
  if (error instanceof errors.JWKSNoMatchingKey) return 'The token is signed with a key that its issuer does not have';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'The token does not say which key it is signed with';
  return 'The token is not a JWT that this server can read';
}

function reasonOfClaim({ claim, reason }: errors.JWTClaimValidationFailed): string {
  if (reason === 'missing') return `The token has no claim ${claim}`;
  if (claim === 'aud') return 'The token is for another audience';
  if (claim === 'nbf') return 'The token is not valid yet';
  return `The claim ${claim} of the token is not as it must be`;
}
