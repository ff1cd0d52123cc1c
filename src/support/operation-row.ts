import { auditedCaller, type Caller } from './caller.ts';
import type { GateFacts } from './gates.ts';
import type { PersonalDataFacts } from './guarded-request.ts';
import type { OperationRequest, OperationResult } from './operation.ts';

/** What is known of an operation beside its result. */
export interface OperationFacts {
  request: OperationRequest;
  caller: Caller;
  /** Null where it was refused before it came to the gates. */
  gates: GateFacts | null;
  /** Null where it was refused before anything was looked for. */
  personalData: PersonalDataFacts | null;
}

/**
 * The audit row of an operation: what was decided and done, never what was asked or answered. Causes are left out, since
 * a service's message may quote the prompt; an override's reason has been cleared of personal data when it was set.
 */
export function operationRow(result: OperationResult, { request, caller, gates, personalData }: OperationFacts) {
  const { operationId, status, path, decision, fallback, hedged, model, upstream, usage, sla, error } = result;
  return {
    operationId,
    operation: request.operation,
    class: sla.class,
    status,
    path,
    decision: { ...decision },
    attempts: result.attempts.map((attempt) => ({
      path: attempt.path,
      durationMs: attempt.durationMs,
      retries: attempt.retries,
      outcome: attempt.outcome,
      errorClass: attempt.errorClass,
    })),
    fallback: fallback && { from: fallback.from, to: fallback.to },
    hedged,
    model,
    upstream,
    usage: usage && { ...usage },
    latencyMs: result.latencyMs,
    slaMet: sla.met,
    error: error?.code ?? null,
    subject: gates?.subject ?? null,
    consent: gates?.consent ?? null,
    residency: gates?.residency ?? [],
    personalData: personalData && {
      mode: personalData.mode,
      counts: personalData.counts,
      detectorVersion: personalData.detectorVersion,
      failedStages: personalData.warnings.length,
    },
    dryRun: result.dryRun,
    simulated: result.simulated,
    probe: caller.probe === true,
    caller: auditedCaller(caller),
  };
}
