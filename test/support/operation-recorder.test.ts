import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { operationRequest } from '../support-files/requests.ts';
import { patient, type ScriptedApp, scriptedApp } from '../support-files/scripted-app.ts';
import { answers, fails, fault } from '../support-files/scripted-path.ts';

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => vi.useRealTimers());

async function run(app: ScriptedApp, changes: Record<string, unknown> = {}) {
  const running = app.support.run(operationRequest(changes), patient());
  await vi.runAllTimersAsync();
  return running;
}

describe('the audit row of an operation', () => {
  it('tells what was decided and done, and nothing of what was asked or answered', async () => {
    const app = scriptedApp();
    app.paths.direct.script = answers(20, {
      text: 'the secret answer',
      usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
    });
    const result = await run(app, { prompt: 'the secret prompt', context: { hidden: 'the secret context' } });
    const [row] = app.audit.of('OPERATION');
    expect(row).toMatchObject({
      operationId: result.operationId,
      operation: 'emergency',
      status: 'answered',
      path: 'direct',
      attempts: [{ path: 'direct', durationMs: 20, outcome: 'answered', errorClass: null }],
      usage: { totalTokens: 3 },
      slaMet: true,
      personalData: { mode: 'tokenize', counts: {} },
      probe: false,
    });
    expect(JSON.stringify(row)).not.toContain('secret');
  });

  it('is written for what is refused, with the code', async () => {
    const app = scriptedApp();
    await app.modes.replace('lockdown', { reason: 'a drill', since: 0, expiresAt: Date.now() + 1_000, path: null });
    const refusing = app.support.run(operationRequest(), patient());
    await refusing;
    expect(app.audit.of('OPERATION')).toMatchObject([{ status: 'refused', error: 'lockdown_mode', attempts: [] }]);
  });

  it('leaves out what a service said: that may quote the prompt', async () => {
    const app = scriptedApp();
    for (const path of ['direct', 'mcp'] as const)
      app.paths[path].script = fails(fault(path, 'upstream', 'quotes_the_prompt'));
    await run(app);
    expect(app.audit.of('OPERATION')).toMatchObject([{ status: 'failed', error: 'unavailable' }]);
    expect(JSON.stringify(app.audit.rows)).not.toContain('quotes_the_prompt');
  });

  it('is written once for callers who share a run', async () => {
    const app = scriptedApp();
    app.paths.direct.script = answers(20);
    const both = [1, 2].map(() => app.support.run(operationRequest({ idempotencyKey: 'k' }), patient()));
    await vi.runAllTimersAsync();
    await Promise.all(both);
    expect(app.audit.of('OPERATION')).toHaveLength(1);
  });
});

describe('an audit log in trouble', () => {
  it('is no reason not to answer, and the answer says so', async () => {
    const app = scriptedApp();
    app.audit.state = 'held';
    expect(await run(app)).toMatchObject({ status: 'answered', notices: [expect.stringContaining('waits in memory')] });
    app.audit.state = 'spooled';
    expect((await run(app)).notices).toEqual([]);
    app.audit.fault = new Error('broken');
    expect((await run(app)).notices).toEqual([expect.stringContaining('there is no row')]);
    expect(app.log.lines()).toContainEqual(expect.objectContaining({ event: 'ERROR', cause: 'broken' }));
  });

  it('refuses operations where the operator wants no untraced one', async () => {
    const app = scriptedApp({ 'audit.onFailure': 'refuse' });
    app.audit.state = 'held';
    expect(await run(app)).toMatchObject({ status: 'refused', error: { code: 'audit_unavailable' } });
    expect(app.paths.direct.calls).toHaveLength(0);
  });

  it('refuses operations when no more rows are taken', async () => {
    const app = scriptedApp();
    app.audit.full = 'no space left';
    expect(await run(app)).toMatchObject({
      status: 'refused',
      error: { message: expect.stringContaining('no space left') },
    });
  });

  it('does not hold an answer up past its deadline', async () => {
    const app = scriptedApp();
    app.paths.direct.script = answers(900);
    app.audit.append = () => new Promise(() => {});
    const start = Date.now();
    const result = await run(app, { deadlineMs: 1_000 });
    expect(Date.now() - start).toBeLessThanOrEqual(1_050);
    expect(result.notices).toEqual([expect.stringContaining('not on the disk yet')]);
  });

  it('is not waited for where rows are only queued', async () => {
    const app = scriptedApp({ 'audit.acknowledge': 'queued' });
    app.audit.append = () => new Promise(() => {});
    expect(await run(app)).toMatchObject({ status: 'answered', notices: [] });
  });
});
