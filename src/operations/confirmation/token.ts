import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '../../compliance/audit/canonical-json.ts';
import type { Protection, Write } from './plan.ts';

/** The key that a token is made with, and who holds it: every process on this state, or this one alone. */
export interface ConfirmationKey {
  holder: Holder;
  bytes: Uint8Array;
}
export type Holder = 'shared' | 'process';

/** What a token is good for: one made for a question to a person is no token that an agent may hand back, nor the reverse. */
export type Purpose = 'confirm' | 'approved' | 'question';

export interface TokenFacts {
  /** Of the plan. */
  id: string;
  purpose: Purpose;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** What a token is bound to. */
export type Bound = Pick<Write, 'principal' | 'action' | 'arguments'> & { protection: Protection };

export type TokenCheck = { valid: true } | { valid: false; why: 'foreign' | 'arguments' | 'expired' };

const holders = { s: 'shared', p: 'process' } as const;
const purposes = { c: 'confirm', a: 'approved', q: 'question' } as const;
const form = /^([sp])([caq])([0-9A-HJKMNP-TV-Z]{8})\.([0-9a-z]{1,9})\.([\w-]{22})([\w-]{22})$/;
const codeBytes = 16; // RFC 2104, section 5: no less than half of the hash

/**
 * Makes a token: plan id, expiry, and two authentication codes (HMAC-SHA256, 128 bits each). The first binds it to caller,
 * action and effect; the second to the arguments as well, so that an agent that changed them can be told so.
 */
export function makeToken(key: ConfirmationKey, facts: TokenFacts, bound: Bound): string {
  const { id, purpose, expiresAt } = facts;
  const letters = (key.holder === 'shared' ? 's' : 'p') + (purpose === 'approved' ? 'a' : purpose.charAt(0));
  const head = `${letters}${id}.${expiresAt.toString(36)}`;
  return `${head}.${codes(key, head, bound).join('')}`;
}

/** What a token says of itself, before anything is checked; null where it is none. */
export function parseToken(token: string): (TokenFacts & { holder: Holder }) | null {
  const [, holder, purpose, id, expiry] = form.exec(token) ?? [];
  if (!isKey(holders, holder) || !isKey(purposes, purpose) || id === undefined || expiry === undefined) return null;
  return { holder: holders[holder], purpose: purposes[purpose], id, expiresAt: Number.parseInt(expiry, 36) };
}

/** @param now milliseconds since 1970 */
export function checkToken(key: ConfirmationKey, token: string, bound: Bound, now: number): TokenCheck {
  const parsed = parseToken(token);
  if (!parsed) return { valid: false, why: 'foreign' };
  // Texts, not bytes: the last character of base64url has bits that no byte holds.
  const head = token.slice(0, token.lastIndexOf('.'));
  const [caller = '', whole = ''] = codes(key, head, bound);
  const sent = token.slice(head.length + 1);
  if (!same(sent.slice(0, caller.length), caller)) return { valid: false, why: 'foreign' };
  if (!same(sent.slice(caller.length), whole)) return { valid: false, why: 'arguments' };
  return now < parsed.expiresAt ? { valid: true } : { valid: false, why: 'expired' };
}

/** The arguments under a key, without `confirm`: equal for equal arguments, and of no use to guess them without the key. */
export function digestOf(key: ConfirmationKey, { arguments: given }: Pick<Write, 'arguments'>): string {
  const { confirm: _, ...rest } = given;
  // Through JSON: what is left out and what is undefined are the same call.
  const text = canonicalJson(JSON.parse(JSON.stringify(rest)));
  return code(key, ['arguments', text], 32);
}

function codes(key: ConfirmationKey, head: string, bound: Bound): string[] {
  const caller = [head, bound.principal, bound.action, bound.protection];
  return [
    code(key, ['caller', ...caller], codeBytes),
    code(key, ['whole', ...caller, digestOf(key, bound)], codeBytes),
  ];
}

function code({ bytes }: ConfirmationKey, fields: readonly (string | null)[], length: number): string {
  return createHmac('sha256', bytes).update(canonicalJson(fields)).digest().subarray(0, length).toString('base64url');
}

function same(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function isKey<Keys extends object>(object: Keys, key: string | undefined): key is Extract<keyof Keys, string> {
  return key !== undefined && Object.hasOwn(object, key);
}
