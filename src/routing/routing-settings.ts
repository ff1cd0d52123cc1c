import { HybridRoutingError } from '../config/errors.ts';
import type { PathName } from '../config/operation-types.ts';
import type { RoutingConfig } from '../config/schema.ts';
import { judgedCalls } from '../paths/opening-rule.ts';

/** What an operator may change while the server runs: the runbook's three routing thresholds. */
export type Thresholds = Pick<
  RoutingConfig,
  'directBedrockLatencyThreshold' | 'mcpLatencyThreshold' | 'fallbackAggressiveness'
>;

export interface ThresholdChange {
  before: Thresholds;
  after: Thresholds;
  /** Takes the change back. */
  rollbackId: string;
}

/** How many changes can still be taken back. */
const keptChanges = 20;

/** The thresholds in force, of this process. */
export class RoutingSettings {
  readonly #changes = new Map<string, Thresholds>();
  #current: Thresholds;
  #count = 0;

  constructor(config: Thresholds) {
    const { directBedrockLatencyThreshold, mcpLatencyThreshold, fallbackAggressiveness } = config;
    this.#current = { directBedrockLatencyThreshold, mcpLatencyThreshold, fallbackAggressiveness };
  }

  get current(): Thresholds {
    return this.#current;
  }

  /** A call of this path that takes longer counts as slow, in ms. */
  slowMs(path: PathName): number {
    return path === 'direct' ? this.#current.directBedrockLatencyThreshold : this.#current.mcpLatencyThreshold;
  }

  /** How many of the last 20 calls must be bad for their path to be left: (1-a) of them, at least one. */
  badCalls(): number {
    // The small term undoes binary fractions: (1 - 0.7) * 20 is a little over 6.
    return Math.max(1, Math.ceil((1 - this.#current.fallbackAggressiveness) * judgedCalls - 1e-9));
  }

  change(patch: Partial<Thresholds>): ThresholdChange {
    const before = this.#current;
    this.#count += 1;
    const rollbackId = `routing-${this.#count}`;
    this.#changes.set(rollbackId, before);
    const [oldest] = this.#changes.keys();
    if (this.#changes.size > keptChanges && oldest !== undefined) this.#changes.delete(oldest);
    this.#current = { ...before, ...patch };
    return { before, after: this.#current, rollbackId };
  }

  /** What was in force before a change. @throws HybridRoutingError where the id is not known */
  previous(id: string): Thresholds {
    const before = this.#changes.get(id);
    if (before) return before;
    const known = [...this.#changes.keys()].join(', ') || 'none';
    throw new HybridRoutingError('invalid_input', `rollbackId: ${id} is not known`, `Known ids: ${known}.`);
  }

  /** Puts back what was in force before a change. @throws HybridRoutingError where the id is not known */
  rollback(id: string): ThresholdChange {
    return this.change(this.previous(id));
  }
}
