import { HybridRoutingError } from '../config/errors.ts';
import { classOf, type OperationType } from '../config/operation-types.ts';
import type { PathError } from '../paths/path-error.ts';
import type { AttemptOutcome } from '../routing/attempt.ts';
import type { Decision } from '../routing/decide.ts';
import type { RouteOutcome } from '../routing/intelligent-router.ts';
import type { RoutingPolicy } from '../routing/policy.ts';
import { RefusedError } from './admission.ts';
import type { OperationResult } from './operation.ts';

export interface Subject {
  operationId: string;
  type: OperationType;
  policy: RoutingPolicy;
  /** The modes in force, as lines to show. */
  notices: string[];
  simulate: boolean;
}

/** A result in which nothing was called: the decision alone (dry run), or a refusal. */
export function uncalled(
  subject: Subject,
  decision: Decision | null,
  refusal: HybridRoutingError | null,
): OperationResult {
  const { type, policy } = subject;
  return {
    operationId: subject.operationId,
    status: refusal ? 'refused' : 'answered',
    answer: null,
    path: 'none',
    decision: decision ?? { primary: null, fallback: null, reasons: ['refused'], policyVersion: policy.version },
    attempts: [],
    fallback: null,
    hedged: false,
    model: null,
    upstream: null,
    untrusted: null,
    stopReason: null,
    personalData: null,
    usage: null,
    latencyMs: 0,
    serviceLatencyMs: null,
    sla: sla(type, policy, null),
    error: refusal && shown(refusal),
    notices: subject.notices,
    background: null,
    dryRun: refusal === null,
    simulated: subject.simulate,
  };
}

export function called(subject: Subject, outcome: RouteOutcome, findings: readonly string[]): OperationResult {
  const { answer, decision, fallback, durationMs } = outcome;
  const error = answer ? null : failure(outcome, findings);
  const status = answer ? 'answered' : outcome.error?.errorClass === 'caller' ? 'refused' : 'failed';
  const latencyMs = rounded(durationMs);
  const { slaMs } = subject.policy.classes[classOf(subject.type)];
  return {
    operationId: subject.operationId,
    status,
    answer: answer?.text ?? null,
    path: outcome.path ?? 'none',
    decision,
    attempts: outcome.attempts.map(attemptOf),
    fallback,
    hedged: outcome.hedged,
    model: answer?.modelId ?? null,
    upstream: answer?.upstream ?? null,
    untrusted: answer?.untrusted ?? null,
    stopReason: answer?.stopReason ?? null,
    personalData: null,
    usage: answer?.usage ?? null,
    latencyMs,
    serviceLatencyMs: answer?.serviceLatencyMs ?? null,
    sla: sla(
      subject.type,
      subject.policy,
      status === 'refused' || outcome.error?.errorClass === 'cancelled' ? null : answer !== null && latencyMs <= slaMs,
    ),
    error: error && shown(error),
    notices: subject.notices,
    background: null,
    dryRun: false,
    simulated: subject.simulate || answer?.simulated === true,
  };
}

function attemptOf({
  path,
  startedMs,
  durationMs,
  retries,
  error,
}: AttemptOutcome): OperationResult['attempts'][number] {
  return {
    path,
    startedMs: rounded(startedMs),
    durationMs: rounded(durationMs),
    retries,
    outcome: outcomeOf(error),
    errorClass: error?.errorClass ?? null,
    cause: error?.message ?? null,
  };
}

function outcomeOf(error: PathError | null) {
  if (!error) return 'answered';
  if (error.errorClass === 'timeout') return 'timed_out';
  return error.errorClass === 'cancelled' ? 'cancelled' : 'failed';
}

/** The error that the caller sees: the path's own where it alone matters, else one with every cause in it. */
function failure({ error, attempts }: RouteOutcome, findings: readonly string[]): HybridRoutingError {
  if (error?.errorClass === 'cancelled') return new HybridRoutingError(error.kind, error.message, error.remedy);
  if (error?.errorClass === 'caller')
    return new HybridRoutingError(`refused_${error.kind}`, error.message, error.remedy);
  const causes = attempts.map((attempt) => `${attempt.path}: ${attempt.error?.message}`);
  const message =
    causes.length > 0 ? `No path could answer. ${causes.join(' | ')}` : `No path is configured. ${findings.join(' ')}`;
  const own = attempts.map((attempt) => attempt.error?.remedy).filter((remedy) => remedy !== undefined);
  const remedy = [...new Set(own), 'Call health_check with depth detailed.'].join(' ');
  return new HybridRoutingError('unavailable', message, remedy, { cause: error ?? undefined });
}

function shown(error: HybridRoutingError) {
  const { code, message, remedy } = error;
  return {
    code,
    message,
    remedy,
    ...(error instanceof RefusedError && error.retryAfterSeconds !== null
      ? { retryAfterSeconds: error.retryAfterSeconds }
      : {}),
  };
}

function sla(type: OperationType, policy: RoutingPolicy, met: boolean | null): OperationResult['sla'] {
  const operationClass = classOf(type);
  const { targetMs, slaMs } = policy.classes[operationClass];
  return { class: operationClass, targetMs, slaMs, met };
}

/** Milliseconds with one decimal: what a reader needs, and no more. */
function rounded(ms: number): number {
  return Math.round(ms * 10) / 10;
}
