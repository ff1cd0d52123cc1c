import { otherPath } from '../../src/config/operation-types.ts';
import type { Asked } from './ask.ts';
import type { Effects } from './effects.ts';
import type { FaultRow } from './fault-row.ts';
import type { PathHealthView } from './health-view.ts';

/** What the operation tells of itself, against what the row says. */
export function operationProblems({ path, errorClass, answered }: FaultRow, expected: Effects, asked: Asked): string[] {
  const { result, progress } = asked;
  const refused = errorClass === 'caller';
  const wanted = {
    status: refused ? 'refused' : 'answered',
    path: refused ? 'none' : expected.fallback ? otherPath(path) : path,
    primary: path,
    errorClass,
    retries: expected.retries,
    attempts: expected.fallback ? 2 : 1,
    fallback: expected.fallback,
    ...(answered ? { stopReason: answered.stopReason } : {}),
  };
  const [first] = result.attempts;
  const seen: Record<string, unknown> = {
    ...result,
    primary: result.decision.primary,
    errorClass: first?.errorClass,
    retries: first?.retries,
    attempts: result.attempts.length,
    fallback: result.fallback !== null,
  };
  return [
    ...Object.entries(wanted).flatMap(([name, value]) =>
      seen[name] === value ? [] : [`${name} is ${seen[name]}, should be ${value} (${first?.cause})`],
    ),
    ...spliced(progress),
  ];
}

/** Text that was shown before another try must be withdrawn before new text follows: never two answers in one. */
function spliced(progress: readonly string[]): string[] {
  const starts = progress.flatMap((text, index) => (text.startsWith('Simulated answer') ? [index] : []));
  const withdrawn = (from: number, to: number) => progress.slice(from, to).some((text) => /withdrawn/.test(text));
  const bad = starts.filter((start, order) => order > 0 && !withdrawn(starts[order - 1] ?? 0, start));
  return bad.length === 0 ? [] : [`progress began anew ${bad.length} times without a word of withdrawal`];
}

/** Calls of one operation that each service saw. */
export function wireProblems(spec: FaultRow, expected: Effects, calls: { here: number; there: number }): string[] {
  const here = spec.calls ?? 1 + expected.retries;
  const there = expected.fallback ? 1 : 0;
  return [
    ...(calls.here === here ? [] : [`${calls.here} calls reached the faulty service, should be ${here}`]),
    ...(calls.there === there ? [] : [`${calls.there} calls reached the other service, should be ${there}`]),
  ];
}

/** What an operator sees after one operation. */
export function healthProblems({ lowersHealth, breaker }: Effects, health: PathHealthView): string[] {
  const lowered = health.failures > 0 || health.status === 'unhealthy';
  const open = health.breaker.state !== 'closed';
  return [
    ...(lowered === lowersHealth ? [] : [`health is ${health.status} with ${health.failures} failures`]),
    ...(lowersHealth && health.cause === null && health.status !== 'healthy' ? ['health names no cause'] : []),
    ...(open === (breaker === 'opens at once') ? [] : [`breaker is ${health.breaker.state} after one operation`]),
  ];
}
