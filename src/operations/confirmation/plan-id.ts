import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no letter that looks like a digit, so that a person can read an id out and type it. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const length = 8;

/** What the id of a plan looks like inside tokens and in the store: 8 characters, 40 random bits. */
export const planIdPattern = /^[0-9A-HJKMNP-TV-Z]{8}$/;

export function newPlanId(): string {
  // 256 is a multiple of 32: no letter comes more often than another.
  return Array.from(randomBytes(length), (byte) => alphabet.charAt(byte % alphabet.length)).join('');
}

/** `P-7K3Q-9XZ2`, as people see it. */
export function shownPlanId(id: string): string {
  return `P-${id.slice(0, 4)}-${id.slice(4)}`;
}

/** What a person typed, in any case, with or without P and dashes, I and L for 1, O for 0; null where it is no id. */
export function parsePlanId(typed: string): string | null {
  const letters = typed.trim().toUpperCase().replace(/^P-/, '').replace(/[\s-]/g, '');
  const id = (letters.length === length + 1 ? letters.replace(/^P/, '') : letters)
    .replace(/[IL]/g, '1')
    .replaceAll('O', '0');
  return planIdPattern.test(id) ? id : null;
}
