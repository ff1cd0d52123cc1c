import { classOf, type OperationType, type PathName } from '../config/operation-types.ts';
import type { HybridHealthMonitor } from '../health/hybrid-health-monitor.ts';
import type { Path, PathAnswer, PathRequest } from '../paths/path.ts';
import { type PathError, traits } from '../paths/path-error.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type AttemptOutcome, attempt } from './attempt.ts';
import { operationDeadlineMs, primaryShareMs } from './deadline.ts';
import { type Decision, decide, type RouteOverride } from './decide.ts';
import type { RouteOverrides } from './overrides.ts';
import type { RoutingPolicy } from './policy.ts';

interface Dependencies {
  paths: Record<PathName, Path>;
  health: HybridHealthMonitor;
  overrides: RouteOverrides;
  policy: RoutingPolicy;
  logger: Logger;
  now: () => number;
}

export interface RouteOptions {
  /** The caller's deadline, in ms. */
  deadlineMs: number | undefined;
  cancelled: AbortSignal;
  onProgress?: ((text: string) => void) | undefined;
}

export interface Fallback {
  from: PathName;
  to: PathName;
  reason: string;
}

export interface RouteOutcome {
  decision: Decision;
  answer: PathAnswer | null;
  /** The path that answered. */
  path: PathName | null;
  attempts: AttemptOutcome[];
  fallback: Fallback | null;
  /** The last error, where there is no answer. */
  error: PathError | null;
  durationMs: number;
}

/** Routes an operation: decides, tries the primary path within its share of the deadline, and the other path at most once. */
export class IntelligentRouter {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** @param override what is assumed to be in force; by default what is */
  decide(type: OperationType, override: RouteOverride | null = this.#dependencies.overrides.current()): Decision {
    const { health, policy } = this.#dependencies;
    return decide(type, health.snapshot(), override, policy);
  }

  async route(request: PathRequest, options: RouteOptions): Promise<RouteOutcome> {
    const { now, policy, paths } = this.#dependencies;
    const start = now();
    const decision = this.decide(request.type);
    this.#logDecision(request, decision);
    const { slaMs } = policy.classes[classOf(request.type)];
    const deadlineMs = operationDeadlineMs(slaMs, options.deadlineMs);
    const attempts: AttemptOutcome[] = [];
    let fallback: Fallback | null = null;

    const run = async (path: PathName, shareMs: number) => {
      const outcome = await attempt(paths[path], request, {
        shareMs,
        operationStart: start,
        now,
        cancelled: options.cancelled,
        onProgress: options.onProgress,
      });
      // A deadline shorter than the SLA is the caller's own choice: a path is not to blame for missing it.
      this.#recordHealth(outcome, deadlineMs < slaMs);
      attempts.push(outcome);
      return outcome;
    };

    if (decision.primary !== null) {
      const first = await run(decision.primary, this.#primaryShare(decision, deadlineMs));
      const remainingMs = deadlineMs - (now() - start);
      if (first.error && decision.fallback !== null && traits[first.error.errorClass].fallback && remainingMs > 0) {
        fallback = { from: decision.primary, to: decision.fallback, reason: first.error.message };
        await run(decision.fallback, remainingMs);
      }
    }
    const last = attempts.at(-1);
    return {
      decision,
      answer: last?.answer ?? null,
      path: last?.answer ? last.path : null,
      attempts,
      fallback,
      error: last?.error ?? null,
      durationMs: now() - start,
    };
  }

  #primaryShare({ fallback }: Decision, deadlineMs: number): number {
    const p95Ms = fallback === null ? undefined : this.#dependencies.health.path(fallback).p95Ms;
    return primaryShareMs(deadlineMs, p95Ms);
  }

  #recordHealth({ path, durationMs, error }: AttemptOutcome, callerShortened: boolean): void {
    if (error && !traits[error.errorClass].lowersHealth) return;
    if (error?.kind === 'share_spent' && callerShortened) return;
    const recorded = error && { errorClass: error.errorClass, message: error.message };
    this.#dependencies.health.record(path, { durationMs, error: recorded });
  }

  #logDecision({ operationId, type }: PathRequest, decision: Decision): void {
    this.#dependencies.logger.info(
      { component: 'intelligent-router', event: 'ROUTING_DECISION', operationId, operation: type, ...decision },
      'ROUTING_DECISION',
    );
  }
}
