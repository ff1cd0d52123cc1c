import { messageOf } from '../config/errors.ts';
import { type PathName, pathNames } from '../config/operation-types.ts';
import type { HealthConfig } from '../config/schema.ts';
import type { Path, PathState } from '../paths/path.ts';
import { PathError, traits } from '../paths/path-error.ts';
import { untilAborted } from '../paths/until-aborted.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { HybridHealthMonitor } from './hybrid-health-monitor.ts';
import { probeDue } from './probe-due.ts';

interface Dependencies {
  paths: Record<PathName, Path>;
  health: HybridHealthMonitor;
  config: HealthConfig;
  logger: Logger;
  /** False while probes are switched off. */
  enabled: () => Promise<boolean>;
  /** Milliseconds on the monitor's monotonic clock. */
  now: () => number;
}

/**
 * Active health: asks a path where no real call does, so that one that was left comes back and one without traffic is not
 * taken on trust. A probe on Bedrock is paid for, so they are rare, one at a time, and end where asking again is no use.
 */
export class HealthProber {
  readonly #dependencies: Dependencies;
  readonly #running = new Map<PathName, AbortController>();
  /** How a path stood when its probes stopped: they go on when that changes. */
  readonly #stoppedAt = new Map<PathName, string>();
  #timer: NodeJS.Timeout | undefined;
  #startedAt: number;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#startedAt = dependencies.now();
  }

  start(): void {
    if (this.#timer) return;
    const { config, now } = this.#dependencies;
    this.#startedAt = now();
    this.#timer = setInterval(() => void this.tick(), config.probeTickMs).unref();
  }

  /** No more probes; one that runs is given up, and what becomes of it is not recorded. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const controller of this.#running.values()) controller.abort();
    this.#running.clear();
  }

  /** Looks at both paths and probes what is due. Never throws. */
  async tick(): Promise<void> {
    if (!(await this.#dependencies.enabled())) return;
    await Promise.all(pathNames.map((name) => (this.#isDue(name) ? this.#probe(name) : undefined)));
  }

  #isDue(name: PathName): boolean {
    if (this.#running.has(name)) return false;
    const { paths, health, config, now } = this.#dependencies;
    const state = paths[name].state();
    const known = health.path(name);
    const ready = state.configured && state.available;
    const stoppedAt = this.#stoppedAt.get(name);
    if (ready && stoppedAt !== undefined && stoppedAt !== standing(state)) known.resumeProbes();
    const { probe, probes } = known.report();
    const due = probeDue({
      ready,
      stopped: probes.stopped,
      left: known.isLeft,
      callAgoMs: now() - (known.lastCallAt ?? this.#startedAt),
      probeAgoMs: now() - (probe?.at ?? this.#startedAt),
      failedInARow: probes.failedInARow,
      tickMs: config.probeTickMs,
      idleProbeMs: config.idleProbeMs,
    });
    return due !== null;
  }

  async #probe(name: PathName): Promise<void> {
    const { paths, health, config, logger, now } = this.#dependencies;
    const controller = new AbortController();
    this.#running.set(name, controller);
    const late = new Error(`no answer to a probe within ${config.probeTimeoutMs} ms`);
    const timer = setTimeout(() => controller.abort(late), config.probeTimeoutMs).unref();
    const start = now();
    const probedClass = health.path(name).nextProbeClass();
    let error: unknown = null;
    try {
      await untilAborted(paths[name].probe(controller.signal, probedClass), controller.signal);
    } catch (thrown) {
      error = thrown;
    } finally {
      clearTimeout(timer);
    }
    if (this.#running.get(name) !== controller) return;
    this.#running.delete(name);
    // An error that is the call's own, such as a refused parameter, shows that the service answers.
    const failure = isPathsFault(error) ? messageOf(error) : null;
    const terminal = error instanceof PathError && error.errorClass === 'configuration';
    health.path(name).recordProbe(now() - start, failure, probedClass, terminal);
    if (!terminal) return;
    this.#stoppedAt.set(name, standing(paths[name].state()));
    logger.warn({ component: 'hybrid-monitor', path: name, cause: failure }, 'probes stopped: asking again is no use');
  }
}

function isPathsFault(error: unknown): boolean {
  if (error === null) return false;
  return !(error instanceof PathError) || (traits[error.errorClass].health && !error.blameless);
}

/** What changes about a path when a breaker has opened and closed, a connection is back, or credentials are found. */
function standing({ configured, findings, breakers }: PathState): string {
  const turns = Object.values(breakers).map(({ state, opened, trials }) => [state, opened, trials]);
  return JSON.stringify([configured, findings, turns]);
}
