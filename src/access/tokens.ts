import { createHash } from 'node:crypto';

/** Gives so many random bytes, fit for secrets: `randomBytes` of node:crypto. */
export type RandomBytes = (length: number) => Buffer;

const prefix = 'hrm_';
const tokenBytes = 32;

/** What our own tokens look like; the prefix lets secret scanners find one that got out. */
export const ownToken = /^hrm_[\w-]{43}$/;

/** A new token: 256 random bits. It is shown once, and stored as its digest alone. */
export function newToken(random: RandomBytes): string {
  return prefix + random(tokenBytes).toString('base64url');
}

/** SHA-256 of a token. A token is random, so that a fast hash without salt keeps it. */
export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
