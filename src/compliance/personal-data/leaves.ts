import { HybridRoutingError } from '../../config/errors.ts';

/** One string of an operation's data, with the name of the field that it stands in. */
export interface Leaf {
  readonly text: string;
  readonly context?: string;
  /** A number is replaced only where its field name says what it is: alone it is any number. */
  readonly isNumber?: boolean;
}

/** JSON of a model or a tool is some ten levels deep; the limit stops a cycle before the stack does. */
const deepest = 500;
/** Shorter numbers are counts, ports and ids. */
const shortestNumber = 6;

/** Strings, keys and long numbers of a JSON value, in an order that `rebuild` follows. */
export function* leavesOf(value: unknown, context?: string, depth = 0): Generator<Leaf> {
  if (depth > deepest) throw tooDeep();
  if (typeof value === 'string') yield leaf(value, context);
  else if (isLongNumber(value) && context !== undefined) yield { text: String(value), context, isNumber: true };
  else if (Array.isArray(value)) for (const item of value) yield* leavesOf(item, context, depth + 1);
  else if (isPlain(value)) {
    for (const [key, item] of Object.entries(value)) {
      yield { text: key, context: '' }; // a number as key is an index, not a postcode
      yield* leavesOf(item, /^\d+$/.test(key) ? context : key, depth + 1);
    }
  }
}

/** The same value with each leaf replaced by the next of `texts`; what has no leaf is kept, nothing is changed in place. */
export function rebuild(value: unknown, texts: Iterator<string>, context?: string): unknown {
  if (typeof value === 'string') return next(texts);
  if (isLongNumber(value) && context !== undefined) {
    const text = next(texts);
    return text === String(value) ? value : text;
  }
  if (Array.isArray(value)) return value.map((item: unknown) => rebuild(item, texts, context));
  if (!isPlain(value)) return value;
  const entries: [string, unknown][] = [];
  const used = new Set<string>();
  for (const [key, item] of Object.entries(value)) {
    const name = unused(next(texts), used);
    entries.push([name, rebuild(item, texts, /^\d+$/.test(key) ? context : key)]);
  }
  return Object.fromEntries(entries);
}

function leaf(text: string, context: string | undefined): Leaf {
  return context === undefined ? { text } : { text, context };
}

function isLongNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && String(value).length >= shortestNumber;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Two keys that are redacted to the same text must stay two: `[EMAIL]` and `[EMAIL] 2`. */
function unused(name: string, used: Set<string>): string {
  let free = name;
  for (let count = 2; used.has(free); count += 1) free = `${name} ${count}`;
  used.add(free);
  return free;
}

function next(texts: Iterator<string>): string {
  const { value, done } = texts.next();
  if (done === true) throw new Error('leavesOf and rebuild walked differently');
  return value;
}

function tooDeep(): HybridRoutingError {
  return new HybridRoutingError(
    'personal_data_too_deep',
    `The data of the operation is nested more than ${deepest} levels deep, or contains itself.`,
    'Send flat JSON without cycles.',
  );
}
