import type { OperationBody } from './row-bodies.ts';

/**
 * What became of an operation that could have gone to a place outside the rule: `residency_refused`; `residency_outside` and
 * `residency_not_assessed`, it went there; `residency_possible`, an upstream was asked and failed, and the row does not say which.
 */
export const residencyKinds = [
  'residency_refused',
  'residency_outside',
  'residency_not_assessed',
  'residency_possible',
] as const;
export type ResidencyKind = (typeof residencyKinds)[number];

/** Null where every target outside the rule was left alone. */
export function residencyOutcome(body: OperationBody): ResidencyKind | null {
  const { error, residency, attempts, upstream } = body;
  if (error === 'residency_violation') return 'residency_refused';
  const asked = new Set(attempts.map(({ path }) => path));
  const reached = residency.filter(({ path, target }) => asked.has(path) && (path === 'direct' || target === upstream));
  if (reached.some(({ status }) => status === 'outside')) return 'residency_outside';
  if (reached.length > 0) return 'residency_not_assessed';
  const unsaid = upstream === null && residency.some(({ path }) => path === 'mcp' && asked.has(path));
  return unsaid ? 'residency_possible' : null;
}
