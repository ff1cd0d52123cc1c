import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import type { PathName } from '../config/operation-types.ts';
import { thresholdRanges } from '../config/schema.ts';
import { judgedCalls } from '../paths/opening-rule.ts';
import type { SharedValue, StateScope } from '../store/shared-state.ts';

const thresholdsSchema = z.object(thresholdRanges);
/** What an operator may change while the server runs: the runbook's three routing thresholds. */
export type Thresholds = z.infer<typeof thresholdsSchema>;

const changedSchema = thresholdsSchema.partial();
type Changed = z.infer<typeof changedSchema>;

/** The operators' changes over the configuration, and what each one changed from. */
export const changedThresholdsSchema = z.object({
  count: z.int(),
  changed: changedSchema,
  changes: z.array(z.object({ id: z.string(), before: changedSchema })),
});
type ChangedThresholds = z.infer<typeof changedThresholdsSchema>;

export interface ThresholdChange {
  before: Thresholds;
  after: Thresholds;
  /** Takes the change back. */
  rollbackId: string;
  /** Resolves when the other processes can see it, or when they cannot for now. */
  stored: Promise<StateScope>;
}

/** How many changes can still be taken back. */
const keptChanges = 20;
const unchanged: ChangedThresholds = { count: 0, changed: {}, changes: [] };

/** The thresholds in force, for every process on the same state: an operator's change stands over the configuration. */
export class RoutingSettings {
  readonly #configured: Thresholds;
  readonly #value: SharedValue<ChangedThresholds>;

  constructor(config: Thresholds, value: SharedValue<ChangedThresholds>) {
    const { directBedrockLatencyThreshold, mcpLatencyThreshold, fallbackAggressiveness } = config;
    this.#configured = { directBedrockLatencyThreshold, mcpLatencyThreshold, fallbackAggressiveness };
    this.#value = value;
  }

  get current(): Thresholds {
    return this.#with(this.#state().changed);
  }

  /** A call of this path that takes longer counts as slow, in ms. */
  slowMs(path: PathName): number {
    const { directBedrockLatencyThreshold, mcpLatencyThreshold } = this.current;
    return path === 'direct' ? directBedrockLatencyThreshold : mcpLatencyThreshold;
  }

  /** How many of the last 20 calls must be bad for their path to be left. */
  badCalls(): number {
    return badCallsAt(this.current.fallbackAggressiveness);
  }

  change(patch: Partial<Thresholds>): ThresholdChange {
    const before = this.current;
    const { count, changed, changes } = this.#state();
    const rollbackId = `routing-${count + 1}`;
    const after = { ...before, ...patch };
    const stored = this.#value.replace(
      {
        count: count + 1,
        changed: this.#unlikeConfigured(after),
        changes: [...changes, { id: rollbackId, before: changed }].slice(-keptChanges),
      },
      null,
    );
    return { before, after, rollbackId, stored };
  }

  /** What was in force before a change. @throws HybridRoutingError where the id is not known */
  previous(id: string): Thresholds {
    const { changes } = this.#state();
    const change = changes.find((candidate) => candidate.id === id);
    if (change) return this.#with(change.before);
    const known = changes.map((candidate) => candidate.id).join(', ') || 'none';
    throw new HybridRoutingError('invalid_input', `rollbackId: ${id} is not known`, `Known ids: ${known}.`);
  }

  /** Puts back what was in force before a change. @throws HybridRoutingError where the id is not known */
  rollback(id: string): ThresholdChange {
    return this.change(this.previous(id));
  }

  #state(): ChangedThresholds {
    return this.#value.current() ?? unchanged;
  }

  #with({ directBedrockLatencyThreshold, mcpLatencyThreshold, fallbackAggressiveness }: Changed): Thresholds {
    const configured = this.#configured;
    return {
      directBedrockLatencyThreshold: directBedrockLatencyThreshold ?? configured.directBedrockLatencyThreshold,
      mcpLatencyThreshold: mcpLatencyThreshold ?? configured.mcpLatencyThreshold,
      fallbackAggressiveness: fallbackAggressiveness ?? configured.fallbackAggressiveness,
    };
  }

  /** Only what differs is kept, so that a later change of the configuration reaches the rest. */
  #unlikeConfigured(thresholds: Thresholds): Changed {
    const configured = new Map<string, number>(Object.entries(this.#configured));
    return changedSchema.parse(
      Object.fromEntries(Object.entries(thresholds).filter(([name, value]) => configured.get(name) !== value)),
    );
  }
}

/** (1-a) of the last 20 calls, at least one. @param aggressiveness a, 0 to 1 */
export function badCallsAt(aggressiveness: number): number {
  // The small term undoes binary fractions: (1 - 0.7) * 20 is a little over 6.
  return Math.max(1, Math.ceil((1 - aggressiveness) * judgedCalls - 1e-9));
}
