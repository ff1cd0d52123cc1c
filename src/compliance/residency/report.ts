import type { OperationClass } from '../../config/operation-types.ts';
import type { ResidencyConfig } from '../../config/residency-schema.ts';
import { type AssessedTarget, breaksResidency } from './gate.ts';
import { knownProfiles } from './inference-profiles.ts';
import type { Verdict } from './verdict.ts';

/** A target and the class of operations that it answers; null: all of them. */
export interface ReportedTarget extends AssessedTarget {
  class: OperationClass | null;
}

export interface ResidencyRow extends Verdict {
  path: ReportedTarget['path'];
  class: OperationClass | null;
  /** On the direct path. */
  model: string | null;
  /** On the mcp path. */
  upstream: string | null;
  /** Whether operations are kept from it now. */
  refused: boolean;
}

export interface ResidencyReport {
  mode: ResidencyConfig['mode'];
  strict: boolean;
  allowedRegions: readonly string[];
  allowedCountries: readonly string[];
  /** How old the built-in list of destinations is, and what it rests on. */
  builtInList: { asOf: string; source: string };
  /** The worst of the rows; not_assessed where there are none. */
  status: Verdict['status'];
  counts: Record<Verdict['status'], number>;
  rows: readonly ResidencyRow[];
}

/** Every configured model and upstream, and where it answers. The same verdicts that the gate goes by. */
export function residencyReport(config: ResidencyConfig, targets: readonly ReportedTarget[]): ResidencyReport {
  const counts = { inside: 0, outside: 0, not_assessed: 0 };
  for (const { verdict } of targets) counts[verdict.status] += 1;
  return {
    mode: config.mode,
    strict: config.strict,
    allowedRegions: config.allowedRegions,
    allowedCountries: config.allowedCountries,
    builtInList: { asOf: knownProfiles.asOf, source: knownProfiles.source },
    status: worstOf(counts),
    counts,
    rows: targets.map((target) => rowOf(config, target)),
  };
}

function worstOf(counts: ResidencyReport['counts']): Verdict['status'] {
  if (counts.outside > 0) return 'outside';
  return counts.not_assessed > 0 || counts.inside === 0 ? 'not_assessed' : 'inside';
}

function rowOf(config: ResidencyConfig, { path, class: name, target, verdict }: ReportedTarget): ResidencyRow {
  return {
    path,
    class: name,
    model: path === 'direct' ? target : null,
    upstream: path === 'mcp' ? target : null,
    ...verdict,
    refused: config.mode === 'enforce' && breaksResidency(config, verdict),
  };
}
