import type { AdminResult } from '../src/operations/admin-result.ts';
import { cut, nextLines, scopeWords, simulatedLine } from './format.ts';

/** An administrative write for a reader in a hurry: the diff, its effect, how to take it back. */
export function adminText(action: string, result: AdminResult): string {
  const { applied, expiresAt, scope, next, simulated } = result;
  const until = expiresAt === null ? '' : `, until ${expiresAt}`;
  return [
    `${action}: ${applied ? 'in force' : 'dry run, nothing changed'} (${scopeWords[scope]}${until})`,
    ...diffLines(result),
    ...simulatedLine(simulated),
    ...nextLines(next),
  ].join('\n');
}

/** What it would do, for whoever has to confirm it. */
export function adminEffect(action: string, result: AdminResult): string {
  const { expiresAt, scope, simulated } = result;
  const until = expiresAt === null ? '' : `, until ${expiresAt}`;
  return [`${action} (${scopeWords[scope]}${until})`, ...diffLines(result), ...simulatedLine(simulated)].join('\n');
}

function diffLines({ before, after, effect }: AdminResult): string[] {
  return [
    ...Object.keys(after).map((name) => `${name}: ${brief(before[name])} -> ${brief(after[name])}`),
    ...Object.entries(effect).map(([what, then]) => `${what}: ${then}`),
  ];
}

function brief(value: unknown): string {
  if (value === null || value === undefined) return 'off';
  return typeof value === 'object' ? cut(JSON.stringify(value), 250) : String(value);
}
