import type { AccessError } from '../access/access-error.ts';
import type { Scope } from '../config/scopes.ts';
import { HttpError } from './http-error.ts';

/** What a client is told about getting a token. */
export interface Challenge {
  /** URL of the protected-resource metadata (RFC 9728). */
  resourceMetadataUrl: string;
  /** What stands before our scopes at the authorization server. */
  scopePrefix: string;
}

// RFC 9728 and `scope` are for who gets tokens by OAuth; without an authorization server they would lead nowhere.
type Known = Challenge | null;

const realm = 'hybrid-routing-mcp';
const sendOne = 'Send the header Authorization: Bearer TOKEN; the operator of this server makes tokens.';

/** No token came: 401, without an error code (RFC 6750, section 3.1). */
export function tokenRequired(challenge: Known): HttpError {
  const headers = { 'www-authenticate': bearer({}, ['viewer'], challenge) };
  const message = 'This needs a bearer token';
  return new HttpError({ status: 401, code: 'token_required', message, remedy: sendOne, headers });
}

/** What came is no single bearer token: 401. */
export function malformed(challenge: Known): HttpError {
  const message = 'The Authorization header is not one well-formed bearer token';
  const headers = { 'www-authenticate': bearer(invalid(message), ['viewer'], challenge) };
  return new HttpError({ status: 401, code: 'invalid_token', message, remedy: sendOne, headers });
}

const retryAfterSeconds = '5';

/** A token that is not taken: 401; or that cannot be judged now: 503. */
export function refused({ code, message, remedy }: AccessError, challenge: Known): HttpError {
  if (code === 'authorization_server_unavailable') {
    const headers = { 'retry-after': retryAfterSeconds };
    return new HttpError({ status: 503, code, message, remedy, headers });
  }
  const headers = { 'www-authenticate': bearer(invalid(message), ['viewer'], challenge) };
  return new HttpError({ status: 401, code, message, remedy, headers });
}

/** A good token that does not allow this: 403. */
export function scopeMissing(anyOf: readonly Scope[], challenge: Known): HttpError {
  const names = anyOf.join(' or ');
  const message = `This needs the scope ${names}`;
  const parameters = { error: 'insufficient_scope', error_description: message };
  // Known also without an authorization server: it is what the operator must be asked for.
  const scoped = challenge ? parameters : { ...parameters, scope: anyOf.join(' ') };
  return new HttpError({
    status: 403,
    code: 'insufficient_scope',
    message,
    remedy: `Use a token with the scope ${names}.`,
    headers: { 'www-authenticate': bearer(scoped, anyOf, challenge) },
  });
}

function invalid(message: string) {
  return { error: 'invalid_token', error_description: message };
}

function bearer(parameters: Readonly<Record<string, string>>, scopes: readonly Scope[], challenge: Known): string {
  const ofOAuth = challenge && {
    scope: scopes.map((scope) => challenge.scopePrefix + scope).join(' '),
    resource_metadata: challenge.resourceMetadataUrl,
  };
  const all = Object.entries({ realm, ...parameters, ...ofOAuth });
  return `Bearer ${all.map(([name, value]) => `${name}="${quotable(value)}"`).join(', ')}`;
}

/** RFC 6750, section 3: these characters alone, so that no quoting is needed. */
function quotable(text: string): string {
  return text.replace(/[^ !#-[\]-~]/g, '?');
}
