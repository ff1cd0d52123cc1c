import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newPlanId } from '../../../src/operations/confirmation/plan-id.ts';
import {
  type Bound,
  type ConfirmationKey,
  checkToken,
  digestOf,
  makeToken,
  parseToken,
  type TokenFacts,
} from '../../../src/operations/confirmation/token.ts';

const key: ConfirmationKey = { holder: 'shared', bytes: randomBytes(32) };
const now = Date.UTC(2026, 7, 1);
const facts = (): TokenFacts => ({ id: newPlanId(), purpose: 'confirm', expiresAt: now + 120_000 });
const bound: Bound = {
  principal: 'token:ci',
  action: 'lockdown',
  protection: 'raises',
  arguments: { action: 'lockdown', enable: true, reason: 'leak seen', dryRun: false },
};

const anyProtection = fc.constantFrom('raises' as const, 'lowers' as const, null);
const anyBound: fc.Arbitrary<Bound> = fc.record({
  principal: fc.string({ unit: 'binary' }),
  action: fc.string({ unit: 'binary' }),
  protection: anyProtection,
  arguments: fc.dictionary(
    fc.string().filter((name) => name !== 'confirm' && name !== '__proto__'),
    fc.jsonValue({ noUnicodeString: false }),
  ),
});

describe('a token', () => {
  it('is good for what it was made for, and says what it is', () => {
    fc.assert(
      fc.property(
        anyBound,
        fc.constantFrom('confirm' as const, 'approved' as const, 'question' as const),
        (to, purpose) => {
          const made = { ...facts(), purpose };
          const token = makeToken(key, made, to);
          expect(parseToken(token)).toEqual({ ...made, holder: 'shared' });
          expect(checkToken(key, token, to, now)).toEqual({ valid: true });
        },
      ),
    );
  });

  it('is good for nothing else: caller, action, effect and arguments are all in it', () => {
    fc.assert(
      fc.property(anyBound, anyBound, (to, other) => {
        const token = makeToken(key, facts(), to);
        for (const field of ['principal', 'action', 'protection'] as const) {
          if (other[field] === to[field]) continue;
          expect(checkToken(key, token, { ...to, [field]: other[field] }, now)).toEqual({
            valid: false,
            why: 'foreign',
          });
        }
        if (digestOf(key, other) === digestOf(key, to)) return;
        const changed = { ...to, arguments: other.arguments };
        expect(checkToken(key, token, changed, now)).toEqual({ valid: false, why: 'arguments' });
      }),
    );
  });

  it('does not run fields into each other', () => {
    const token = makeToken(key, facts(), { ...bound, principal: 'ab', action: 'c' });
    expect(checkToken(key, token, { ...bound, principal: 'a', action: 'bc' }, now).valid).toBe(false);
  });

  it('is refused with any one character changed, left out or added', () => {
    const token = makeToken(key, facts(), bound);
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.';
    for (let at = 0; at <= token.length; at++) {
      const [before, after] = [token.slice(0, at), token.slice(at)];
      const changed = [...letters].flatMap((letter) => [before + letter + after, before + letter + after.slice(1)]);
      for (const text of [...changed, before + after.slice(1), before, after]) {
        if (text === token) continue;
        expect(checkToken(key, text, bound, now), text).toEqual({ valid: false, why: expect.any(String) });
      }
    }
  });

  it('is refused with any one bit flipped', () => {
    const token = makeToken(key, facts(), bound);
    for (let bit = 0; bit < token.length * 8; bit++) {
      const bytes = Buffer.from(token, 'latin1');
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(checkToken(key, bytes.toString('latin1'), bound, now).valid).toBe(false);
    }
  });

  it('is refused under another key', () => {
    const token = makeToken(key, facts(), bound);
    const other: ConfirmationKey = { holder: 'shared', bytes: randomBytes(32) };
    expect(checkToken(other, token, bound, now)).toEqual({ valid: false, why: 'foreign' });
  });

  it('ends at its time, and says so only to its caller', () => {
    const made = facts();
    const token = makeToken(key, made, bound);
    expect(checkToken(key, token, bound, made.expiresAt - 1)).toEqual({ valid: true });
    expect(checkToken(key, token, bound, made.expiresAt)).toEqual({ valid: false, why: 'expired' });
    const thief = { ...bound, principal: 'token:other' };
    expect(checkToken(key, token, thief, made.expiresAt)).toEqual({ valid: false, why: 'foreign' });
  });

  it('takes equal arguments in any order, and with confirm or without', () => {
    const token = makeToken(key, facts(), bound);
    const turned = Object.fromEntries(Object.entries(bound.arguments).reverse());
    const same = { ...bound, arguments: { ...turned, confirm: token, durationSeconds: undefined } };
    expect(checkToken(key, token, same, now)).toEqual({ valid: true });
  });

  it('holds nothing of what it is bound to', () => {
    const named = { ...bound, arguments: { subject: 'anna.schmidt@example.com' } };
    const token = makeToken(key, facts(), named);
    expect(token.length).toBeLessThan(75);
    const parts = token.split('.').flatMap((part) => [part, Buffer.from(part, 'base64url').toString('latin1')]);
    expect(parts.join(' ')).not.toMatch(/anna|token:ci|lockdown/);
    // Nor can the name be guessed from what is stored: the digest is under the key.
    const other: ConfirmationKey = { holder: 'shared', bytes: randomBytes(32) };
    expect(digestOf(other, named)).not.toBe(digestOf(key, named));
  });
});
