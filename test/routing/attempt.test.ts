import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startAttempt } from '../../src/routing/attempt.ts';
import { TokenBudget } from '../../src/routing/token-budget.ts';
import { pathRequest } from '../support-files/requests.ts';
import { answers, fails, fault, ignoresItsSignal, ScriptedPath } from '../support-files/scripted-path.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const begun = (
  path: ScriptedPath,
  shareMs = 1_000,
  cancelled = new AbortController().signal,
  onProgress?: (text: string) => void,
) =>
  startAttempt(path, pathRequest(), {
    shareMs,
    fairMs: 0,
    operationStart: Date.now() - 50,
    now: Date.now,
    random: () => 0,
    retryBudget: new TokenBudget(0, 0), // retries have tests of their own
    cancelled,
    onProgress,
  }).outcome;

async function finished(path: ScriptedPath, shareMs?: number, cancelled?: AbortSignal) {
  const running = begun(path, shareMs, cancelled);
  await vi.runAllTimersAsync();
  return running;
}

describe('attempt', () => {
  it('gives the answer with its times', async () => {
    const outcome = await finished(new ScriptedPath('direct', answers(300)));
    expect(outcome).toMatchObject({ path: 'direct', startedMs: 50, durationMs: 300, error: null });
    expect(outcome.answer?.text).toBe('All is well');
  });

  it('gives the error of the path', async () => {
    const error = fault('mcp', 'throttled');
    const outcome = await finished(new ScriptedPath('mcp', fails(error, 20)));
    expect(outcome).toMatchObject({ durationMs: 20, answer: null });
    expect(outcome.error).toBe(error);
  });

  it('ends when its share is spent, and tells the path so', async () => {
    const path = new ScriptedPath('direct', answers(5_000));
    const outcome = await finished(path, 400);
    expect(outcome).toMatchObject({ durationMs: 400, answer: null });
    expect(outcome.error).toMatchObject({ errorClass: 'timeout', kind: 'share_spent' });
    expect(outcome.error?.message).toContain('within its 400 ms');
    expect(outcome.error?.remedy).toContain('direct-bedrock');
    expect(path.calls[0]?.signal.aborted).toBe(true);
  });

  it('ends when its share is spent though the path ignores its signal', async () => {
    const outcome = await finished(new ScriptedPath('mcp', ignoresItsSignal()), 400);
    expect(outcome).toMatchObject({ durationMs: 400, error: { kind: 'share_spent' } });
    expect(outcome.error?.remedy).toContain('mcp-router');
  });

  it('never takes longer than its share', async () => {
    const ms = fc.integer({ min: 1, max: 60_000 });
    await fc.assert(
      fc.asyncProperty(ms, ms, fc.boolean(), async (share, takes, failing) => {
        const script = failing ? fails(fault('direct', 'transient'), takes) : answers(takes);
        const { durationMs, answer, error } = await finished(new ScriptedPath('direct', script), share);
        expect(durationMs).toBe(Math.min(share, takes));
        if (takes < share) expect(answer === null).toBe(failing);
        if (takes > share) expect(error?.kind).toBe('share_spent');
      }),
      { numRuns: 100 },
    );
  });

  it('ends at once when the client cancels', async () => {
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 120);
    const path = new ScriptedPath('direct', ignoresItsSignal());
    const outcome = await finished(path, 1_000, cancel.signal);
    expect(outcome).toMatchObject({ durationMs: 120, error: { errorClass: 'cancelled', kind: 'cancelled' } });
    expect(path.calls[0]?.signal.aborted).toBe(true);
  });

  it('takes no time where the client has cancelled before', async () => {
    const outcome = await finished(new ScriptedPath('direct', ignoresItsSignal()), 1_000, AbortSignal.abort());
    expect(outcome).toMatchObject({ durationMs: 0, error: { errorClass: 'cancelled' } });
  });

  it('says what ended it, not what the path made of that', async () => {
    const script = ignoresItsSignal();
    const path = new ScriptedPath('direct', (request, options) =>
      Promise.race([
        script(request, options),
        new Promise<never>((_, reject) => {
          options.signal.addEventListener('abort', () => reject(new Error('socket hang up')));
        }),
      ]),
    );
    expect((await finished(path, 10)).error).toMatchObject({ kind: 'share_spent' });
  });

  it.each([
    ['rejects', fails(new Error('odd'))],
    [
      'throws at once',
      () => {
        throw new Error('odd');
      },
    ],
  ])('classifies what no path should do: %s', async (_, script) => {
    const outcome = await finished(new ScriptedPath('direct', script));
    expect(outcome.error).toMatchObject({ errorClass: 'protocol', kind: 'unexpected', path: 'direct' });
    expect(outcome.error?.message).toContain('odd');
  });

  it('leaves no rejection behind where a path throws at once after the client has cancelled', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const path = new ScriptedPath('direct', () => {
      throw new Error('odd');
    });
    expect((await finished(path, 10, AbortSignal.abort())).error).toMatchObject({ errorClass: 'cancelled' });
    vi.useRealTimers();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('leaves no timer and no listener behind', async () => {
    const cancel = new AbortController();
    const added = vi.spyOn(cancel.signal, 'addEventListener');
    const removed = vi.spyOn(cancel.signal, 'removeEventListener');
    await begun(new ScriptedPath('direct'), 60_000, cancel.signal);
    expect(vi.getTimerCount()).toBe(0);
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      added.mock.calls.map(([, listener]) => listener),
    );
  });

  it('passes progress on', async () => {
    const onProgress = vi.fn();
    const path = new ScriptedPath('direct', async (request, options) => {
      options.onProgress?.('half');
      return answers()(request, options);
    });
    await begun(path, 9, undefined, onProgress);
    expect(onProgress.mock.calls).toEqual([['half']]);
  });
});
