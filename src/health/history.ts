import type { ComponentName, ComponentStatus } from './components.ts';
import type { HybridHealthMonitor, OverallStatus } from './hybrid-health-monitor.ts';
import type { HealthSample } from './stability.ts';

interface Dependencies {
  health: Pick<HybridHealthMonitor, 'overall' | 'components'>;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** Time between samples, and for how long they are kept, in ms (mission checklist, "Health and probes" 10 and 11). */
const everyMs = 30_000;
const keptMs = 3_600_000;
/** One more than there are intervals, so that a whole hour is covered. */
const keptSamples = keptMs / everyMs + 1;

/** Half-minute samples of the health of this process over the last hour. */
export class HealthHistory {
  readonly #dependencies: Dependencies;
  #samples: readonly HealthSample[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Takes a sample at once, and then every half minute. */
  start(): void {
    if (this.#timer) return;
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), everyMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Oldest first. */
  samples(): readonly HealthSample[] {
    return this.#samples;
  }

  #sample(): void {
    const { health, wallClock } = this.#dependencies;
    const overall: OverallStatus = health.overall();
    const entries = health.components().map(({ name, status }): [ComponentName, ComponentStatus] => [name, status]);
    const sample = { at: wallClock(), overall, components: new Map(entries) };
    this.#samples = [...this.#samples.slice(1 - keptSamples), sample];
  }
}
