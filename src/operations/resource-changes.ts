import { activeAlerts } from './active-alerts.ts';
import { Coalescer } from './coalescer.ts';
import { findingsOf } from './health-facts.ts';
import type { OperationContext } from './operation.ts';

/** Resources that tell of their changes, with the least time between two words of one, in ms. */
const watched = {
  'health://overview': 1_000,
  'metrics://live': 5_000,
  'alerts://active': 1_000,
} as const;

/** The least time between two words of a resource's changes, in ms. */
export function leastMsBetween(uri: string): number {
  return uri === 'metrics://live' ? watched[uri] : 1_000;
}

const lookMs = 1_000;

interface Dependencies {
  context: OperationContext;
  /** Tells of changes of the shared state, for as long as the process lives. */
  onSharedChange: (look: () => void) => void;
  /** Milliseconds on a monotonic clock. */
  now: () => number;
}

/** Tells which resources have changed. Looks only while somebody listens: at once after an operator's change, else each second. */
export class ResourceChanges {
  readonly #dependencies: Dependencies;
  readonly #listeners = new Set<(uri: string) => void>();
  readonly #coalescer: Coalescer;
  #seen = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    const { now, onSharedChange } = dependencies;
    this.#coalescer = new Coalescer({ leastMs: leastMsBetween, now, deliver: (uri) => this.#tell(uri) });
    onSharedChange(() => this.#look());
  }

  /** @returns what ends the listening */
  listen(listener: (uri: string) => void): () => void {
    if (this.#listeners.size === 0) this.#begin();
    this.#listeners.add(listener);
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#coalescer.close();
  }

  #begin(): void {
    this.#seen = this.#state();
    this.#timer = setInterval(() => this.#look(), lookMs).unref();
  }

  #look(): void {
    if (this.#timer === undefined) return;
    const state = this.#state();
    const changed = [...state].filter(([uri, text]) => this.#seen.get(uri) !== text);
    this.#seen = state;
    for (const [uri] of changed) this.#coalescer.tell(uri);
  }

  #tell(uri: string): void {
    for (const listener of this.#listeners) listener(uri);
  }

  /** What each resource says, without what changes by the clock alone. */
  #state(): Map<string, string> {
    const { context } = this.#dependencies;
    const { health, metrics, overrides, modes, intake } = context;
    const overview = [health.overall(), findingsOf(context), intake.stopped, modes.current(), overrides.current()];
    const { inFlight: _, ...measured } = metrics.summary();
    const alerts = activeAlerts(context).alerts.map(({ name, severity, cause }) => [name, severity, cause]);
    const states: [keyof typeof watched, unknown][] = [
      ['health://overview', overview],
      ['metrics://live', measured],
      ['alerts://active', alerts],
    ];
    return new Map(states.map(([uri, state]) => [uri, JSON.stringify(state)]));
  }
}
