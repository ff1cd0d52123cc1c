import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { operationRequest } from '../support-files/requests.ts';
import { patient, type ScriptedApp, scriptedApp } from '../support-files/scripted-app.ts';
import { answers, broken, fails, fault, ignoresItsSignal } from '../support-files/scripted-path.ts';

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => vi.useRealTimers());

async function ran({ support }: ScriptedApp, changes: Record<string, unknown> = {}, caller = patient()) {
  const running = support.run(operationRequest(changes), caller);
  await vi.runAllTimersAsync();
  return running;
}

describe('run', () => {
  it('answers, counts and logs', async () => {
    const app = scriptedApp();
    app.paths.direct.script = answers(100);
    const result = await ran(app);
    expect(result).toMatchObject({ status: 'answered', answer: 'All is well', path: 'direct', latencyMs: 100 });
    expect(app.metrics.summary()).toMatchObject({ answered: 1, efficient: 1, eligible: 1, inFlight: 0 });
    expect(app.log.lines().at(-1)).toMatchObject({
      component: 'bedrock-support',
      operationId: result.operationId,
      status: 'answered',
      level: 'info',
    });
  });

  it('gives each operation an id of its own', async () => {
    const app = scriptedApp();
    expect((await ran(app)).operationId).not.toBe((await ran(app)).operationId);
  });

  it('only decides in a dry run: nothing is called or counted', async () => {
    const app = scriptedApp();
    expect(await ran(app, { dryRun: true })).toMatchObject({ dryRun: true, decision: { primary: 'direct' } });
    expect(app.paths.direct.calls).toHaveLength(0);
    expect(app.metrics.summary().operations).toBe(0);
  });

  it('refuses what it does not admit, before anything is called', async () => {
    const app = scriptedApp({ 'limits.promptBytes': 3 });
    expect(await ran(app)).toMatchObject({ status: 'refused', error: { code: 'too_large' } });
    expect(app.paths.direct.calls).toHaveLength(0);
  });

  it('gives a conflict of idempotency keys as a refusal', async () => {
    const app = scriptedApp();
    await ran(app, { idempotencyKey: 'k' });
    const second = await ran(app, { idempotencyKey: 'k', prompt: 'Other' });
    expect(second).toMatchObject({ status: 'refused', error: { code: 'idempotency_conflict' } });
    expect(app.paths.direct.calls).toHaveLength(1);
  });

  it('is not efficient after a fallback, nor over the SLA, nor eligible under an override', async () => {
    const app = scriptedApp();
    app.paths.direct.script = fails(fault('direct', 'transient'));
    expect(await ran(app)).toMatchObject({ path: 'mcp', hedged: false, attempts: [{ retries: 2 }, { retries: 0 }] });
    expect(app.metrics.summary()).toMatchObject({ eligible: 1, efficient: 0, fellBack: 1 });
    app.overrides.replace({ route: 'mcp', reason: 'r', setAt: 0, expiresAt: Date.now() + 1_000 });
    await ran(app);
    expect(app.metrics.summary()).toMatchObject({ eligible: 1, efficient: 0, overridden: 1, operations: 2 });
  });

  it('is not efficient where health chose the other path', async () => {
    const app = scriptedApp();
    app.paths.direct.standing = broken('no access');
    expect((await ran(app)).path).toBe('mcp');
    expect(app.metrics.summary()).toMatchObject({ eligible: 1, efficient: 0, fellBack: 0 });
    // Not even where that one then falls back to the policy's own.
    app.paths.mcp.script = fails(fault('mcp', 'upstream'));
    expect((await ran(app)).path).toBe('direct');
    expect(app.metrics.summary()).toMatchObject({ eligible: 2, efficient: 0, fellBack: 1 });
  });

  it("counts the caller's own faults as refused, and others as failed, with an ERROR line", async () => {
    const app = scriptedApp();
    app.paths.direct.script = fails(fault('direct', 'caller'));
    await ran(app);
    expect(app.metrics.summary()).toMatchObject({ refused: 1, failed: 0, eligible: 0 });
    app.paths.direct.script = fails(fault('direct', 'transient'));
    app.paths.mcp.script = fails(fault('mcp', 'upstream'));
    await ran(app);
    expect(app.metrics.summary()).toMatchObject({ refused: 1, failed: 1 });
    expect(app.log.lines().at(-1)).toMatchObject({ level: 'error', event: 'ERROR', code: 'unavailable' });
  });

  it('warns of an answer past its target', async () => {
    const app = scriptedApp();
    app.paths.direct.script = answers(5_001);
    await ran(app);
    expect(app.log.lines().at(-1)).toMatchObject({ level: 'warn', event: 'LATENCY', latencyMs: 5_001 });
  });

  it('ends with the client, and is under way no more', async () => {
    const app = scriptedApp();
    app.paths.direct.script = ignoresItsSignal();
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 50);
    const result = await ran(app, {}, { cancelled: cancel.signal });
    expect(result).toMatchObject({ error: { code: 'cancelled' }, latencyMs: 50 });
    expect(app.metrics.summary()).toMatchObject({ inFlight: 0, failed: 0, refused: 1 });
  });

  it('logs nothing of prompt, context or answer', async () => {
    const app = scriptedApp({ logLevel: 'info' });
    app.paths.direct.script = answers(0, { text: 'hunter2' });
    await ran(app, { prompt: 'hunter2', context: { a: 'hunter2' }, idempotencyKey: 'hunter2' });
    expect(app.log.lines().length).toBeGreaterThan(1);
    expect(app.log.text()).not.toContain('hunter2');
  });
});
