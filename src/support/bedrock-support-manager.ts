import { randomUUID } from 'node:crypto';
import type { AuditWriter } from '../compliance/audit/audit-kinds.ts';
import type { PersonalDataProtector } from '../compliance/personal-data/protector.ts';
import type { HybridRoutingError } from '../config/errors.ts';
import { classOf, type PathName } from '../config/operation-types.ts';
import type { Config } from '../config/schema.ts';
import type { HybridHealthMonitor } from '../health/hybrid-health-monitor.ts';
import type { PathRequest } from '../paths/path.ts';
import { operationDeadlineMs } from '../routing/deadline.ts';
import type { IntelligentRouter, RouteOutcome } from '../routing/intelligent-router.ts';
import { admitsType, type Modes, notices } from '../routing/modes.ts';
import type { RouteOverrides } from '../routing/overrides.ts';
import type { RoutingPolicy } from '../routing/policy.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { OperationMetrics } from '../telemetry/operation-metrics.ts';
import { admit, asPrompt, RefusedError } from './admission.ts';
import type { Caller } from './caller.ts';
import type { Gates } from './gates.ts';
import { guardedRequest, type PersonalDataFacts } from './guarded-request.ts';
import { IdempotentOutcomes } from './idempotency.ts';
import type { Intake } from './intake.ts';
import { MaintenanceQueue } from './maintenance-queue.ts';
import { ModeRefusal } from './mode-refusal.ts';
import type { OperationRequest, OperationResult } from './operation.ts';
import { called, type Subject, uncalled } from './operation-outcome.ts';
import { OperationRecorder } from './operation-recorder.ts';
import type { OperationFacts } from './operation-row.ts';

interface Dependencies {
  config: Pick<Config, 'limits' | 'simulate' | 'audit'>;
  router: IntelligentRouter;
  health: HybridHealthMonitor;
  overrides: RouteOverrides;
  modes: Modes;
  intake: Intake;
  metrics: OperationMetrics;
  policy: RoutingPolicy;
  audit: AuditWriter;
  gates: Gates;
  protector: PersonalDataProtector;
  logger: Logger;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** The pipeline of one operation, from the request to the answer with its decision, attempts and timings. */
export class BedrockSupportManager {
  readonly #dependencies: Dependencies;
  readonly #recorder: OperationRecorder;
  readonly #maintenance: MaintenanceQueue;
  readonly #idempotent = new IdempotentOutcomes();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#recorder = new OperationRecorder(dependencies);
    this.#maintenance = new MaintenanceQueue(dependencies);
  }

  /**
   * Never throws for what a caller or a path does: a refusal or failure is a result.
   * @param operationId given where it is known before the operation runs
   */
  async run(request: OperationRequest, caller: Caller, operationId: string = randomUUID()): Promise<OperationResult> {
    const { intake } = this.#dependencies;
    const subject = this.#subject(request, operationId);
    const facts = factsOf(request, caller);
    try {
      const path = toPathRequest(request, this.#admitted(request, caller), subject);
      return await intake.run(caller.cancelled, (signal) =>
        this.#idempotent.once(
          request,
          signal,
          (cancelled) => this.#pipeline(path, subject, { ...facts, caller: { ...caller, cancelled } }),
          caller.identity?.principal,
        ),
      );
    } catch (thrown) {
      if (thrown instanceof RefusedError) return this.#recorder.record(uncalled(subject, null, thrown), facts);
      throw thrown;
    }
  }

  /** Why it would not be taken at this moment, or null; nothing is called and nothing recorded. */
  refusalOf(request: OperationRequest, caller: Caller): RefusedError | null {
    try {
      this.#admitted(request, caller);
      this.#dependencies.intake.check();
      return null;
    } catch (thrown) {
      if (thrown instanceof RefusedError) return thrown;
      throw thrown;
    }
  }

  /** The result of an operation that is not taken, with its audit row. */
  async refuse(request: OperationRequest, caller: Caller, refusal: RefusedError): Promise<OperationResult> {
    const subject = this.#subject(request, randomUUID());
    return this.#recorder.record(uncalled(subject, null, refusal), factsOf(request, caller));
  }

  /** An operation that has only begun: its decision as planned. */
  planned(request: OperationRequest, operationId: string): OperationResult {
    const decision = this.#dependencies.router.decide(request.operation);
    const planned = uncalled(this.#subject(request, operationId), decision, null);
    return { ...planned, status: 'running', dryRun: false };
  }

  /** How long an operation may take, in ms. */
  deadlineMs(request: OperationRequest, { background }: Pick<Caller, 'background'>): number {
    const { slaMs } = this.#dependencies.policy.classes[classOf(request.operation)];
    return operationDeadlineMs(slaMs, request.deadlineMs, background);
  }

  #subject(request: OperationRequest, operationId: string): Subject {
    const { policy, config, modes, wallClock } = this.#dependencies;
    return {
      operationId,
      type: request.operation,
      policy,
      notices: notices(modes.current(), wallClock()),
      simulate: config.simulate,
    };
  }

  /** The conversation of an operation that is taken. @throws RefusedError */
  #admitted(request: OperationRequest, { probe }: Caller): PathRequest['messages'] {
    const { config, modes, wallClock } = this.#dependencies;
    const messages = admit(request, config.limits);
    this.#recorder.check();
    // Health goes on in every mode, its probes with it.
    const refusal = probe ? null : admitsType(modes.current(), request.operation);
    if (refusal && (refusal.mode !== 'maintenance' || request.dryRun)) throw new ModeRefusal(refusal, wallClock());
    return messages;
  }

  async #pipeline(asked: PathRequest, subject: Subject, known: OperationFacts): Promise<OperationResult> {
    const { gates, router, wallClock } = this.#dependencies;
    const { request, caller } = known;
    const { cancelled } = caller;
    const start = wallClock();
    const gated = await gates.check(request);
    if (gated.refusal) return this.#refused(subject, gated.refusal, { ...known, gates: gated.facts });
    const guarded = await guardedRequest(this.#dependencies, asked, {
      signal: cancelled,
      onProgress: caller.onProgress,
    });
    const facts = { ...known, gates: gated.facts, personalData: guarded.facts };
    if (guarded.refusal) return this.#refused(subject, guarded.refusal, facts);
    if (request.dryRun) {
      const decision = router.decide(request.operation, { refused: gated.refused });
      return this.#recorder.record(uncalled(subject, decision, null), facts);
    }
    const deadlineMs = this.deadlineMs(request, caller);
    if (!caller.probe) await this.#maintenance.pass(request.operation, deadlineMs, cancelled);
    const outcome = await this.#measured(
      { ...guarded.request, upstreams: gated.upstreams },
      { ...caller, onProgress: guarded.onProgress },
      { deadlineMs, waitedMs: wallClock() - start, refused: gated.refused },
    );
    // What is wrong with the paths' configuration matters only where none of them answered.
    const result = called(subject, outcome, outcome.answer ? [] : this.#findings());
    this.#log(result);
    return this.#recorder.record(
      guarded.restored({ ...result, personalData: shownPersonalData(guarded.facts) }),
      facts,
    );
  }

  #refused(subject: Subject, refusal: HybridRoutingError, facts: OperationFacts): Promise<OperationResult> {
    const result = uncalled(subject, null, refusal);
    return this.#recorder.record({ ...result, personalData: shownPersonalData(facts.personalData) }, facts);
  }

  async #measured(
    path: PathRequest,
    caller: Caller,
    { deadlineMs, waitedMs, refused }: { deadlineMs: number; waitedMs: number; refused: readonly PathName[] },
  ): Promise<RouteOutcome> {
    const { router, metrics, overrides, policy } = this.#dependencies;
    const overridden = overrides.current() !== null;
    metrics.started();
    const { route, slaMs } = policy.classes[path.class];
    const { cancelled, onProgress, background } = caller;
    const routed = await router.route(path, {
      cancelled,
      onProgress,
      background,
      refused,
      deadlineMs: deadlineMs - waitedMs,
    });
    const outcome = { ...routed, durationMs: routed.durationMs + waitedMs };
    const { error, durationMs, fallback } = outcome;
    const declined = error?.errorClass === 'caller' || error?.errorClass === 'cancelled';
    metrics.finished({
      class: path.class,
      status: outcome.answer ? 'answered' : declined ? 'refused' : 'failed',
      path: outcome.path,
      durationMs,
      efficient: outcome.path === (route === 'mcp' ? 'mcp' : 'direct') && fallback === null && durationMs <= slaMs,
      overridden,
      fellBack: fallback !== null,
      probe: caller.probe,
    });
    return outcome;
  }

  #findings(): string[] {
    return Object.values(this.#dependencies.health.snapshot()).flatMap(({ findings }) => findings);
  }

  #log({ operationId, status, path, latencyMs, sla, error, fallback }: OperationResult): void {
    const { logger } = this.#dependencies;
    const fields = { component: 'bedrock-support', operationId, status, path, latencyMs, class: sla.class };
    // A client that cancels has no answer to miss, so that is no failure of ours.
    const cancelled = error?.code === 'cancelled';
    if (status === 'failed' && !cancelled)
      logger.error({ ...fields, event: 'ERROR', code: error?.code }, 'ERROR operation failed');
    else if (latencyMs > sla.targetMs) logger.warn({ ...fields, event: 'LATENCY' }, 'LATENCY over target');
    else logger.info({ ...fields, fellBack: fallback !== null }, 'operation finished');
  }
}

/** What is known of an operation before anything has looked at it. */
function factsOf(request: OperationRequest, caller: Caller): OperationFacts {
  return { request, caller, gates: null, personalData: null };
}

/** Types and counts, for the caller; null where nothing was found. */
function shownPersonalData(facts: PersonalDataFacts | null): OperationResult['personalData'] {
  return facts && Object.keys(facts.counts).length > 0 ? { mode: facts.mode, counts: facts.counts } : null;
}

function toPathRequest(request: OperationRequest, messages: PathRequest['messages'], subject: Subject): PathRequest {
  return {
    operationId: subject.operationId,
    type: request.operation,
    class: classOf(request.operation),
    messages,
    prompt: asPrompt(messages),
    context: request.context ?? {},
  };
}
