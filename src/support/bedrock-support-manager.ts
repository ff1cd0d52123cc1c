import { randomUUID } from 'node:crypto';
import type { AuditWriter } from '../compliance/audit/audit-kinds.ts';
import type { AuditState } from '../compliance/audit/audit-log.ts';
import { messageOf } from '../config/errors.ts';
import { classOf } from '../config/operation-types.ts';
import type { Config } from '../config/schema.ts';
import type { HybridHealthMonitor } from '../health/hybrid-health-monitor.ts';
import type { PathRequest } from '../paths/path.ts';
import { operationDeadlineMs } from '../routing/deadline.ts';
import type { IntelligentRouter, RouteOutcome } from '../routing/intelligent-router.ts';
import { type ActiveModes, admitsType, type Modes, notices } from '../routing/modes.ts';
import type { RouteOverrides } from '../routing/overrides.ts';
import type { RoutingPolicy } from '../routing/policy.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { OperationMetrics } from '../telemetry/operation-metrics.ts';
import { admit, asPrompt, RefusedError } from './admission.ts';
import { IdempotentOutcomes } from './idempotency.ts';
import type { Intake } from './intake.ts';
import { ModeRefusal } from './mode-refusal.ts';
import type { OperationRequest, OperationResult } from './operation.ts';
import { called, type Subject, uncalled } from './operation-outcome.ts';
import { operationRow } from './operation-row.ts';
import { settledWithin } from './settled-within.ts';

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
  logger: Logger;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** Who calls, as far as the transport knows. */
export interface CallerIdentity {
  transport: 'stdio' | 'http' | 'cli';
  /** Name and version that the client gives of itself. */
  client: string | null;
}

export interface Caller {
  /** Not given by the server's own probes. */
  identity?: CallerIdentity | undefined;
  /** Aborted when the client cancels. */
  cancelled: AbortSignal;
  /** Given where the client asked for progress. */
  onProgress?: ((text: string) => void) | undefined;
  /** A health check's own operation, left out of KPIs. */
  probe?: boolean | undefined;
}

/** Operations that may wait for the end of maintenance; one more is refused. */
const mostWaiting = 200;

/** An answer that comes at the last moment waits so long for its audit row, in ms. */
const leastAuditWaitMs = 50;

const auditNotices: Record<AuditState | 'pending' | 'lost', string | null> = {
  stored: null,
  spooled: null,
  pending: 'audit trail: the row of this operation is not on the disk yet',
  held: 'audit trail: the row of this operation waits in memory, call health_check',
  lost: 'audit trail: there is no row of this operation, call health_check',
};

/** The pipeline of one operation, from the request to the answer with its decision, attempts and timings. */
export class BedrockSupportManager {
  readonly #dependencies: Dependencies;
  readonly #idempotent = new IdempotentOutcomes();
  #waiting = 0;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Never throws for what a caller or a path does: a refusal or failure is a result. */
  async run(request: OperationRequest, caller: Caller): Promise<OperationResult> {
    const { policy, config, modes, intake, wallClock } = this.#dependencies;
    const now = wallClock();
    const inForce = modes.current();
    const subject: Subject = {
      operationId: randomUUID(),
      type: request.operation,
      policy,
      notices: notices(inForce, now),
      simulate: config.simulate,
    };
    try {
      const messages = admit(request, config.limits);
      this.#checkAudit();
      // Health goes on in every mode, its probes with it.
      const refusal = caller.probe ? null : admitsType(inForce, request.operation);
      if (refusal && (refusal.mode !== 'maintenance' || request.dryRun)) throw new ModeRefusal(refusal, now);
      const path = toPathRequest(request, messages, subject);
      return await intake.run(caller.cancelled, (signal) =>
        this.#idempotent.once(request, signal, (cancelled) =>
          this.#pipeline(request, path, subject, { ...caller, cancelled }),
        ),
      );
    } catch (thrown) {
      if (thrown instanceof RefusedError) return this.#recorded(uncalled(subject, null, thrown), request, caller);
      throw thrown;
    }
  }

  async #pipeline(request: OperationRequest, path: PathRequest, subject: Subject, caller: Caller) {
    // Consent and residency gates, then redaction, then the response cache belong here; none of them exists yet.
    if (request.dryRun) {
      const decision = this.#dependencies.router.decide(request.operation);
      return this.#recorded(uncalled(subject, decision, null), request, caller);
    }
    const waitedMs = await this.#queued(request, path, caller);
    const outcome = await this.#measured(path, request.deadlineMs, waitedMs, caller);
    // What is wrong with the paths' configuration matters only where none of them answered.
    const result = called(subject, outcome, outcome.answer ? [] : this.#findings());
    this.#log(result);
    return this.#recorded(result, request, caller);
  }

  /** @throws RefusedError where an operation would leave no trace that lasts */
  #checkAudit(): void {
    const { audit, config } = this.#dependencies;
    const { state, cause } = audit.status;
    const problem = audit.full ?? (config.audit.onFailure === 'refuse' && state === 'held' ? cause : null);
    if (problem === null) return;
    throw new RefusedError(
      'audit_unavailable',
      `The audit log cannot be written (${problem})`,
      'Have the operator free disk space or bring the store back; health_check tells when it is.',
    );
  }

  /** Writes the operation's row; by default the answer waits until it is on the disk, as long as its deadline allows. */
  async #recorded(result: OperationResult, request: OperationRequest, caller: Caller): Promise<OperationResult> {
    const { audit, config, logger } = this.#dependencies;
    const appended = audit.append('OPERATION', operationRow(result, request, caller)).catch((thrown: unknown) => {
      const { operationId, status, path } = result;
      const fields = { component: 'bedrock-support', operationId, status, path, cause: messageOf(thrown) };
      logger.error({ ...fields, event: 'ERROR' }, 'ERROR operation has no audit row');
      return 'lost' as const;
    });
    if (config.audit.acknowledge === 'queued') return result;
    const deadlineMs = operationDeadlineMs(result.sla.slaMs, request.deadlineMs);
    const waitMs = Math.max(leastAuditWaitMs, deadlineMs - result.latencyMs);
    const state = await settledWithin(appended, waitMs, 'pending' as const);
    const notice = auditNotices[state];
    return notice === null ? result : { ...result, notices: [...result.notices, notice] };
  }

  /**
   * Holds back what maintenance keeps out, for three quarters of its deadline at most: the rest is for the answer.
   * @returns how long it waited, in ms
   * @throws ModeRefusal where maintenance goes on, or too many wait already
   */
  async #queued({ operation, deadlineMs }: OperationRequest, path: PathRequest, caller: Caller): Promise<number> {
    const { modes, policy, wallClock } = this.#dependencies;
    const refusal = caller.probe ? null : admitsType(modes.current(), operation);
    if (!refusal) return 0;
    const start = wallClock();
    const waitMs = (3 / 4) * operationDeadlineMs(policy.classes[path.class].slaMs, deadlineMs);
    this.#waiting += 1;
    try {
      if (this.#waiting > mostWaiting) throw new ModeRefusal(refusal, start);
      const released = (now: ActiveModes) => admitsType(now, operation)?.mode !== 'maintenance';
      await modes.until(released, waitMs, caller.cancelled);
      const still = admitsType(modes.current(), operation);
      // Who has gone, or is sent away by the server's end, is told that by the attempt.
      if (still && !caller.cancelled.aborted) throw new ModeRefusal(still, wallClock());
      return wallClock() - start;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #measured(
    path: PathRequest,
    callerMs: number | undefined,
    waitedMs: number,
    caller: Caller,
  ): Promise<RouteOutcome> {
    const { router, metrics, overrides, policy } = this.#dependencies;
    const overridden = overrides.current() !== null;
    metrics.started();
    const { route, slaMs } = policy.classes[path.class];
    const deadlineMs = operationDeadlineMs(slaMs, callerMs) - waitedMs;
    const routed = await router.route(path, { ...caller, deadlineMs });
    const outcome = { ...routed, durationMs: routed.durationMs + waitedMs };
    const { error, durationMs, fallback } = outcome;
    const refused = error?.errorClass === 'caller' || error?.errorClass === 'cancelled';
    metrics.finished({
      class: path.class,
      status: outcome.answer ? 'answered' : refused ? 'refused' : 'failed',
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
