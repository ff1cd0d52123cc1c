import { createHash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { LRUCache } from 'lru-cache';
import type { HttpEnv } from './http-env.ts';
import { HttpError } from './http-error.ts';
import { callerOfAddress, type RateLimits, rateLimitHeaders, type Standing } from './rate-limits.ts';
import type { SecurityWatch } from './security-watch.ts';

interface Dependencies {
  limits: RateLimits;
  watch: SecurityWatch;
}

type Middleware = MiddlewareHandler<HttpEnv>;

/**
 * Who calls, and how often: tokens that fail are limited by address, requests by whose they are. A token that was good
 * a moment ago is looked at even so: one client with an old token must not shut out the operator beside it.
 */
export function callers({ limits: { requests, failures }, watch }: Dependencies) {
  const good = new LRUCache<string, true>({ max: 10_000, ttl: 600_000 });

  /** Whether the address may try a token. */
  const mayTry = async (address: string, token: string | undefined) => {
    const standing = await failures.look(callerOfAddress(address));
    return { standing, tries: standing.allowed || (token !== undefined && good.has(hashed(token))) };
  };

  /** Before `authenticate`: 429 where an address has failed too often. */
  const counted: Middleware = async (c, next) => {
    const token = c.req.header('authorization');
    const { standing, tries } = await mayTry(c.var.address, token);
    // A token of ours is looked up in microseconds, and none can be guessed: only what costs a signature has to wait.
    if (!tries && !isOwn(token)) throw tooMany('failures', standing, watch, c.var.address);
    await next();
    if (c.var.grant !== null && token !== undefined) good.set(hashed(token), true);
    if (c.res.status !== 401) return;
    if (token !== undefined) watch.refused(c.var.address, 'invalid_token');
    await failures.take(callerOfAddress(c.var.address));
    if (!tries) throw tooMany('failures', standing, watch, c.var.address);
  };

  /**
   * Around `optionalAuthenticate` on an open route, which answers whatever the token: one that is not valid, or that is not
   * looked at because the address has failed too often, makes its sender nobody.
   */
  const open = (optionalAuthenticate: Middleware): Middleware => {
    return async (c, next) => {
      const { address } = c.var;
      const token = c.req.header('authorization');
      if (token === undefined || !((await mayTry(address, token)).tries || isOwn(token))) return next();
      const refusal = await refusalBy(() => optionalAuthenticate(c, async () => {}));
      if (refusal) watch.refused(address, 'invalid_token');
      if (refusal) await failures.take(callerOfAddress(address));
      else if (c.var.grant !== null) good.set(hashed(token), true);
      await next();
      // RFC 9110, section 11.6.1: also an answer that is no 401 may say that a token would change it.
      const challenge = refusal?.headers['www-authenticate'];
      if (challenge !== undefined) c.res.headers.set('www-authenticate', challenge);
    };
  };

  const takeRequests = async (c: Context<HttpEnv>, count: number) => {
    if (requests === null) return null;
    const { grant, address } = c.var;
    const standing = await (grant
      ? requests.tokens.take(grant.principal, count)
      : requests.addresses.take(callerOfAddress(address), count));
    if (!standing.allowed) throw tooMany('requests', standing, watch, address);
    return standing;
  };

  /** After authentication: 429 where the caller has used up its minute. */
  const limited: Middleware = async (c, next) => {
    const standing = await takeRequests(c, 1);
    await next();
    if (standing === null) return;
    for (const [name, value] of Object.entries(rateLimitHeaders('requests', standing))) c.res.headers.set(name, value);
  };

  /** What a batch holds beside its first message counts too. */
  const batched = async (c: Context<HttpEnv>, body: unknown) => {
    if (Array.isArray(body) && body.length > 1) await takeRequests(c, body.length - 1);
  };

  return { counted, open, limited, batched };
}

/** The 401 that authentication throws, or null. */
async function refusalBy(authentication: () => Promise<unknown>): Promise<HttpError | null> {
  try {
    await authentication();
    return null;
  } catch (thrown) {
    if (thrown instanceof HttpError && [400, 401].includes(thrown.status)) return thrown;
    throw thrown;
  }
}

/** Whether it is no JWT, whose parts are joined by dots. */
function isOwn(token: string | undefined): boolean {
  return token !== undefined && !token.includes('.');
}

function hashed(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}

function tooMany(name: 'requests' | 'failures', standing: Standing, watch: SecurityWatch, address: string): HttpError {
  watch.refused(address, `too_many_${name}`);
  return new HttpError({
    status: 429,
    code: 'rate_limited',
    message: name === 'requests' ? 'Too many requests' : 'Too many requests without a valid token',
    remedy: `Wait ${standing.resetSeconds} s, then go on more slowly.`,
    // What else was sent ahead on this connection is not worth its parsing.
    headers: { ...rateLimitHeaders(name, { ...standing, allowed: false }), connection: 'close' },
  });
}
