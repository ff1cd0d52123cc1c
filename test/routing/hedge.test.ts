import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pathRequest } from '../support-files/requests.ts';
import { answers, fails, fault, ignoresItsSignal } from '../support-files/scripted-path.ts';
import { scriptedRouter } from '../support-files/scripted-router.ts';

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => vi.useRealTimers());

const emergency = pathRequest({ type: 'emergency', class: 'emergency' });

/** A router whose direct path has a p95 of 200 ms. */
function warmRouter(options: Parameters<typeof scriptedRouter>[0] = {}) {
  const scripted = scriptedRouter({ hedging: true, ...options });
  for (let call = 0; call < 20; call += 1) scripted.health.path('direct').recordCall('emergency', 200, null);
  return scripted;
}

async function routed(
  { router }: ReturnType<typeof scriptedRouter>,
  request = emergency,
  onProgress?: (text: string) => void,
) {
  const running = router.route(request, { deadlineMs: undefined, cancelled: new AbortController().signal, onProgress });
  await vi.runAllTimersAsync();
  return running;
}

describe('a hedged emergency', () => {
  it('starts the second path when the first runs past its p95; the first answer wins and the loser is aborted', async () => {
    const scripted = warmRouter();
    scripted.paths.direct.script = answers(5_000);
    scripted.paths.mcp.script = answers(300, { text: 'from mcp' });
    const outcome = await routed(scripted);
    expect(outcome).toMatchObject({ path: 'mcp', hedged: true, fallback: null, durationMs: 500 });
    expect(outcome.attempts).toMatchObject([
      { path: 'direct', error: { kind: 'hedge_lost' } },
      { path: 'mcp', startedMs: 200 },
    ]);
    expect(scripted.paths.direct.calls[0]?.signal.aborted).toBe(true);
    expect(scripted.health.path('direct').report().failures).toBe(0);
  });

  it('is not hedged when the first path answers within its p95', async () => {
    const scripted = warmRouter();
    scripted.paths.direct.script = answers(150);
    expect(await routed(scripted)).toMatchObject({ path: 'direct', hedged: false, durationMs: 150 });
    expect(scripted.paths.mcp.calls).toHaveLength(0);
  });

  it('keeps the first answer when it comes before the second one', async () => {
    const scripted = warmRouter();
    scripted.paths.direct.script = answers(250);
    scripted.paths.mcp.script = answers(300);
    expect(await routed(scripted)).toMatchObject({ path: 'direct', hedged: true, durationMs: 250 });
    expect(scripted.paths.mcp.calls[0]?.signal.aborted).toBe(true);
  });

  it('takes the running second path for the fallback when the first fails', async () => {
    const scripted = warmRouter();
    scripted.paths.direct.script = fails(fault('direct', 'timeout'), 300);
    scripted.paths.mcp.script = answers(1_000);
    const outcome = await routed(scripted);
    expect(outcome).toMatchObject({ path: 'mcp', durationMs: 1_200, fallback: { from: 'direct', to: 'mcp' } });
    expect(scripted.paths.mcp.calls).toHaveLength(1);
  });

  it('waits for the first path when the second fails', async () => {
    const scripted = warmRouter();
    scripted.paths.direct.script = answers(1_000);
    scripted.paths.mcp.script = fails(fault('mcp', 'upstream'), 50);
    expect(await routed(scripted)).toMatchObject({ path: 'direct', durationMs: 1_000, fallback: null });
  });

  it('fails when both do, by the deadline', async () => {
    const scripted = warmRouter();
    scripted.paths.direct.script = ignoresItsSignal();
    scripted.paths.mcp.script = ignoresItsSignal();
    const outcome = await routed(scripted);
    expect(outcome.answer).toBeNull();
    expect(outcome.durationMs).toBeLessThanOrEqual(10_000);
  });

  it('does not hedge past the guard: a refusal of the first path ends a hedge that has not answered', async () => {
    const scripted = warmRouter();
    scripted.paths.direct.script = fails(fault('direct', 'caller', 'guardrail_intervened'), 300);
    scripted.paths.mcp.script = answers(1_000);
    const outcome = await routed(scripted);
    expect(outcome).toMatchObject({ answer: null, path: null, error: { errorClass: 'caller' } });
    expect(scripted.paths.mcp.calls[0]?.signal.aborted).toBe(true);
  });

  it('is for emergencies alone, and can be switched off', async () => {
    const critical = warmRouter();
    critical.paths.direct.script = answers(1_000);
    await routed(critical, pathRequest({ type: 'infrastructure', class: 'critical' }));
    expect(critical.paths.mcp.calls).toHaveLength(0);
    const off = warmRouter({ hedging: false });
    off.paths.direct.script = answers(1_000);
    await routed(off);
    expect(off.paths.mcp.calls).toHaveLength(0);
  });

  it('is at most 5 % of the emergencies, after a burst of two', async () => {
    const scripted = warmRouter();
    scripted.paths.direct.script = answers(1_000);
    scripted.paths.mcp.script = ignoresItsSignal();
    for (let operation = 0; operation < 200; operation += 1) {
      await routed(scripted);
      for (let call = 0; call < 20; call += 1) scripted.health.path('direct').recordCall('emergency', 200, null);
    }
    expect(scripted.paths.mcp.calls.length).toBeLessThanOrEqual(2 + 0.05 * 200);
    expect(scripted.paths.mcp.calls.length).toBeGreaterThan(5);
  });
});

describe('budgets that are reset', () => {
  it('have their burst again', async () => {
    const scripted = warmRouter();
    scripted.paths.direct.script = answers(1_000);
    scripted.paths.mcp.script = ignoresItsSignal();
    const hedges = async (operations: number) => {
      const before = scripted.paths.mcp.calls.length;
      for (let operation = 0; operation < operations; operation += 1) {
        await routed(scripted);
        for (let call = 0; call < 20; call += 1) scripted.health.path('direct').recordCall('emergency', 200, null);
      }
      return scripted.paths.mcp.calls.length - before;
    };
    expect([await hedges(5), await hedges(5)]).toEqual([2, 0]);
    scripted.router.resetBudgets();
    expect(await hedges(5)).toBe(2);
  });
});

describe('partial text', () => {
  it('is withdrawn when the path that gave it fails', async () => {
    const scripted = scriptedRouter();
    scripted.paths.direct.script = async (_, { onProgress }) => {
      onProgress?.('half an ans');
      throw fault('direct', 'transient');
    };
    scripted.paths.mcp.script = async (request, options) => {
      options.onProgress?.('whole');
      return answers()(request, options);
    };
    const told: string[] = [];
    await routed(scripted, emergency, (text) => told.push(text));
    expect(told.at(-1)).toBe('whole');
    expect(told.at(-2)).toMatch(/^\[withdrawn: the direct path failed/);
  });

  it('of a path that gave none is not withdrawn', async () => {
    const scripted = scriptedRouter();
    scripted.paths.direct.script = fails(fault('direct', 'timeout'));
    const told: string[] = [];
    await routed(scripted, emergency, (text) => told.push(text));
    expect(told).toEqual([]);
  });
});
