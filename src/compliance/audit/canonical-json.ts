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

function write(value: unknown, path: string[]): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, path);
    case 'number':
      if (!Number.isFinite(value)) throw new NotCanonicalError(path, String(value));
      return `${value}`; // ECMAScript's form of numbers is the one that RFC 8785 prescribes
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

/** Text without anything to escape, which most is. */
const plainText = /^[ !#-[\]-~]*$/;

function writeString(value: string, path: string[]): string {
  if (plainText.test(value)) return `"${value}"`;
  if (hasLoneSurrogate(value)) throw new NotCanonicalError(path, 'a string with half a surrogate pair');
  return JSON.stringify(value);
}

/** A well-formed string as JSON. */
export function quoted(text: string): string {
  return plainText.test(text) ? `"${text}"` : JSON.stringify(text);
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
  for (const key of sorted(Object.keys(value))) {
    path.push(key);
    text += `${(text.length > 1 ? ',' : '') + writeString(key, path)}:${write(value[key], path)}`;
    path.pop();
  }
  return `${text}}`;
}

/** By UTF-16 code units, as RFC 8785 section 3.2.3 asks and as `<` and sort() compare. Few keys are faster sorted by insertion. */
function sorted(keys: string[]): string[] {
  if (keys.length > 24) return keys.sort();
  for (let at = 1; at < keys.length; at++) {
    const key = keys[at] ?? '';
    let to = at;
    for (let before = keys[to - 1]; before !== undefined && before > key; before = keys[to - 1]) keys[to--] = before;
    keys[to] = key;
  }
  return keys;
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
