import type { AdminResult } from '../src/operations/admin-result.ts';
import { cut, nextLines, scopeWords, simulatedLine } from './format.ts';

/** An administrative write for a reader in a hurry: the diff, its effect, how to take it back. */
export function adminText(action: string, result: AdminResult): string {
  const { applied, before, after, effect, expiresAt, scope, next, simulated } = result;
  const until = expiresAt === null ? '' : `, until ${expiresAt}`;
  return [
    `${action}: ${applied ? 'in force' : 'dry run, nothing changed'} (${scopeWords[scope]}${until})`,
    ...Object.keys(after).map((name) => `${name}: ${brief(before[name])} -> ${brief(after[name])}`),
    ...Object.entries(effect).map(([what, then]) => `${what}: ${then}`),
    ...simulatedLine(simulated),
    ...nextLines(next),
  ].join('\n');
}

function brief(value: unknown): string {
  if (value === null || value === undefined) return 'off';
  return typeof value === 'object' ? cut(JSON.stringify(value), 250) : String(value);
}
