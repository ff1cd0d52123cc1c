import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { errorClasses, PathError, traits } from '../../src/paths/path-error.ts';
import { withRetries } from '../../src/routing/retry.ts';
import { TokenBudget } from '../../src/routing/token-budget.ts';
import { fault } from '../support-files/scripted-path.ts';

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

/** Runs a call that throws these errors in turn and then answers; tells how it ended, when, and after how many calls. */
async function run(errors: readonly Error[], options: Partial<Parameters<typeof withRetries>[2]> = {}) {
  let calls = 0;
  let retries = 0;
  const call = async () => {
    const error = errors[calls];
    calls += 1;
    if (error) throw error;
    return 'fine';
  };
  const onRetry = () => {
    retries += 1;
  };
  const defaults = { budget: new TokenBudget(0.1, 10), signal: new AbortController().signal, random: () => 0.5 };
  const remainingMs = () => 10_000 - Date.now();
  const ended = withRetries(call, onRetry, { ...defaults, remainingMs, ...options }).then(
    (answer) => ({ answer, error: null, at: Date.now() }),
    (error: unknown) => ({ answer: null, error, at: Date.now() }),
  );
  await vi.runAllTimersAsync();
  return { ...(await ended), calls, retries };
}

describe('withRetries', () => {
  it.each(errorClasses)('retries %s as often as the matrix says', async (errorClass) => {
    const errors = Array.from({ length: 5 }, () => fault('direct', errorClass));
    const { calls, retries, error } = await run(errors);
    expect(retries).toBe(traits[errorClass].retries);
    expect(calls).toBe(1 + retries);
    expect(error).toBe(errors[retries]);
  });

  it('waits with full jitter over a doubling ceiling', async () => {
    const { answer, at } = await run([fault('direct', 'transient'), fault('direct', 'transient')]);
    expect(answer).toBe('fine');
    expect(at).toBe(0.5 * 100 + 0.5 * 200);
    expect((await run([fault('direct', 'transient')], { random: () => 0 })).calls).toBe(2);
  });

  it('honours Retry-After', async () => {
    const base = {
      path: 'direct',
      errorClass: 'throttled',
      kind: 'ThrottlingException',
      message: '-',
      remedy: '-',
    } as const;
    expect(await run([new PathError({ ...base, retryAfterMs: 2_000 })])).toMatchObject({ answer: 'fine', at: 2_000 });
  });

  it('does not wait for a Retry-After that ends past the share', async () => {
    const base = {
      path: 'direct',
      errorClass: 'throttled',
      kind: 'ThrottlingException',
      message: '-',
      remedy: '-',
    } as const;
    expect(await run([new PathError({ ...base, retryAfterMs: 10_000 })])).toMatchObject({
      answer: null,
      at: 0,
      calls: 1,
    });
  });

  it('makes no retry when the budget is spent, and earns by success', async () => {
    const budget = new TokenBudget(0.5, 1);
    const failing = () => [fault('direct', 'network')];
    expect((await run(failing(), { budget })).calls).toBe(2);
    expect((await run(failing(), { budget })).calls).toBe(1);
    await run([], { budget });
    expect((await run(failing(), { budget })).calls).toBe(2);
  });

  it('does not retry what the path has tried again by itself', async () => {
    expect((await run([fault('mcp', 'network').asRetried()])).calls).toBe(1);
  });

  it('stops waiting when the signal aborts', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 10);
    expect(await run([fault('direct', 'transient')], { signal: controller.signal })).toMatchObject({
      at: 10,
      calls: 1,
    });
  });

  it('tells the real fault when the breaker opens between two tries', async () => {
    const real = fault('direct', 'transient', 'ServiceUnavailableException');
    const { error } = await run([real, fault('direct', 'unavailable', 'breaker_open')]);
    expect(error).toBe(real);
    const open = fault('direct', 'unavailable', 'breaker_open');
    expect((await run([open])).error).toBe(open);
  });
});
