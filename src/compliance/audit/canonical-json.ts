import { HybridRoutingError } from '../../config/errors.ts';

/** Nesting beyond this is refused, so that no hostile value can exhaust the stack. */
const maxDepth = 200;

/** A value that JSON (RFC 8259) or I-JSON (RFC 7493) cannot hold: names the place. */
export class NotCanonicalError extends HybridRoutingError {
  constructor(path: readonly string[], what: string) {
    super(
      'audit_value_not_json',
      `the value at "${path.join('.') || '(top)'}" is ${what}, which has no canonical JSON form`,
      'Give null, booleans, finite numbers, well-formed strings, arrays and plain objects of these; leave a field out instead of setting it to undefined.',
    );
  }
}

/**
 * The canonical JSON text of a value: RFC 8785, JSON Canonicalization Scheme. Equal values give equal bytes, in any language.
 * @throws NotCanonicalError for NaN, infinities, lone surrogates, undefined, functions, class instances, or depth over 200
 */
export function canonicalJson(value: unknown): string {
  return write(value, []);
}

/** Whether a text is, byte for byte, what `canonicalJson` writes for the value it holds. */
export function isCanonicalJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    // The engine's own writer is several times faster than ours, and differs in the order of keys and in lone surrogates alone.
    const asWritten = JSON.stringify(value) === text && hasSortedKeys(value, 0) && !text.includes('\\ud');
    return asWritten || canonicalJson(value) === text;
  } catch {
    return false; // not JSON, or a value that has no canonical form
  }
}

function write(value: unknown, path: string[]): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, path);
    case 'number':
      if (!Number.isFinite(value)) throw new NotCanonicalError(path, String(value));
      return JSON.stringify(value); // ECMAScript's number form is the one that RFC 8785 prescribes
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (path.length >= maxDepth) throw new NotCanonicalError(path, `nested more than ${maxDepth} deep`);
      if (Array.isArray(value)) return writeArray(value, path);
      if (isPlainObject(value)) return writeObject(value, path);
      throw new NotCanonicalError(path, 'an instance of a class');
    default:
      throw new NotCanonicalError(path, typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`);
  }
}

function writeString(value: string, path: string[]): string {
  if (hasLoneSurrogate(value)) throw new NotCanonicalError(path, 'a string with half a surrogate pair');
  return JSON.stringify(value);
}

function writeArray(values: readonly unknown[], path: string[]): string {
  let text = '[';
  for (let index = 0; index < values.length; index++) {
    path.push(String(index));
    text += (index > 0 ? ',' : '') + write(values[index], path);
    path.pop();
  }
  return `${text}]`;
}

function writeObject(value: Record<string, unknown>, path: string[]): string {
  let text = '{';
  // The default order of sort() is by UTF-16 code units, as RFC 8785 section 3.2.3 asks.
  for (const key of Object.keys(value).sort()) {
    path.push(key);
    text += `${(text.length > 1 ? ',' : '') + writeString(key, path)}:${write(value[key], path)}`;
    path.pop();
  }
  return `${text}}`;
}

/** Whether a string has half a surrogate pair: it would be another string after a trip through UTF-8. */
export function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function hasSortedKeys(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= maxDepth) return false;
  if (Array.isArray(value)) return value.every((item) => hasSortedKeys(item, depth + 1));
  let before: string | undefined;
  for (const [key, item] of Object.entries(value)) {
    if ((before !== undefined && key < before) || !hasSortedKeys(item, depth + 1)) return false;
    before = key;
  }
  return true;
}
