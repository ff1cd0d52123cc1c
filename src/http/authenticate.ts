import type { AuthInfo } from '@modelcontextprotocol/server';
import type { Context, MiddlewareHandler } from 'hono';
import { AccessError } from '../access/access-error.ts';
import type { Grant } from '../access/grant.ts';
import type { TokenVerifier } from '../access/token-verifier.ts';
import type { Scope } from '../config/scopes.ts';
import type { Access } from './app.ts';
import { type Challenge, malformed, refused, scopeMissing, tokenRequired } from './challenge.ts';
import type { HttpEnv } from './http-env.ts';
import { HttpError } from './http-error.ts';

declare module 'hono' {
  interface ContextVariableMap {
    /** Set by authentication, for the refusals after it; null where there is no authorization server. */
    challenge: Challenge | null | undefined;
  }
}

type Verifier = Pick<TokenVerifier, 'verify'>;

interface Dependencies {
  verifier: Verifier;
  /** Null where no authorization server is configured. */
  challenge: (() => Challenge) | null;
}

type Middleware = MiddlewareHandler<HttpEnv>;

/** Who calls over HTTP, by the bearer token of the Authorization header and nothing else (RFC 6750, section 2.1). */
export function httpAccess({ verifier, challenge }: Dependencies): Access {
  const prepare = (c: Context<HttpEnv>) => {
    const told = challenge?.() ?? null;
    c.set('challenge', told);
    c.set('grant', null);
    return told;
  };

  const authenticate: Middleware = async (c, next) => {
    const told = prepare(c);
    const header = c.req.header('authorization');
    if (header === undefined) throw tokenRequired(told);
    c.set('grant', await grantOf(header, verifier, told));
    await next();
  };

  const optionalAuthenticate: Middleware = async (c, next) => {
    const told = prepare(c);
    const header = c.req.header('authorization');
    if (header !== undefined) c.set('grant', await ifKnown(grantOf(header, verifier, told)));
    await next();
  };

  const authInfoOf = (c: Context<HttpEnv>) => {
    const { grant, address } = c.var;
    const told = c.get('challenge') ?? null;
    if (!grant) throw tokenRequired(told);
    return authInfo(grant, address, told?.resourceMetadataUrl);
  };

  return { authenticate, optionalAuthenticate, authInfoOf };
}

/** Lets through whose token has one of these scopes: after `authenticate`. */
export function requireScope(anyOf: readonly Scope[]): Middleware {
  return async (c, next) => {
    const told = c.get('challenge') ?? null;
    const { grant } = c.var;
    if (!grant) throw tokenRequired(told);
    if (!anyOf.some((scope) => grant.scopes.includes(scope))) throw scopeMissing(anyOf, told);
    await next();
  };
}

/** What the SDK carries to the tools. The token itself is left out: nothing behind this point has a use for it. */
export function authInfo(grant: Grant, address: string, resourceMetadataUrl: string | undefined): AuthInfo {
  const { principal, scopes, expiresAt } = grant;
  return {
    token: '',
    clientId: principal,
    scopes: [...scopes],
    extra: { address },
    ...(expiresAt === null ? {} : { expiresAt: Math.floor(expiresAt / 1_000) }),
    ...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }),
  };
}

// One token of RFC 6750's characters; of two headers the values come joined by a comma, which is none of them.
const bearerToken = /^bearer +([\w.~+/-]+=*)$/i;

async function grantOf(header: string, verifier: Verifier, told: Challenge | null): Promise<Grant> {
  const token = bearerToken.exec(header)?.[1];
  if (token === undefined) throw malformed(told);
  try {
    return await verifier.verify(token);
  } catch (thrown) {
    throw thrown instanceof AccessError ? refused(thrown, told) : thrown;
  }
}

/** Who cannot be known now is nobody: an open route, such as health, goes on while the authorization server is away. */
async function ifKnown(grant: Promise<Grant>): Promise<Grant | null> {
  try {
    return await grant;
  } catch (thrown) {
    if (thrown instanceof HttpError && thrown.status === 503) return null;
    throw thrown;
  }
}
