import { latencyLimits, type OperationClass, operationClasses, type PathName } from '../config/operation-types.ts';
import type { Path } from '../paths/path.ts';
import type { RoutingSettings } from '../routing/routing-settings.ts';
import { counted, noProbes, type PathReport, type ProbeCounts, type ProbeOutcome } from './path-report.ts';
import { emptyWatch, isLeft, observe, percentileMs, type Watch, type WatchedCall } from './watch.ts';

interface Dependencies {
  path: Path;
  settings: RoutingSettings;
  now: () => number;
}

/** A percentile of fewer calls than this is no measure of a path. */
const leastCalls = 5;
/** Least time in which a path is held to answer, in ms. */
const leastFairMs = 250;
/** A probe that is older says nothing of now, in ms. */
const freshMs = 60_000;

/** What is remembered of one path: as a whole, and by class of operations, so that a fault of one class's model is seen. */
export class PathHealth {
  readonly #dependencies: Dependencies;
  readonly #byClass: Record<OperationClass, Watch> = {
    emergency: emptyWatch,
    critical: emptyWatch,
    standard: emptyWatch,
  };
  #whole: Watch = emptyWatch;
  #probe: ProbeOutcome | null = null;
  #probes: ProbeCounts = noProbes;
  #lastCallAt: number | null = null;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  get name(): PathName {
    return this.#dependencies.path.name;
  }

  /** When the last real call ended, in ms on the monitor's clock. */
  get lastCallAt(): number | null {
    return this.#lastCallAt;
  }

  /** Whether the path, or one class on it, has been left for the other one. */
  get isLeft(): boolean {
    const now = this.#dependencies.now();
    return isLeft(this.#whole, now) || operationClasses.some((name) => isLeft(this.#byClass[name], now));
  }

  /** @param failure why the call failed; null where it succeeded */
  recordCall(operationClass: OperationClass, durationMs: number, failure: string | null): void {
    const call = this.#watched(durationMs, failure, false);
    const badCalls = this.#dependencies.settings.badCalls();
    this.#whole = observe(this.#whole, call, badCalls);
    this.#byClass[operationClass] = observe(this.#byClass[operationClass], call, badCalls);
    this.#lastCallAt = call.at;
    if (failure === null) this.resumeProbes();
  }

  /**
   * A probe stands in for calls where there are none: while the path is left, its window goes on.
   * @param probedClass the class whose model was asked: it speaks for every class with the same one
   * @param terminal whether it met an error that asking again cannot mend
   */
  recordProbe(durationMs: number, failure: string | null, probedClass: OperationClass, terminal = false): void {
    const call = this.#watched(durationMs, failure, true);
    this.#probe = { at: call.at, durationMs, failure };
    this.#probes = counted(this.#probes, failure !== null, terminal);
    const badCalls = this.#dependencies.settings.badCalls();
    if (this.#whole.left) this.#whole = observe(this.#whole, call, badCalls);
    const { path } = this.#dependencies;
    const target = path.probeTarget(probedClass);
    for (const name of operationClasses) {
      if (!this.#byClass[name].left || path.probeTarget(name) !== target) continue;
      this.#byClass[name] = observe(this.#byClass[name], call, badCalls);
    }
  }

  /** The class to probe for next: those that are left take turns, since each may have a model of its own. */
  nextProbeClass(): OperationClass {
    const now = this.#dependencies.now();
    const left = operationClasses.filter((name) => isLeft(this.#byClass[name], now));
    return left[this.#probes.made % left.length] ?? 'emergency';
  }

  report(operationClass?: OperationClass): PathReport {
    const { configured, findings, available, breakers } = this.#dependencies.path.state();
    const { calls } = this.#whole;
    const real = calls.filter(({ probe }) => !probe);
    const broken = Object.values(breakers).find(({ state }) => state !== 'closed');
    return {
      configured,
      findings: [...findings, ...this.#disagreement()],
      ...this.#judge(operationClass, available ? null : (broken?.reason ?? 'its breaker is open')),
      calls: real.length,
      failures: real.filter(({ failure }) => failure !== null).length,
      p50Ms: percentileMs(this.#whole, 0.5, ({ probe }) => !probe),
      p95Ms: this.p95Ms(),
      probe: this.#probe,
      probes: this.#probes,
    };
  }

  /** Something has changed since probes were stopped: they are worth making again. */
  resumeProbes(): void {
    this.#probes = { ...this.#probes, failedInARow: 0, stopped: false };
  }

  /** Recent p95 of real calls, in ms; null under five of them. */
  p95Ms(): number | null {
    const real = this.#whole.calls.filter(({ probe, failure }) => !probe && failure === null);
    return real.length < leastCalls ? null : percentileMs(this.#whole, 0.95, ({ probe }) => !probe);
  }

  /** Time in which the path may be held to answer, in ms: twice its p95, but no more than the class's target. */
  fairMs(operationClass: OperationClass): number {
    const { targetMs } = latencyLimits[operationClass];
    const p95Ms = this.p95Ms();
    return p95Ms === null ? targetMs : Math.min(targetMs, Math.max(2 * p95Ms, leastFairMs));
  }

  /** Forgets why the path was left: an operator has mended it. */
  reset(): void {
    this.#whole = emptyWatch;
    for (const name of operationClasses) this.#byClass[name] = emptyWatch;
    this.#probe = null;
    this.resumeProbes();
  }

  #judge(operationClass: OperationClass | undefined, broken: string | null): Pick<PathReport, 'status' | 'cause'> {
    const now = this.#dependencies.now();
    if (broken !== null) return { status: 'unhealthy', cause: broken };
    const watches = [this.#whole, ...(operationClass ? [this.#byClass[operationClass]] : [])];
    const left = watches.find((watch) => isLeft(watch, now));
    if (left) return { status: 'unhealthy', cause: left.left?.cause ?? null };
    const lanes = operationClass ? [] : operationClasses.filter((name) => isLeft(this.#byClass[name], now));
    if (lanes.length > 0) {
      const causes = lanes.map((name) => `${name} operations: ${this.#byClass[name].left?.cause}`);
      return { status: 'degraded', cause: causes.join('; ') };
    }
    const call = this.#whole.calls.at(-1);
    const probe = this.#probe;
    // What was seen last: without traffic that is a probe.
    if (probe && probe.at >= (call?.at ?? 0)) {
      if (probe.failure === null) return { status: 'healthy', cause: null };
      return { status: 'degraded', cause: `The last probe failed: ${probe.failure}` };
    }
    if (!call) return { status: 'unknown', cause: 'no calls yet' };
    return call.failure === null ? { status: 'healthy', cause: null } : { status: 'degraded', cause: call.failure };
  }

  /** A probe that says the opposite of the last call, both recent, is itself a finding. */
  #disagreement(): string[] {
    const call = this.#whole.calls.findLast(({ probe }) => !probe);
    const probe = this.#probe;
    const oldest = this.#dependencies.now() - freshMs;
    if (!call || !probe || call.at < oldest || probe.at < oldest) return [];
    if ((call.failure === null) === (probe.failure === null)) return [];
    const [bad, good] = call.failure === null ? ['probes fail', 'calls succeed'] : ['calls fail', 'probes succeed'];
    return [`On the ${this.name} path ${bad} while ${good}: ${call.failure ?? probe.failure}`];
  }

  #watched(durationMs: number, failure: string | null, probe: boolean): WatchedCall {
    const slow = durationMs > this.#dependencies.settings.slowMs(this.name);
    return { at: this.#dependencies.now(), durationMs, failure, slow, probe };
  }
}
