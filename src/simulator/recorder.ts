import type { Counters, Outcome, RequestRecord } from './state-schema.ts';

/** How many calls `GET /state` lists. */
export const RECENT_LIMIT = 200;

/** Distinct models, operations and APIs that are counted by name; a flood of made-up names is counted together. */
const NAME_LIMIT = 200;

interface CallNames {
  api: string;
  modelId?: string | undefined;
  tool?: string | undefined;
  operation?: string | undefined;
}

/** A call in the books. Ends once: whatever is reported after the first end is ignored. */
export interface OpenRecord {
  readonly id: string;
  /** Names the fault that was applied, unless the call has ended or has met one already. */
  faulted(kind: string): void;
  end(outcome: Exclude<Outcome, 'open'>): void;
}

/** Counts calls and keeps the last 200. */
export class Recorder {
  readonly #now: () => number;
  #counters = noCounters();
  #recent: RequestRecord[] = [];
  #nextId = 1;

  /** `now` gives milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now;
  }

  counters(): Counters {
    return structuredClone(this.#counters);
  }

  recent(): RequestRecord[] {
    return structuredClone(this.#recent);
  }

  reset(): void {
    this.#counters = noCounters();
    this.#recent = [];
  }

  started(): void {
    this.#counters.starts += 1;
  }

  countFault(kind: string): void {
    bump(this.#counters.byFault, kind);
  }

  begin(call: CallNames): OpenRecord {
    const counters = this.#counters;
    const begun = this.#now();
    const record: RequestRecord = {
      id: `request-${this.#nextId++}`,
      startedAt: new Date(begun).toISOString(),
      api: call.api,
      ...(call.modelId === undefined ? {} : { modelId: call.modelId }),
      ...(call.tool === undefined ? {} : { tool: call.tool }),
      operation: call.operation ?? null,
      fault: null,
      outcome: 'open',
      durationMs: null,
    };
    counters.requests += 1;
    counters.open += 1;
    bump(counters.byApi, call.api);
    if (call.modelId !== undefined) bump(counters.byModel, call.modelId);
    if (call.operation !== undefined) bump(counters.byOperation, call.operation);
    this.#recent.push(record);
    if (this.#recent.length > RECENT_LIMIT) this.#recent.shift();

    return {
      id: record.id,
      faulted: (kind) => {
        if (record.outcome !== 'open' || record.fault !== null) return;
        record.fault = kind;
        bump(counters.byFault, kind);
      },
      end: (outcome) => {
        if (record.outcome !== 'open') return;
        record.outcome = outcome;
        record.durationMs = Math.max(0, this.#now() - begun);
        // `counters` is the set that the call began in: after a reset it belongs to nobody, and stays consistent.
        counters.open -= 1;
        counters[outcome] += 1;
      },
    };
  }
}

function noCounters(): Counters {
  return {
    requests: 0,
    answered: 0,
    rejected: 0,
    faulted: 0,
    aborted: 0,
    open: 0,
    starts: 0,
    byFault: {},
    byModel: {},
    byOperation: {},
    byApi: {},
  };
}

function bump(counts: Record<string, number>, name: string): void {
  const key = Object.hasOwn(counts, name) || Object.keys(counts).length < NAME_LIMIT ? name : 'other';
  const before = Object.hasOwn(counts, key) ? counts[key] : undefined;
  // Defined, not assigned, so that a name such as `__proto__` is a key like any other.
  Object.defineProperty(counts, key, {
    value: (before ?? 0) + 1,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}
