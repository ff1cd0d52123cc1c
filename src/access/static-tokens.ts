import { timingSafeEqual } from 'node:crypto';
import type { AccessConfig } from '../config/access-schema.ts';
import { ConfigError } from '../config/errors.ts';
import { type Scope, scopes } from '../config/scopes.ts';
import { AccessError } from './access-error.ts';
import type { Grant } from './grant.ts';
import { digestOf } from './tokens.ts';

/** A token by its digest: the token itself is known to its owner alone. */
export interface StaticToken {
  name: string;
  /** SHA-256, 32 bytes. */
  digest: Buffer;
  scopes: readonly Scope[];
  /** Whether an agent has it. */
  agent?: boolean | undefined;
  /** Milliseconds since 1970; null where it does not end. */
  expiresAt: number | null;
}

interface Dependencies {
  tokens: readonly StaticToken[];
  /** Milliseconds since 1970. */
  wallClock: () => number;
  /** Whether two digests are the same, in a time that does not depend on where they differ. */
  equal?: (one: Buffer, other: Buffer) => boolean;
}

/** The tokens that this server was given or made itself. */
export class StaticTokens {
  readonly #dependencies: Required<Dependencies>;

  /** @throws ConfigError where two tokens have one name, or are the same token */
  constructor(dependencies: Dependencies) {
    this.#dependencies = { equal: timingSafeEqual, ...dependencies };
    refuseTwins(dependencies.tokens);
  }

  /** What a token allows; null where it is none of these. @throws AccessError token_expired */
  find(token: string): Grant | null {
    const { tokens, wallClock, equal } = this.#dependencies;
    const digest = digestOf(token);
    // Each is compared, whichever is the one: how long it takes tells nothing about what is known here.
    const [found] = tokens.filter((candidate) => equal(candidate.digest, digest));
    if (!found) return null;
    const { name, scopes: granted, agent, expiresAt } = found;
    if (expiresAt !== null && wallClock() >= expiresAt) {
      throw new AccessError('token_expired', `The token ${name} expired at ${new Date(expiresAt).toISOString()}`);
    }
    return { principal: `token:${name}`, scopes: granted, expiresAt, ...(agent ? { agent } : {}) };
  }
}

/** The tokens of `access.tokens`. */
export function configuredTokens({ tokens }: Pick<AccessConfig, 'tokens'>): StaticToken[] {
  return tokens.map(({ name, sha256, scopes: granted, agent, expiresAt }) => ({
    name,
    digest: Buffer.from(sha256, 'hex'),
    scopes: granted,
    agent,
    expiresAt: expiresAt === undefined ? null : Date.parse(expiresAt),
  }));
}

/** A token that may do everything. */
export function adminToken(name: string, token: string): StaticToken {
  return { name, digest: digestOf(token), scopes, expiresAt: null };
}

const leastLength = 32;
// RFC 6750, section 2.1: what a bearer token is written with.
const sendable = /^[\w.~+/-]+=*$/;

/** The token of HYBRID_ROUTING_ADMIN_TOKEN, or null. @throws ConfigError where it is short, or cannot be sent */
export function environmentToken({ HYBRID_ROUTING_ADMIN_TOKEN: token }: NodeJS.ProcessEnv): StaticToken | null {
  if (token === undefined) return null;
  const remedy = 'Set it to a random text, such as `openssl rand -hex 32` prints, or unset it.';
  if (token.length < leastLength) {
    const message = `HYBRID_ROUTING_ADMIN_TOKEN has ${token.length} characters and needs ${leastLength} or more`;
    throw new ConfigError(message, remedy);
  }
  if (!sendable.test(token)) {
    const message =
      'HYBRID_ROUTING_ADMIN_TOKEN holds characters that no bearer token has, such as a space or a line end';
    throw new ConfigError(message, remedy);
  }
  return adminToken('admin', token);
}

function refuseTwins(tokens: readonly StaticToken[]): void {
  const names = new Set<string>();
  const owners = new Map<string, string>();
  for (const { name, digest } of tokens) {
    if (names.has(name)) {
      const remedy = 'Give each entry of access.tokens its own name; admin and first are taken by tokens of our own.';
      throw new ConfigError(`Two tokens have the name ${name}`, remedy);
    }
    names.add(name);
    const hex = digest.toString('hex');
    const owner = owners.get(hex);
    if (owner !== undefined) {
      const remedy = 'Make a token for each with `hybrid-routing-mcp token create`.';
      throw new ConfigError(`The tokens ${owner} and ${name} are the same token`, remedy);
    }
    owners.set(hex, name);
  }
}
