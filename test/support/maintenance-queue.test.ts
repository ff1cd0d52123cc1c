import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HybridRoutingError } from '../../src/config/errors.ts';
import type { OperationResult } from '../../src/support/operation.ts';
import { operationRequest } from '../support-files/requests.ts';
import { type ScriptedApp, scriptedApp } from '../support-files/scripted-app.ts';
import { answers } from '../support-files/scripted-path.ts';

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => vi.useRealTimers());

const minute = 60_000;

/** An app in maintenance, and a background task that was sent to it. */
function inMaintenance(
  lastsMs: number,
  changes: Record<string, unknown> = {},
  cancelled = new AbortController().signal,
) {
  const app = scriptedApp();
  app.paths.mcp.script = answers(500);
  const since = Date.now();
  const maintenance = { reason: 'new disk', since, expiresAt: since + lastsMs, path: null };
  app.modes.replace('maintenance', maintenance);
  let result: OperationResult | null = null;
  const send = async (args: Record<string, unknown> = changes) => {
    result = await app.support.run(operationRequest({ operation: 'background_task', ...args }), { cancelled });
  };
  return { app, send, sent: send(), outcome: () => result };
}

const calls = ({ paths }: ScriptedApp) => paths.direct.calls.length + paths.mcp.calls.length;

describe('a background task in maintenance', () => {
  it('waits, and is answered when maintenance is lifted, within its SLA', async () => {
    const { app, sent, outcome } = inMaintenance(60 * minute);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(calls(app)).toBe(0);
    app.modes.replace('maintenance', null);
    await vi.advanceTimersByTimeAsync(1_000);
    await sent;
    expect(outcome()).toMatchObject({ status: 'answered', path: 'mcp', latencyMs: 20_500, sla: { met: true } });
  });

  it('is answered when maintenance ends by itself', async () => {
    const { sent, outcome } = inMaintenance(30_000);
    await vi.advanceTimersByTimeAsync(31_000);
    await sent;
    expect(outcome()).toMatchObject({ status: 'answered', latencyMs: 30_500 });
  });

  it('is refused with a time to come again after three quarters of its deadline', async () => {
    const { app, sent, outcome } = inMaintenance(60 * minute);
    await vi.advanceTimersByTimeAsync(44_999);
    expect(outcome()).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    await sent;
    expect(outcome()).toMatchObject({
      status: 'refused',
      error: { code: 'maintenance_mode', retryAfterSeconds: 3_555 },
    });
    expect(calls(app)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits no longer than its caller does', async () => {
    const { sent, outcome } = inMaintenance(60 * minute, { deadlineMs: 2_000 });
    await vi.advanceTimersByTimeAsync(1_500);
    await sent;
    expect(outcome()).toMatchObject({ status: 'refused' });
  });

  it('has what is left of its deadline for the answer', async () => {
    const { app, sent, outcome } = inMaintenance(1_000, { deadlineMs: 2_000 });
    app.paths.mcp.script = answers(10_000);
    app.paths.direct.script = answers(10_000);
    await vi.advanceTimersByTimeAsync(3_000);
    await sent;
    expect(outcome()).toMatchObject({ status: 'failed', latencyMs: 2_000 });
  });

  it('is refused at once when lockdown comes over it', async () => {
    const { app, sent, outcome } = inMaintenance(60 * minute);
    await vi.advanceTimersByTimeAsync(5_000);
    const now = Date.now();
    app.modes.replace('lockdown', { reason: 'breach', since: now, expiresAt: now + minute, path: null });
    await vi.advanceTimersByTimeAsync(0);
    await sent;
    expect(outcome()).toMatchObject({ status: 'refused', error: { code: 'lockdown_mode' } });
  });

  it('goes when the client cancels or the server ends, and calls nothing', async () => {
    const cancel = new AbortController();
    const { app, sent, outcome } = inMaintenance(60 * minute, {}, cancel.signal);
    await vi.advanceTimersByTimeAsync(5_000);
    cancel.abort(new HybridRoutingError('shutting_down', 'The server is shutting down', 'Send it again.'));
    await vi.advanceTimersByTimeAsync(0);
    await sent;
    expect(outcome()?.status).not.toBe('answered');
    expect(outcome()?.answer).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
    expect(app.metrics.summary().answered).toBe(0);
  });

  it('is refused at once when 200 wait already, and other types do not wait', async () => {
    const { app, send } = inMaintenance(60 * minute);
    const waiting = Array.from({ length: 199 }, () => send());
    await vi.advanceTimersByTimeAsync(0);
    const late = await app.support.run(operationRequest({ operation: 'background_task' }), {
      cancelled: new AbortController().signal,
    });
    expect(late.status).toBe('refused');
    const other = app.support.run(operationRequest({ operation: 'standard_analysis' }), {
      cancelled: new AbortController().signal,
    });
    await vi.advanceTimersByTimeAsync(600);
    expect((await other).status).toBe('answered');
    app.modes.replace('maintenance', null);
    await vi.advanceTimersByTimeAsync(1_000);
    await Promise.all(waiting);
  });
});
