import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { messageOf } from '../config/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { AccessError } from './access-error.ts';
import { discoverJwksUrl, fetchDocument } from './issuer-documents.ts';

interface Timings {
  /** For one answer of the issuer, in ms. */
  timeoutMs: number;
  /** After the keys were fetched: how long an unknown key does not have them fetched again, in ms. */
  cooldownMs: number;
  /** How long keys are trusted without looking whether the issuer still has them, in ms. */
  maxAgeMs: number;
  /** After a failure: how long the issuer is left alone, in ms. */
  retryMs: number;
}

interface Dependencies {
  issuer: string;
  /** Without it, where the issuer's metadata says. */
  jwksUrl: string | undefined;
  /** Milliseconds, monotonic: a clock that is set back must not keep the issuer alone for longer. */
  now: () => number;
  logger: Pick<Logger, 'warn'>;
  timings?: Partial<Timings>;
}

type RemoteKeys = ReturnType<typeof createRemoteJWKSet>;

// What says something of the token, not of the issuer.
const saysOfToken = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

/** The public keys of an issuer: fetched when the first token needs them, kept, and fetched anew as they change or age. */
export class IssuerKeys {
  readonly #dependencies: Dependencies;
  readonly #timings: Timings;
  #located: Promise<RemoteKeys> | null = null;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    const byDefault = { timeoutMs: 3_000, cooldownMs: 30_000, maxAgeMs: 600_000, retryMs: 5_000 };
    this.#timings = { ...byDefault, ...dependencies.timings };
  }

  /**
   * The key that a token names.
   * @throws AccessError authorization_server_unavailable where the keys are not known and cannot be fetched now
   * @throws errors.JOSEError where the issuer has no such key
   */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    this.#located ??= this.#locate();
    const located = this.#located;
    let keys: RemoteKeys | null = null;
    try {
      keys = await located;
      return await keys(header, token);
    } catch (cause) {
      if (saysOfToken.some((type) => cause instanceof type)) throw cause;
      // Not found, or moved since: with no good keys left to lose, they are looked for again.
      if (!keys?.fresh && this.#located === located) this.#located = null;
      throw cause instanceof AccessError ? cause : this.#failed(cause);
    }
  };

  async #locate(): Promise<RemoteKeys> {
    const { issuer, jwksUrl } = this.#dependencies;
    const { timeoutMs, cooldownMs, maxAgeMs } = this.#timings;
    this.#leaveAlone();
    return createRemoteJWKSet(new URL(jwksUrl ?? (await discoverJwksUrl(issuer, timeoutMs))), {
      timeoutDuration: timeoutMs,
      cooldownDuration: cooldownMs,
      cacheMaxAge: maxAgeMs,
      [customFetch]: async (href, { signal, headers }) => {
        this.#leaveAlone();
        return fetchDocument(href, { timeoutMs, signal, headers });
      },
    });
  }

  /** Anyone can send tokens: they must not make us beat on an issuer that is away, nor wait for it each time. */
  #leaveAlone(): void {
    if (this.#dependencies.now() - this.#failedAt < this.#timings.retryMs) throw unavailable();
  }

  #failed(cause: unknown): AccessError {
    const { issuer, now, logger } = this.#dependencies;
    const at = now();
    if (at - this.#failedAt >= this.#timings.retryMs) {
      const reason = messageOf(cause instanceof Error ? (cause.cause ?? cause) : cause);
      const fields = { component: 'bedrock-support', event: 'SECURITY', issuer, cause: reason } as const;
      logger.warn(fields, 'SECURITY keys of the token issuer cannot be fetched; its tokens are refused');
    }
    this.#failedAt = at;
    return unavailable(cause);
  }
}

function unavailable(cause?: unknown): AccessError {
  const message = 'The authorization server cannot be asked for its keys, so that its tokens cannot be checked';
  return new AccessError('authorization_server_unavailable', message, { cause });
}
