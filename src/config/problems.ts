import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** Values longer than this are cut in an error message. */
const shownLength = 80;
const secretKey = /^(headers?|env|args|key|postgres)$|token$|secret|password|api[-_]?key|authorization|credential/i;

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
  return issues.flatMap((issue) => {
    const path = issue.path.map(String).join('.') || 'the whole';
    if (issue.code !== 'unrecognized_keys') {
      return `${path} is ${show(valueAt(input, issue.path), issue.path)}: ${issue.message}`;
    }
    const allowed = allowedKeys(issue.path.filter((part) => typeof part === 'string'));
    return issue.keys.map((key) => {
      const full = [...issue.path, key];
      const hint = allowed.length > 0 ? `; allowed: ${allowed.join(', ')}` : '';
      return `${full.map(String).join('.')} is ${show(valueAt(input, full), full)}: unknown key${hint}`;
    });
  });
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
  const text = withoutUrlSecrets(JSON.stringify(value) ?? String(value));
  return text.length > shownLength ? `${text.slice(0, shownLength)}...` : text;
}

/** By pattern, because what stands here is often no valid URL. */
function withoutUrlSecrets(text: string): string {
  return text.replace(/:\/\/[^/?#\s]*@/g, '://********@').replace(/(:\/\/[^?\s]*\?)[^\s"]*/g, '$1********');
}
