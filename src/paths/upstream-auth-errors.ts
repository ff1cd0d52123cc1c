import { OAuthError, OAuthErrorCode } from '@modelcontextprotocol/client';
import { HybridRoutingError, messageOf } from '../config/errors.ts';
import { PathError } from './path-error.ts';
import { asWords } from './untrusted-text.ts';

const passing: ReadonlySet<string> = new Set([
  OAuthErrorCode.ServerError,
  OAuthErrorCode.TemporarilyUnavailable,
  OAuthErrorCode.TooManyRequests,
]);

/** An upstream that a person has to sign in to. @param scope what it asks for */
export function loginRequired(name: string, scope: string | undefined): PathError {
  const scopes = scope === undefined ? '' : ` (scopes ${asWords(scope, 200)})`;
  return new PathError({
    path: 'mcp',
    errorClass: 'configuration',
    kind: 'login_required',
    message: `Upstream ${name}: wants a person to sign in${scopes}`,
    remedy: `Run: hybrid-routing-mcp upstream login ${name}.`,
  });
}

/** An upstream that asks again for scopes that it was asked for already. */
export function scopeRefused(name: string, scope: string | undefined): PathError {
  return new PathError({
    path: 'mcp',
    errorClass: 'configuration',
    kind: 'forbidden',
    message: `Upstream ${name}: does not take a token with the scopes that it asked for (${asWords(scope ?? 'none', 200)})`,
    remedy: `Let its operator grant this client the scopes, or correct oauth of upstream ${name} in mcp.upstreams.`,
  });
}

/** What a sign-in failed with, in its class; what the network did stays as it is. */
export function authorizationError(thrown: unknown, name: string): unknown {
  if (thrown instanceof HybridRoutingError || thrown instanceof TypeError) return thrown;
  if (thrown instanceof DOMException) {
    return new PathError({
      path: 'mcp',
      errorClass: 'timeout',
      kind: 'authorization_timeout',
      message: `Upstream ${name}: its authorization server does not answer`,
      remedy: `Look at the authorization server of upstream ${name}.`,
      cause: thrown,
    });
  }
  const transient = thrown instanceof OAuthError && passing.has(thrown.code);
  // The SDK adds the body of a reply that it cannot read, which may hold anything.
  const [said = ''] = messageOf(thrown).split(' Raw body:');
  return new PathError({
    path: 'mcp',
    errorClass: transient ? 'transient' : 'configuration',
    kind: 'authorization_failed',
    message: `Upstream ${name}: signing in failed: ${asWords(said, 300)}`,
    remedy: `Check oauth of upstream ${name} in mcp.upstreams, and its authorization server.`,
    cause: thrown,
  });
}
