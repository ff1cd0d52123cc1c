import type { ControlStatus } from '../control.ts';
import { control } from '../control.ts';
import { auditChecks } from './audit-checks.ts';
import type { CheckDefinition, PostureCheck, PostureFacts } from './check.ts';
import { ruleChecks } from './rule-checks.ts';
import { systemChecks } from './system-checks.ts';

export interface Posture {
  /** 0 to 100 over what could be assessed; null where nothing could. */
  score: number | null;
  /** Share of the applicable weight that could be assessed, in per cent. */
  coverage: number;
  checks: readonly PostureCheck[];
}

export const checkDefinitions: readonly CheckDefinition[] = [...auditChecks, ...systemChecks, ...ruleChecks];

/** Share of its weight that a check with this status earns; null: it is not in the score. */
const credit: Record<ControlStatus, number | null> = {
  pass: 1,
  warn: 0.5,
  fail: 0,
  not_assessed: null,
  not_applicable: null,
};

export function assessPosture(facts: PostureFacts): Posture {
  const checks = checkDefinitions.map(({ id, title, weight, check }) => ({
    ...control(id, title, check(facts)),
    weight,
  }));
  return { ...scoreOf(checks), checks };
}

/** Earned weight over assessed weight, and assessed weight over all that applies. What was not assessed has passed nothing. */
export function scoreOf(checks: readonly Pick<PostureCheck, 'status' | 'weight'>[]): Omit<Posture, 'checks'> {
  const weightOf = (some: typeof checks) => some.reduce((sum, { weight }) => sum + weight, 0);
  const assessed = checks.filter(({ status }) => credit[status] !== null);
  const applicable = weightOf(checks.filter(({ status }) => status !== 'not_applicable'));
  const earned = assessed.reduce((sum, { status, weight }) => sum + weight * (credit[status] ?? 0), 0);
  const total = weightOf(assessed);
  return {
    score: total === 0 ? null : Math.round((100 * earned) / total),
    coverage: applicable === 0 ? 0 : Math.round((100 * total) / applicable),
  };
}
