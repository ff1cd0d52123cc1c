import { isIP } from 'node:net';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { HttpConfig } from '../config/http-schema.ts';
import { canonicalNetwork } from '../config/ip.ts';

/** How a caller stands to a limit. */
export interface Standing {
  allowed: boolean;
  limit: number;
  remaining: number;
  /** Seconds until it may all be used again. */
  resetSeconds: number;
}

const windowSeconds = 60;
/** Callers that have a count of their own at the same time, about 20 MB; the rest share one. */
const mostCallers = 50_000;

/** Counts by caller over a minute, in bounded memory. */
export class RateLimit {
  readonly #limiter: RateLimiterMemory;
  readonly #callers = new LRUCache<string, true>({ max: mostCallers + 1, ttl: windowSeconds * 1_000 });

  /** @param limit in a minute, 1 or more */
  constructor(limit: number) {
    this.#limiter = new RateLimiterMemory({ points: limit, duration: windowSeconds });
  }

  /** Takes one, or as many as are asked for, where they are left. */
  async take(caller: string, count = 1): Promise<Standing> {
    try {
      return this.#standing(await this.#limiter.consume(this.#keyOf(caller), count), true);
    } catch (thrown) {
      if (thrown instanceof RateLimiterRes) return this.#standing(thrown, false);
      throw thrown;
    }
  }

  /** Whether one is left, taking none. */
  async look(caller: string): Promise<Standing> {
    const known = await this.#limiter.get(this.#callers.has(caller) ? caller : others);
    if (known === null)
      return { allowed: true, limit: this.#limiter.points, remaining: this.#limiter.points, resetSeconds: 0 };
    return this.#standing(known, known.remainingPoints > 0);
  }

  #keyOf(caller: string): string {
    if (this.#callers.has(caller)) return caller;
    if (this.#callers.size >= mostCallers) this.#callers.purgeStale();
    if (this.#callers.size >= mostCallers) return others;
    this.#callers.set(caller, true);
    return caller;
  }

  #standing({ remainingPoints, msBeforeNext }: RateLimiterRes, allowed: boolean): Standing {
    return {
      allowed,
      limit: this.#limiter.points,
      remaining: remainingPoints,
      resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1_000)),
    };
  }
}

const others = 'others';

export interface RateLimits {
  /** Null where there is no limit. Counted apart, so that no number of addresses crowds out a token. */
  requests: { tokens: RateLimit; addresses: RateLimit } | null;
  /** Requests without a valid token, by address. */
  failures: RateLimit;
}

/** The limits of this process. */
export function rateLimits({ requestsPerMinute, failuresPerMinute }: HttpConfig['rateLimit']): RateLimits {
  return {
    requests:
      requestsPerMinute === 0
        ? null
        : { tokens: new RateLimit(requestsPerMinute), addresses: new RateLimit(requestsPerMinute) },
    failures: new RateLimit(failuresPerMinute),
  };
}

/** Whom an address counts as: of IPv6 a /64, which is what one customer has, and can change its address in at will. */
export function callerOfAddress(address: string): string {
  return isIP(address) === 6 ? (canonicalNetwork(`${address}/64`) ?? address) : address;
}

/** The fields of draft-ietf-httpapi-ratelimit-headers-10, and Retry-After where the request was refused. */
export function rateLimitHeaders(name: string, standing: Standing): Record<string, string> {
  const { allowed, limit, remaining, resetSeconds } = standing;
  return {
    'ratelimit-policy': `"${name}";q=${limit};w=${windowSeconds}`,
    ratelimit: `"${name}";r=${remaining};t=${resetSeconds}`,
    ...(allowed ? {} : { 'retry-after': String(resetSeconds) }),
  };
}
