import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** Values longer than this are cut in an error message. */
const shownLength = 80;
/** How much of a value is looked at for secrets: what is longer is cut before. */
const lookedAt = 400;
const secretKey = /^(headers?|env|args|key|postgres)$|token$|secret|password|api[-_]?key|authorization|credential/i;

/** An input with more problems than this is told the first of them: whoever made it may have made a million. */
const mostProblems = 20;
/** Of one object: unknown keys are often all of a kind. */
const mostUnknownKeys = 5;
const longestKey = 80;

/**
 * One phrase for each bad key: which key, which value, what is allowed. Never shows what may hold a
 * secret: a header, an environment value, an argument, credentials in a URL, or an object as a whole.
 * @param allowedKeys the keys that are allowed under a path, for whoever wrote an unknown one
 */
export function problemsOf(
  issues: readonly Issue[],
  input: unknown,
  allowedKeys: (path: readonly string[]) => readonly string[],
): string[] {
  const problems = issues.slice(0, mostProblems).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return unknownKeys(issue, input, allowedKeys);
    const path = named(issue.path) || 'the whole';
    return [`${path} is ${show(valueAt(input, issue.path), issue.path)}: ${issue.message}`];
  });
  const more = issues.length - mostProblems;
  return more > 0 ? [...problems, `and ${more} more`] : problems;
}

function unknownKeys(
  { keys, path }: Extract<Issue, { code: 'unrecognized_keys' }>,
  input: unknown,
  allowedKeys: (path: readonly string[]) => readonly string[],
): string[] {
  const allowed = allowedKeys(path.filter((part) => typeof part === 'string'));
  const hint = allowed.length > 0 ? `; allowed: ${allowed.join(', ')}` : '';
  const more = keys.length - mostUnknownKeys;
  return [
    ...keys.slice(0, mostUnknownKeys).map((key) => {
      const full = [...path, key];
      return `${named(full)} is ${show(valueAt(input, full), full)}: unknown key${hint}`;
    }),
    ...(more > 0 ? [`and ${more} more unknown keys`] : []),
  ];
}

function named(path: readonly PropertyKey[]): string {
  return path.map((part) => String(part).slice(0, longestKey)).join('.');
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

function show(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined) return 'missing';
  if (path.some((part) => typeof part === 'string' && secretKey.test(part))) return '(hidden)';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  // Cut first: the patterns below are for what is shown, not for megabytes.
  const short = typeof value === 'string' ? value.slice(0, lookedAt) : value;
  const text = withoutUrlSecrets(JSON.stringify(short) ?? String(short));
  return text.length > shownLength ? `${text.slice(0, shownLength)}...` : text;
}

/** By pattern, because what stands here is often no valid URL. */
function withoutUrlSecrets(text: string): string {
  return text.replace(/:\/\/[^/?#\s]*@/g, '://********@').replace(/(:\/\/[^?\s]*\?)[^\s"]*/g, '$1********');
}
