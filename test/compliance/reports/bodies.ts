import type { Entry } from '../../../src/compliance/reports/entry.ts';
import type { AccessBody, OperationBody } from '../../../src/compliance/reports/row-bodies.ts';

/** 2026-03-02, a Monday, 12:00 UTC. */
export const now = Date.UTC(2026, 2, 2, 12);

/** An operation that Bedrock answered within its SLA, and in which nobody is named. */
export function operationBody(changes: Partial<OperationBody> = {}): OperationBody {
  return {
    operationId: 'op-1',
    operation: 'emergency',
    class: 'emergency',
    status: 'answered',
    path: 'direct',
    attempts: [{ path: 'direct' }],
    fallback: null,
    hedged: false,
    model: 'eu.anthropic.claude-sonnet-4-6',
    upstream: null,
    latencyMs: 1_200,
    slaMet: true,
    error: null,
    subject: null,
    consent: null,
    residency: [],
    personalData: { mode: 'tokenize', counts: {}, failedStages: 0 },
    dryRun: false,
    simulated: false,
    probe: false,
    caller: { transport: 'stdio', client: 'kiro 1.0', principal: 'stdio', address: null },
    ...changes,
  };
}

export function accessBody(changes: Partial<AccessBody> = {}): AccessBody {
  return {
    operation: 'health_check',
    arguments: { depth: 'basic' },
    caller: { transport: 'stdio', client: 'kiro 1.0', principal: 'stdio', address: null },
    outcome: 'done',
    code: null,
    durationMs: 3,
    ...changes,
  };
}

export const withdrawn = { purpose: 'support', violation: 'withdrawn' };

/** Refused for a consent that was withdrawn. */
export function refusedBody(changes: Partial<OperationBody> = {}): OperationBody {
  return operationBody({
    status: 'refused',
    path: 'none',
    attempts: [],
    model: null,
    latencyMs: 0,
    slaMet: null,
    error: 'consent_violation',
    subject: { id: '5d0c9f6e-0000-4000-8000-000000000001' },
    consent: withdrawn,
    ...changes,
  });
}

export function operationEntry(changes: Partial<OperationBody> = {}, seq = 1, at = now): Entry {
  return { seq, at, kind: 'OPERATION', body: operationBody(changes) };
}

export function accessEntry(changes: Partial<AccessBody> = {}, seq = 1, at = now): Entry {
  return { seq, at, kind: 'ACCESS', body: accessBody(changes) };
}
