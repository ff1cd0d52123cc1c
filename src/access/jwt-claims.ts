import type { JWTHeaderParameters } from 'jose';
import { z } from 'zod';
import { type Scope, scopes } from '../config/scopes.ts';
import { AccessError } from './access-error.ts';
import type { Grant } from './grant.ts';

// OpenID Connect Core, section 2, has 255 characters; it is shown in logs, so nothing in it may act on a terminal.
const name = z.string().regex(/^[^\p{C}]{1,255}$/u);
/** Space-separated by RFC 8693; several servers write a list. */
const scopeList = z.union([z.string(), z.array(z.string())]);

/** What we read of an access token (RFC 9068). */
const claimsSchema = z.looseObject({
  exp: z.number(),
  sub: name.optional(),
  client_id: name.optional(),
  scope: scopeList.optional(),
  scp: scopeList.optional(),
});
type Claims = z.infer<typeof claimsSchema>;

interface Verified {
  /** Of a token whose signature, issuer, audience and times are good. */
  header: Pick<JWTHeaderParameters, 'typ'>;
  payload: unknown;
  issuer: string;
  /** What stands before our scopes in the token. */
  scopePrefix: string;
}

/** What a verified token allows. @throws AccessError where it is no access token, or nobody's */
export function grantOf({ header, payload, issuer, scopePrefix }: Verified): Grant {
  const parsed = claimsSchema.safeParse(payload);
  if (!parsed.success) {
    const [at = 'one'] = parsed.error.issues[0]?.path ?? [];
    throw new AccessError('invalid_token', `The claim ${String(at)} of the token is malformed`);
  }
  const claims = parsed.data;
  refuseOthers(header.typ, claims);
  return {
    principal: `jwt:${issuer}#${ownerOf(claims)}`,
    scopes: scopesOf(claims, scopePrefix),
    expiresAt: claims.exp * 1_000,
  };
}

const accessTokenType = 'at+jwt';

/**
 * Refuses what the same issuer signs for another use. RFC 9068 wants the type at+jwt; most servers write JWT or nothing, as
 * in their ID tokens, which are then told apart by what they alone hold.
 */
function refuseOthers(typ: string | undefined, claims: Claims): void {
  const type = (typ ?? 'jwt').toLowerCase().replace(/^application\//, '');
  if (type !== accessTokenType && type !== 'jwt') {
    throw new AccessError('invalid_token', 'The token is of another type than an access token');
  }
  // at_hash and c_hash: OpenID Connect Core, section 3.3.2.11; token_use: Amazon Cognito; typ: Keycloak.
  const isIdToken = 'at_hash' in claims || 'c_hash' in claims || claims.token_use === 'id' || claims.typ === 'ID';
  const hasScopes = claims.scope !== undefined || claims.scp !== undefined;
  if (type !== accessTokenType && (isIdToken || !hasScopes)) {
    throw new AccessError('invalid_token', 'The token is an ID token or has no scopes, and is no access token');
  }
  // RFC 9449, RFC 8705: whoever stole it could use it here as a plain bearer token.
  if ('cnf' in claims) {
    throw new AccessError('invalid_token', 'The token is bound to a key (cnf), which this server does not check');
  }
}

function ownerOf({ sub, client_id: clientId }: Claims): string {
  // Escaped, so that no subject can be written like a client.
  if (sub !== undefined) return sub.replaceAll('%', '%25').replaceAll('=', '%3D');
  if (clientId !== undefined) return `client_id=${clientId}`;
  throw new AccessError('invalid_token', 'The token has neither a sub nor a client_id');
}

function scopesOf({ scope, scp }: Claims, prefix: string): Scope[] {
  const named = new Set(
    [scope ?? [], scp ?? []].flatMap((list) => (typeof list === 'string' ? list.split(' ') : list)),
  );
  return scopes.filter((known) => named.has(prefix + known));
}
