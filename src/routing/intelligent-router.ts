import { classOf, type OperationClass, type OperationType, type PathName } from '../config/operation-types.ts';
import type { HybridHealthMonitor } from '../health/hybrid-health-monitor.ts';
import type { Path, PathAnswer, PathRequest } from '../paths/path.ts';
import { type PathError, traits } from '../paths/path-error.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type AttemptOutcome, type RunningAttempt, startAttempt } from './attempt.ts';
import { operationDeadlineMs, primaryShareMs } from './deadline.ts';
import { type Decision, decide, type RouteOverride } from './decide.ts';
import { hedged } from './hedge.ts';
import { drainedPath, type Modes } from './modes.ts';
import type { RouteOverrides } from './overrides.ts';
import { PartialText } from './partial-text.ts';
import type { RoutingPolicy } from './policy.ts';
import { TokenBudget } from './token-budget.ts';

interface Dependencies {
  paths: Record<PathName, Path>;
  health: HybridHealthMonitor;
  overrides: RouteOverrides;
  modes: Modes;
  policy: RoutingPolicy;
  logger: Logger;
  /** Whether a slow emergency is also sent to the second path: asked of each, and answered without I/O of ours. */
  hedging: () => Promise<boolean>;
  now: () => number;
  /** 0 to 1, as Math.random: the jitter of retries. */
  random: () => number;
}

export interface RouteOptions {
  /** The caller's deadline, in ms. */
  deadlineMs: number | undefined;
  /** Nobody waits for the answer: the deadline may be longer than the SLA. */
  background?: boolean | undefined;
  cancelled: AbortSignal;
  /** Paths that this operation's data may not go to. */
  refused?: readonly PathName[] | undefined;
  onProgress?: ((text: string) => void) | undefined;
}

/** What a decision may be asked about, in place of what is in force. */
export interface Assumptions {
  override?: RouteOverride | null | undefined;
  drained?: PathName | null | undefined;
  refused?: readonly PathName[] | undefined;
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
  /** Whether the second path was started while the first one still ran. */
  hedged: boolean;
  /** The last error, where there is no answer. */
  error: PathError | null;
  durationMs: number;
}

// Retries are at most 10 % of successes, hedges 5 % of emergency operations (docs/architecture.md), after a short burst.
const retryRatio = 0.1;
const retryBurst = 10;
const hedgeRatio = 0.05;
const hedgeBurst = 2;
/** A path whose p95 is a few ms is past it at every hiccup: what can be won by a hedge then is not worth a call. */
const leastHedgeMs = 100;

/** What one operation carries through its attempts. */
interface Run {
  request: PathRequest;
  decision: Decision;
  deadlineMs: number;
  start: number;
  options: RouteOptions;
  partial: PartialText;
}

/** Routes an operation: decides, tries the primary path within its share of the deadline, and the other path at most once. */
export class IntelligentRouter {
  readonly #dependencies: Dependencies;
  readonly #retryBudgets: Record<PathName, TokenBudget> = {
    direct: new TokenBudget(retryRatio, retryBurst),
    mcp: new TokenBudget(retryRatio, retryBurst),
  };
  readonly #hedgeBudget = new TokenBudget(hedgeRatio, hedgeBurst);

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Forgets what retries and hedges have spent. */
  resetBudgets(): void {
    for (const budget of [...Object.values(this.#retryBudgets), this.#hedgeBudget]) budget.reset();
  }

  /** @param assumed what is assumed to be in force; by default what is */
  decide(type: OperationType, assumed: Assumptions = {}): Decision {
    const { health, policy, overrides, modes } = this.#dependencies;
    const { override = overrides.current(), drained = drainedPath(modes.current()), refused } = assumed;
    return decide(type, health.snapshot(classOf(type)), override, policy, drained, refused);
  }

  async route(request: PathRequest, options: RouteOptions): Promise<RouteOutcome> {
    const { now, policy } = this.#dependencies;
    const start = now();
    const decision = this.decide(request.type, { refused: options.refused });
    this.#logDecision(request, decision);
    const deadlineMs = operationDeadlineMs(policy.classes[request.class].slaMs, options.deadlineMs, options.background);
    const partial = new PartialText(options.onProgress);
    const { attempts, fallback } = await this.#attempts({ request, decision, deadlineMs, start, options, partial });
    const winner = attempts.find(({ answer }) => answer !== null);
    return {
      decision,
      answer: winner?.answer ?? null,
      path: winner?.path ?? null,
      attempts,
      fallback,
      hedged: attempts.length > 1 && fallback === null,
      error: winner ? null : decisiveError(attempts),
      durationMs: now() - start,
    };
  }

  async #attempts(run: Run): Promise<Pick<RouteOutcome, 'attempts' | 'fallback'>> {
    const { decision, deadlineMs, start, partial } = run;
    const { primary } = decision;
    if (primary === null) return { attempts: [], fallback: null };
    const shareMs = this.#primaryShare(decision, deadlineMs);
    const { first, second } = await this.#primaryAttempt(run, primary, shareMs);
    const error = first.error;
    if (second || !error || decision.fallback === null) {
      const took = second?.answer && error && error.kind !== 'hedge_lost';
      const fallback = took ? { from: first.path, to: second.path, reason: error.message } : null;
      return { attempts: second ? [first, second] : [first], fallback };
    }
    const remainingMs = deadlineMs - (this.#dependencies.now() - start);
    if (!traits[error.errorClass].fallback || remainingMs <= 0) return { attempts: [first], fallback: null };
    partial.withdraw(primary);
    const fallback = { from: primary, to: decision.fallback, reason: error.message };
    const other = this.#start(run, decision.fallback, remainingMs, partial.report);
    return { attempts: [first, await other.outcome], fallback };
  }

  /** The primary attempt, for an emergency hedged by the other path when it runs past its p95. */
  async #primaryAttempt(run: Run, primary: PathName, shareMs: number) {
    const { request, decision, deadlineMs, start, partial } = run;
    const { health, hedging, now } = this.#dependencies;
    const other = decision.fallback;
    const first = this.#start(run, primary, shareMs, partial.report);
    const p95Ms = health.path(primary).p95Ms();
    const delayMs = Math.max(p95Ms ?? 0, leastHedgeMs);
    const canHedge = request.class === 'emergency' && other !== null && p95Ms !== null && delayMs < shareMs;
    if (!canHedge || !(await hedging())) {
      return { first: await first.outcome, second: null };
    }
    this.#hedgeBudget.earn();
    const startSecond = (): RunningAttempt | null => {
      if (health.path(other).report(request.class).status === 'unhealthy' || !this.#hedgeBudget.take()) return null;
      // Its text is not told while the first path's may be: two answers must not run into each other.
      return this.#start(run, other, deadlineMs - (now() - start), undefined);
    };
    const outcome = await hedged(first, { delayMs, startSecond });
    if (outcome.second?.answer) partial.withdraw(primary);
    return outcome;
  }

  #start(run: Run, name: PathName, shareMs: number, onProgress: RouteOptions['onProgress']): RunningAttempt {
    const { paths, health, now, random } = this.#dependencies;
    const started = startAttempt(paths[name], run.request, {
      shareMs,
      fairMs: health.path(name).fairMs(run.request.class),
      operationStart: run.start,
      now,
      random,
      retryBudget: this.#retryBudgets[name],
      cancelled: run.options.cancelled,
      onProgress,
      // A hedge shows nothing, so it has nothing to withdraw.
      onRetry: onProgress && (() => run.partial.withdraw(name)),
    });
    const outcome = started.outcome.then((ended) => {
      this.#recordHealth(ended, run.request.class);
      return ended;
    });
    return { ...started, outcome };
  }

  #primaryShare({ fallback }: Decision, deadlineMs: number): number {
    const p95Ms = fallback === null ? undefined : this.#dependencies.health.path(fallback).p95Ms();
    return primaryShareMs(deadlineMs, p95Ms);
  }

  #recordHealth({ path, durationMs, error }: AttemptOutcome, operationClass: OperationClass): void {
    if (error && (error.blameless || !traits[error.errorClass].health)) return;
    this.#dependencies.health.path(path).recordCall(operationClass, durationMs, error?.message ?? null);
  }

  #logDecision({ operationId, type }: PathRequest, decision: Decision): void {
    this.#dependencies.logger.info(
      { component: 'intelligent-router', event: 'ROUTING_DECISION', operationId, operation: type, ...decision },
      'ROUTING_DECISION',
    );
  }
}

/** The error that the caller is told: a refusal, or else the last one; not that a hedge was called off. */
function decisiveError(attempts: readonly AttemptOutcome[]): PathError | null {
  const errors = attempts.map(({ error }) => error).filter((error) => error !== null && error.kind !== 'hedge_lost');
  return errors.find((error) => error?.errorClass === 'caller') ?? errors.at(-1) ?? null;
}
