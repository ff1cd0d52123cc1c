import { HybridRoutingError } from '../../config/errors.ts';
import { type PathName, pathNames } from '../../config/operation-types.ts';
import type { ResidencyConfig } from '../../config/residency-schema.ts';
import type { Verdict } from './verdict.ts';

/** Something that could be asked for an operation, and where that would be. */
export interface AssessedTarget {
  path: PathName;
  /** Model id on the direct path, name of the upstream on the mcp path. */
  target: string;
  verdict: Verdict;
}

export interface ResidencyDecision {
  /** Paths that may be asked. The others are drained for this operation: neither first nor fallback. */
  paths: readonly PathName[];
  /** What may be asked on them, in the order given. An allowed path may ask these and nothing else. */
  allowed: readonly AssessedTarget[];
  /** What breaks the rule: refused when enforcing, to be recorded in either mode. */
  violations: readonly AssessedTarget[];
  /** Where everything that is configured was refused: what to answer. */
  error: ResidencyError | null;
}

/** An operation that no configured path may answer. */
export class ResidencyError extends HybridRoutingError {}

/** Whether a verdict breaks the rule: outside always, not_assessed where the configuration is strict. */
export function breaksResidency({ strict }: ResidencyConfig, { status }: Verdict): boolean {
  return status === 'outside' || (status === 'not_assessed' && strict);
}

/**
 * What an operation may be asked of. Give every model and upstream that could answer it: what is not given is not
 * allowed.
 */
export function residencyGate(config: ResidencyConfig, targets: readonly AssessedTarget[]): ResidencyDecision {
  const violations = config.mode === 'off' ? [] : targets.filter(({ verdict }) => breaksResidency(config, verdict));
  const allowed = config.mode === 'enforce' ? targets.filter((target) => !violations.includes(target)) : targets;
  const paths = pathNames.filter((path) => allowed.some((target) => target.path === path));
  const error = allowed.length === 0 && violations.length > 0 ? nowhere(violations) : null;
  return { paths, allowed, violations, error };
}

function nowhere(violations: readonly AssessedTarget[]): ResidencyError {
  const reasons = violations.map(({ path, verdict }) => `${path}: ${verdict.reason}`).join('; ');
  const remedies = new Set(violations.map(({ verdict }) => verdict.remedy).filter((remedy) => remedy !== null));
  return new ResidencyError(
    'residency_violation',
    `No configured path is known to answer inside the allowed regions. ${reasons}`,
    [...remedies].join(' '),
  );
}
