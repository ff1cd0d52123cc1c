import { describe, expect, it } from 'vitest';
import { type ErrorClass, errorClasses } from '../../src/paths/path-error.ts';
import type { AttemptOutcome } from '../../src/routing/attempt.ts';
import type { RouteOutcome } from '../../src/routing/intelligent-router.ts';
import { runbookPolicy } from '../../src/routing/policy.ts';
import { RefusedError } from '../../src/support/admission.ts';
import { ModeRefusal } from '../../src/support/mode-refusal.ts';
import { operationResultSchema } from '../../src/support/operation.ts';
import { called, type Subject, uncalled } from '../../src/support/operation-outcome.ts';
import { pathAnswer } from '../support-files/requests.ts';
import { fault } from '../support-files/scripted-path.ts';

const subject: Subject = {
  operationId: 'op-1',
  type: 'emergency',
  policy: runbookPolicy,
  notices: ['maintenance mode, 90 s left: new disk'],
  simulate: false,
};
const decision = {
  primary: 'direct',
  fallback: 'mcp',
  reasons: ['emergency: direct first'],
  policyVersion: 'v',
} as const;
const tried = (changes: Partial<AttemptOutcome> = {}): AttemptOutcome => ({
  path: 'direct',
  startedMs: 0.06,
  durationMs: 12.34,
  retries: 0,
  answer: null,
  error: null,
  ...changes,
});

function routed(changes: Partial<RouteOutcome> = {}): RouteOutcome {
  const reasons = [...decision.reasons];
  return {
    decision: { ...decision, reasons },
    answer: null,
    path: null,
    attempts: [],
    fallback: null,
    hedged: false,
    error: null,
    durationMs: 12.34,
    ...changes,
  };
}

const failedWith = (...classes: ErrorClass[]) => {
  const attempts = classes.map((errorClass, index) => {
    const path = index === 0 ? 'direct' : 'mcp';
    return tried({ path, error: fault(path, errorClass) });
  });
  return routed({ attempts, error: attempts.at(-1)?.error ?? null });
};

describe('an answered operation', () => {
  const usage = { inputTokens: 1, outputTokens: 2, totalTokens: 3 };
  const answer = pathAnswer({ modelId: 'm', usage, stopReason: 'end_turn', serviceLatencyMs: 5 });
  const outcome = routed({ answer, path: 'direct', attempts: [tried({ answer })] });

  it('has everything in it', () => {
    expect(called(subject, outcome, [])).toMatchSnapshot();
  });

  it('says that it was hedged, and how often each path was asked again', () => {
    const lost = tried({ retries: 2, error: fault('direct', 'cancelled', 'hedge_lost') });
    const attempts = [lost, tried({ path: 'mcp', answer })];
    const result = called(subject, { ...outcome, path: 'mcp', attempts, hedged: true }, []);
    expect(result).toMatchObject({ status: 'answered', path: 'mcp', hedged: true, fallback: null, error: null });
    expect(result.attempts).toMatchObject([
      { path: 'direct', retries: 2, outcome: 'cancelled' },
      { path: 'mcp', retries: 0, outcome: 'answered' },
    ]);
  });

  it.each([
    [10_000, true],
    [10_000.04, true],
    [10_000.06, false],
  ])('of %d ms meets its SLA: %s', (durationMs, met) => {
    expect(called(subject, { ...outcome, durationMs }, []).sla.met).toBe(met);
  });

  it('is simulated where the server is, or the answer says so', () => {
    expect(called({ ...subject, simulate: true }, outcome, []).simulated).toBe(true);
    expect(called(subject, { ...outcome, answer: { ...answer, simulated: true } }, []).simulated).toBe(true);
  });
});

describe('an operation without an answer', () => {
  it('is unavailable with both causes and what to do', () => {
    const result = called(subject, failedWith('throttled', 'upstream'), []);
    expect(result).toMatchObject({ status: 'failed', path: 'none', answer: null, sla: { met: false } });
    expect(result.error).toEqual({
      code: 'unavailable',
      message: 'No path could answer. direct: direct scripted | mcp: mcp scripted',
      remedy: 'Look at the script. Call health_check with depth detailed.',
    });
  });

  it('names what is missing where no path is configured', () => {
    const { error } = called(subject, routed(), ['Set mcp.upstreams.', 'Sign in.']);
    expect(error).toMatchObject({
      code: 'unavailable',
      message: 'No path is configured. Set mcp.upstreams. Sign in.',
      remedy: 'Call health_check with depth detailed.',
    });
  });

  it("is refused for the caller's own fault, and missed no SLA then", () => {
    const result = called(subject, failedWith('caller'), []);
    expect(result).toMatchObject({ status: 'refused', sla: { met: null }, error: { code: 'refused_scripted' } });
  });

  it.each(['cancelled', 'shutting_down'])('that was ended tells by what: %s', (kind) => {
    const error = fault('mcp', 'cancelled', kind);
    const attempts = [tried({ error: fault('direct', 'transient') }), tried({ path: 'mcp', error })];
    expect(called(subject, routed({ attempts, error }), []).error).toEqual({
      code: kind,
      message: `mcp ${kind}`,
      remedy: 'Look at the script.',
    });
  });

  it.each([
    ['timeout', 'timed_out'],
    ['cancelled', 'cancelled'],
    ['throttled', 'failed'],
    ['caller', 'failed'],
  ] as const)('tells an attempt that ended by %s as %s', (errorClass, outcome) => {
    expect(called(subject, failedWith(errorClass), []).attempts).toEqual([
      { path: 'direct', startedMs: 0.1, durationMs: 12.3, retries: 0, outcome, errorClass, cause: 'direct scripted' },
    ]);
  });

  it.each(errorClasses)('fits the schema after %s', (errorClass) => {
    expect(operationResultSchema.safeParse(called(subject, failedWith(errorClass), [])).success).toBe(true);
  });
});

describe('an operation that was not called', () => {
  it('is its decision alone, for a dry run', () => {
    const result = uncalled(subject, { ...decision, reasons: ['why'] }, null);
    expect(result).toMatchObject({ status: 'answered', dryRun: true, path: 'none', error: null, attempts: [] });
    expect(result.decision).toMatchObject({ primary: 'direct', reasons: ['why'] });
  });

  it('is a refusal with its error', () => {
    const result = uncalled(subject, null, new RefusedError('too_large', 'prompt: big', 'Shorten it.'));
    expect(result).toMatchObject({
      status: 'refused',
      dryRun: false,
      error: { code: 'too_large', message: 'prompt: big', remedy: 'Shorten it.' },
      decision: { primary: null, policyVersion: 'runbook-1.0.0' },
      sla: { class: 'emergency', met: null },
      notices: ['maintenance mode, 90 s left: new disk'],
    });
    expect(result.error).not.toHaveProperty('retryAfterSeconds');
    expect(operationResultSchema.safeParse(result).success).toBe(true);
  });

  it('tells when to come again where a mode keeps it out', () => {
    const active = { reason: 'region outage', since: 0, expiresAt: 90_000, path: null };
    const result = uncalled(subject, null, new ModeRefusal({ mode: 'emergency', active }, 30_000));
    expect(result).toMatchObject({ status: 'refused', error: { code: 'emergency_mode', retryAfterSeconds: 60 } });
    expect(operationResultSchema.safeParse(result).success).toBe(true);
  });
});
