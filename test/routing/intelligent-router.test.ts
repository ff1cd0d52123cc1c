import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { errorClasses, traits } from '../../src/paths/path-error.ts';
import type { RouteOptions } from '../../src/routing/intelligent-router.ts';
import { pathRequest } from '../support-files/requests.ts';
import { answers, broken, fails, fault, ignoresItsSignal, standing } from '../support-files/scripted-path.ts';
import { scriptedRouter } from '../support-files/scripted-router.ts';

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => vi.useRealTimers());

type Scripted = ReturnType<typeof scriptedRouter>;

async function routed({ router }: Scripted, options: Partial<RouteOptions> = {}, request = pathRequest()) {
  const cancelled = new AbortController().signal;
  const running = router.route(request, { deadlineMs: undefined, cancelled, ...options });
  await vi.runAllTimersAsync();
  return running;
}

describe('route', () => {
  it('answers on the primary path, and asks no other', async () => {
    const scripted = scriptedRouter();
    scripted.paths.direct.script = answers(200, { text: 'from direct' });
    const outcome = await routed(scripted);
    expect(outcome).toMatchObject({ path: 'direct', fallback: null, error: null, durationMs: 200 });
    expect(outcome.answer?.text).toBe('from direct');
    expect(scripted.paths.mcp.calls).toHaveLength(0);
  });

  it.each(errorClasses)(
    'after a fault of class %s asks the other path, or not, as the matrix says',
    async (errorClass) => {
      const scripted = scriptedRouter();
      scripted.paths.direct.script = fails(fault('direct', errorClass, 'broken'), 100);
      const outcome = await routed(scripted);
      const { fallback, health } = traits[errorClass];
      expect(scripted.paths.mcp.calls).toHaveLength(fallback ? 1 : 0);
      expect(outcome.path).toBe(fallback ? 'mcp' : null);
      expect(outcome.fallback).toEqual(fallback ? { from: 'direct', to: 'mcp', reason: 'direct broken' } : null);
      expect(outcome.error?.errorClass).toBe(fallback ? undefined : errorClass);
      expect(scripted.health.path('direct').report().failures).toBe(health ? 1 : 0);
    },
  );

  it('falls back once at most', async () => {
    const scripted = scriptedRouter();
    scripted.paths.direct.script = fails(fault('direct', 'transient'));
    scripted.paths.mcp.script = fails(fault('mcp', 'upstream'));
    const outcome = await routed(scripted);
    expect(outcome.attempts.map(({ path }) => path)).toEqual(['direct', 'mcp']);
    expect(outcome).toMatchObject({ answer: null, path: null, error: { path: 'mcp', errorClass: 'upstream' } });
    expect(outcome.fallback).not.toBeNull();
  });

  it('answers within the SLA when the primary hangs', async () => {
    const scripted = scriptedRouter();
    scripted.paths.direct.script = ignoresItsSignal();
    scripted.paths.mcp.script = answers(2_000);
    const outcome = await routed(scripted);
    expect(outcome).toMatchObject({ path: 'mcp', durationMs: 9_500 });
    expect(outcome.attempts[0]).toMatchObject({ startedMs: 0, durationMs: 7_500, error: { kind: 'share_spent' } });
    expect(outcome.attempts[1]).toMatchObject({ startedMs: 7_500, durationMs: 2_000 });
  });

  it('keeps for the fallback what it took of late', async () => {
    const scripted = scriptedRouter();
    for (let call = 0; call < 5; call += 1) scripted.health.path('mcp').recordCall('emergency', 4_000, null);
    scripted.paths.direct.script = ignoresItsSignal();
    const outcome = await routed(scripted);
    expect(outcome.attempts[0]).toMatchObject({ durationMs: 6_000 });
  });

  it('gives the primary the whole deadline where there is no fallback', async () => {
    const scripted = scriptedRouter();
    scripted.paths.mcp.standing = standing({ configured: false });
    scripted.paths.direct.script = ignoresItsSignal();
    const outcome = await routed(scripted);
    expect(outcome).toMatchObject({ durationMs: 10_000, fallback: null, error: { kind: 'share_spent' } });
  });

  it('calls nothing where no path is configured', async () => {
    const scripted = scriptedRouter();
    const absent = standing({ configured: false });
    scripted.paths.direct.standing = absent;
    scripted.paths.mcp.standing = absent;
    const outcome = await routed(scripted);
    expect(outcome).toMatchObject({ attempts: [], answer: null, error: null, decision: { primary: null } });
  });

  it('never takes longer than the deadline, whatever the paths do', async () => {
    const ms = fc.integer({ min: 0, max: 20_000 });
    const deadline = fc.option(fc.integer({ min: 1, max: 30_000 }), { nil: undefined });
    const script = fc.tuple(fc.constantFrom('answers', 'fails', 'hangs'), ms);
    await fc.assert(
      fc.asyncProperty(script, script, deadline, async (first, second, deadlineMs) => {
        const scripted = scriptedRouter();
        for (const [name, [kind, takes]] of [['direct', first] as const, ['mcp', second] as const]) {
          const failing = fails(fault(name, 'transient'), takes);
          scripted.paths[name].script =
            kind === 'hangs' ? ignoresItsSignal() : kind === 'fails' ? failing : answers(takes);
        }
        const outcome = await routed(scripted, { deadlineMs });
        // A timer's delay is a whole number of ms.
        expect(outcome.durationMs).toBeLessThanOrEqual(Math.min(10_000, deadlineMs ?? 10_000) + 1);
        expect(outcome.attempts.length).toBeLessThanOrEqual(2);
        expect(outcome.answer === null).toBe(outcome.error !== null);
      }),
      { numRuns: 200 },
    );
  });

  it('ends at once when the client cancels, and asks no other path', async () => {
    const scripted = scriptedRouter();
    scripted.paths.direct.script = ignoresItsSignal();
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 300);
    const outcome = await routed(scripted, { cancelled: cancel.signal });
    expect(outcome).toMatchObject({ durationMs: 300, error: { errorClass: 'cancelled' }, fallback: null });
    expect(scripted.health.path('direct').report().calls).toBe(0);
  });
});

describe('health from calls', () => {
  it('records each attempt with its duration', async () => {
    const scripted = scriptedRouter();
    scripted.paths.direct.script = fails(fault('direct', 'transient'), 100);
    scripted.paths.mcp.script = answers(50);
    await routed(scripted);
    expect(scripted.health.path('direct').report()).toMatchObject({ calls: 1, failures: 1, status: 'degraded' });
    expect(scripted.health.path('mcp').report()).toMatchObject({ calls: 1, failures: 0, p50Ms: 50 });
  });

  it('blames no path for a deadline that the caller shortened', async () => {
    const scripted = scriptedRouter();
    scripted.paths.direct.script = ignoresItsSignal();
    scripted.paths.mcp.script = ignoresItsSignal();
    await routed(scripted, { deadlineMs: 100 });
    expect([scripted.health.path('direct').report().calls, scripted.health.path('mcp').report().calls]).toEqual([0, 0]);
  });

  it('blames a path for the SLA that it missed', async () => {
    const scripted = scriptedRouter();
    scripted.paths.direct.script = ignoresItsSignal();
    await routed(scripted, { deadlineMs: 10_000 });
    expect(scripted.health.path('direct').report().failures).toBe(1);
  });

  it('goes straight to the other path after six bad calls', async () => {
    const scripted = scriptedRouter();
    scripted.paths.direct.script = fails(fault('direct', 'protocol'));
    for (let operation = 0; operation < 8; operation += 1) await routed(scripted);
    expect(scripted.paths.direct.calls).toHaveLength(6);
    expect(scripted.paths.mcp.calls).toHaveLength(8);
    expect((await routed(scripted)).decision.reasons.join(' ')).toContain('direct is unhealthy (6 failed');
  });

  it('goes straight to the other path while a breaker is open', async () => {
    const scripted = scriptedRouter();
    scripted.paths.direct.standing = broken('no access');
    expect(await routed(scripted)).toMatchObject({ path: 'mcp', fallback: null });
    expect(scripted.paths.direct.calls).toHaveLength(0);
  });
});

describe('overrides and the log', () => {
  it('follows the override in force, until it expires', async () => {
    const scripted = scriptedRouter();
    scripted.overrides.replace({ route: 'mcp', reason: 'test', setAt: Date.now(), expiresAt: Date.now() + 1_000 });
    expect((await routed(scripted)).path).toBe('mcp');
    vi.advanceTimersByTime(999);
    expect((await routed(scripted)).path).toBe('mcp');
    vi.advanceTimersByTime(1);
    expect((await routed(scripted)).path).toBe('direct');
  });

  it('logs each decision, and nothing of what was said', async () => {
    const scripted = scriptedRouter();
    await routed(scripted, {}, pathRequest({ prompt: 'hunter2', messages: [{ role: 'user', text: 'hunter2' }] }));
    expect(scripted.log.lines()).toEqual([
      expect.objectContaining({
        component: 'intelligent-router',
        event: 'ROUTING_DECISION',
        operationId: 'op-1',
        operation: 'emergency',
        primary: 'direct',
        reasons: ['emergency: direct first'],
      }),
    ]);
    expect(scripted.log.text()).not.toContain('hunter2');
  });
});
