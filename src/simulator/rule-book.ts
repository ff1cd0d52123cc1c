import { canTouch, type Endpoint } from './fault-scope.ts';
import type { Fault } from './faults.ts';
import { sampleLatency } from './latency.ts';
import type { Random } from './random.ts';
import type { ParsedRule } from './rule-schema.ts';

/** A call that rules are matched against. */
export interface Call {
  endpoint: Endpoint;
  api: string;
  modelId?: string | undefined;
  operation?: string | undefined;
}

export interface Decision {
  /** Milliseconds to wait before anything else; null when no latency rule fired. */
  latencyMs: number | null;
  /** What then happens instead of the plain answer. */
  fault: Exclude<Fault, { kind: 'latency' }> | null;
}

export interface HeldRule {
  id: string;
  rule: ParsedRule;
  fired: number;
}

/** The rules in force. Rules are tried in list order: the first latency and the first other fault that fire are taken. */
export class RuleBook {
  readonly #random: Random;
  #held: HeldRule[] = [];
  #nextId = 1;

  constructor(random: Random) {
    this.#random = random;
  }

  list(): readonly HeldRule[] {
    return this.#held;
  }

  replace(rules: readonly ParsedRule[]): HeldRule[] {
    this.#held = [];
    return rules.map((rule) => this.add(rule));
  }

  /** Adds at the end; a rule with the id of one in force takes its place. */
  add(rule: ParsedRule): HeldRule {
    const held = { id: rule.id ?? this.#freeId(), rule, fired: 0 };
    const index = this.#held.findIndex(({ id }) => id === held.id);
    if (index >= 0) this.#held[index] = held;
    else this.#held.push(held);
    return held;
  }

  /** False when no rule has this id. */
  remove(id: string): boolean {
    const before = this.#held.length;
    this.#held = this.#held.filter((held) => held.id !== id);
    return this.#held.length < before;
  }

  clear(): void {
    this.#held = [];
  }

  /** True while a rule wants the data listener of this server closed. */
  refusesConnections(server: 'bedrock' | 'upstream'): boolean {
    return this.#held.some(
      ({ rule }) => rule.fault.kind === 'connection_refused' && (rule.match?.server ?? server) === server,
    );
  }

  /** Draws from the seeded stream in rule order, so the same seed and the same calls give the same decisions. */
  decide(call: Call): Decision {
    const decision: Decision = { latencyMs: null, fault: null };
    for (const held of this.#held) {
      const { fault } = held.rule;
      const taken = fault.kind === 'latency' ? decision.latencyMs !== null : decision.fault !== null;
      if (taken || !this.#fires(held, call)) continue;
      if (fault.kind === 'latency') decision.latencyMs = sampleLatency(fault.distribution, this.#random);
      else decision.fault = fault;
    }
    return decision;
  }

  #fires(held: HeldRule, call: Call): boolean {
    const { match, times, probability = 1, fault } = held.rule;
    if (!canTouch(fault.kind, call.endpoint, call.api) || (times !== undefined && held.fired >= times)) return false;
    if (match !== undefined && !matches(match, call)) return false;
    if (probability < 1 && this.#random.next() >= probability) return false;
    held.fired += 1;
    return true;
  }

  #freeId(): string {
    for (;;) {
      const id = `rule-${this.#nextId++}`;
      if (!this.#held.some((held) => held.id === id)) return id;
    }
  }
}

function matches(match: NonNullable<ParsedRule['match']>, call: Call): boolean {
  const { modelId, operation, api, server } = match;
  return (
    (modelId === undefined || modelId === call.modelId) &&
    (operation === undefined || operation === call.operation) &&
    (api === undefined || api === call.api) &&
    (server === undefined || call.endpoint.startsWith(server))
  );
}
