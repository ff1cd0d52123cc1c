import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { classOf, operationTypes, otherPath, type PathName } from '../../src/config/operation-types.ts';
import { type ErrorClass, errorClasses, traits } from '../../src/paths/path-error.ts';
import type { RouteOutcome } from '../../src/routing/intelligent-router.ts';
import { runbookPolicy } from '../../src/routing/policy.ts';
import { pathRequest } from '../support-files/requests.ts';
import { answers, fails, fault, ignoresItsSignal, type ScriptedPath } from '../support-files/scripted-path.ts';
import { scriptedRouter } from '../support-files/scripted-router.ts';

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => vi.useRealTimers());

/** How a path behaves for one operation, every call of it alike. */
type Behaviour =
  | { kind: 'answers'; ms: number }
  | { kind: 'fails'; ms: number; errorClass: ErrorClass }
  | { kind: 'recovers'; ms: number; failures: number }
  | { kind: 'hangs' };

const latencyMs = fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 70_000 }));
const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  fc.record({ kind: fc.constant('answers' as const), ms: latencyMs }),
  fc.record({ kind: fc.constant('fails' as const), ms: latencyMs, errorClass: fc.constantFrom(...errorClasses) }),
  fc.record({ kind: fc.constant('recovers' as const), ms: latencyMs, failures: fc.integer({ min: 1, max: 3 }) }),
  fc.constant({ kind: 'hangs' as const }),
);

const scenario = fc.record({
  type: fc.constantFrom(...operationTypes),
  direct: behaviour,
  mcp: behaviour,
  deadlineMs: fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined }),
  /** Latencies of earlier calls, which make the p95 that reserve and hedging go by. */
  history: fc.record({ direct: fc.array(latencyMs, { maxLength: 20 }), mcp: fc.array(latencyMs, { maxLength: 20 }) }),
  hedging: fc.boolean(),
  jitter: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

function script(path: ScriptedPath, how: Behaviour): void {
  if (how.kind === 'answers') path.script = answers(how.ms);
  else if (how.kind === 'hangs') path.script = ignoresItsSignal();
  else if (how.kind === 'fails') path.script = fails(fault(path.name, how.errorClass), how.ms);
  else {
    const failing = fails(fault(path.name, 'transient'), how.ms);
    const answering = answers(how.ms);
    path.script = (request, options) => (path.calls.length > how.failures ? answering : failing)(request, options);
  }
}

interface Played {
  outcome: RouteOutcome;
  deadlineMs: number;
  primary: PathName;
  /** How long the primary may take: the rest is the fallback's. */
  shareMs: number;
}

async function play({ type, direct, mcp, deadlineMs: callerMs, history, hedging, jitter }: Scenario): Promise<Played> {
  const { paths, health, router } = scriptedRouter({ hedging, random: () => jitter });
  for (const name of ['direct', 'mcp'] as const) {
    // Quick enough not to be left for slowness: where the primary is, is another property.
    for (const ms of history[name]) health.path(name).recordCall(classOf(type), Math.min(ms, 7_999), null);
  }
  script(paths.direct, direct);
  script(paths.mcp, mcp);
  const { primary } = router.decide(type);
  if (primary === null) throw new Error('both paths are configured');
  const { slaMs } = runbookPolicy.classes[classOf(type)];
  const deadlineMs = Math.min(slaMs, callerMs ?? slaMs);
  const p95Ms = health.path(otherPath(primary)).p95Ms() ?? 0;
  const reserveMs = Math.min(Math.max(p95Ms, deadlineMs / 4), (deadlineMs * 3) / 4);
  const request = pathRequest({ type, class: classOf(type) });
  const running = router.route(request, { deadlineMs: callerMs, cancelled: new AbortController().signal });
  await vi.advanceTimersByTimeAsync(deadlineMs + 1_000);
  return { outcome: await running, deadlineMs, primary, shareMs: Math.max(1, Math.round(deadlineMs - reserveMs)) };
}

const answersWithin = (how: Behaviour, ms: number) => how.kind === 'answers' && how.ms < ms;
/** An error after which the other path must not be asked, before the primary's share is spent. */
const endsIt = (how: Behaviour, ms: number) => how.kind === 'fails' && !traits[how.errorClass].fallback && how.ms < ms;

describe('any latencies and failures of both paths (10,000 runs each)', () => {
  const runs = { numRuns: 10_000 };

  it('never takes longer than the deadline, asks each path at most once, and falls back at most once', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        const { outcome, deadlineMs } = await play(given);
        expect(outcome.durationMs).toBeLessThanOrEqual(deadlineMs + 100);
        expect(outcome.attempts.length).toBeLessThanOrEqual(2);
        expect(new Set(outcome.attempts.map(({ path }) => path)).size).toBe(outcome.attempts.length);
        expect(outcome.answer === null).toBe(outcome.error !== null);
        if (outcome.fallback) expect(outcome.attempts).toHaveLength(2);
      }),
      runs,
    );
  }, 120_000);

  it('answers within the SLA when either path would, asked alone with its share', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        const { outcome, deadlineMs, primary, shareMs } = await play(given);
        const [first, second] = [given[primary], given[otherPath(primary)]];
        const couldFirst = answersWithin(first, shareMs);
        const couldSecond = answersWithin(second, deadlineMs - shareMs) && !endsIt(first, shareMs);
        fc.pre(couldFirst || couldSecond);
        expect(outcome.answer).not.toBeNull();
        expect(outcome.durationMs).toBeLessThanOrEqual(deadlineMs);
      }),
      runs,
    );
  }, 120_000);
});
