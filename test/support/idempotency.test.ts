import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HybridRoutingError } from '../../src/config/errors.ts';
import { runbookPolicy } from '../../src/routing/policy.ts';
import { RefusedError } from '../../src/support/admission.ts';
import { IdempotentOutcomes } from '../../src/support/idempotency.ts';
import type { OperationResult } from '../../src/support/operation.ts';
import { uncalled } from '../../src/support/operation-outcome.ts';
import { operationRequest } from '../support-files/requests.ts';
import { thrownBy } from '../support-files/thrown.ts';

// The cache took hold of this clock when it was loaded, before any timer was faked.
const cacheClock = performance;

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  vi.spyOn(cacheClock, 'now').mockImplementation(() => 1 + Date.now());
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const waiting = new AbortController().signal;

function result(operationId: string, code?: string): OperationResult {
  const subject = { operationId, type: 'emergency', policy: runbookPolicy, simulate: false } as const;
  return uncalled(subject, null, code === undefined ? null : new HybridRoutingError(code, 'm', 'r'));
}

/** Runs that are numbered, take 100 ms each, and end as told. */
function counted(codes: readonly (string | undefined)[] = []) {
  const outcomes = new IdempotentOutcomes();
  let runs = 0;
  const run = async () => {
    const number = runs;
    runs += 1;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return result(`run-${number}`, codes[number]);
  };
  const once = (changes: Record<string, unknown> = {}, cancelled = waiting) =>
    outcomes.once(operationRequest({ idempotencyKey: 'k', ...changes }), cancelled, run);
  return { outcomes, once, runs: () => runs };
}

async function all<T>(...pending: Promise<T>[]): Promise<T[]> {
  await vi.runAllTimersAsync();
  return Promise.all(pending);
}

const ids = (results: OperationResult[]) => results.map(({ operationId }) => operationId);

describe('IdempotentOutcomes', () => {
  it('gives a repeat the first outcome, also while that runs', async () => {
    const { once, runs } = counted();
    expect(ids(await all(once(), once(), once()))).toEqual(['run-0', 'run-0', 'run-0']);
    expect(ids(await all(once()))).toEqual(['run-0']);
    expect(runs()).toBe(1);
  });

  it('repeats a failure as well', async () => {
    const { once, runs } = counted(['unavailable']);
    await all(once());
    expect((await all(once()))[0]?.error?.code).toBe('unavailable');
    expect(runs()).toBe(1);
  });

  it('runs each time without a key, with another key, and for a dry run', async () => {
    const { once, runs } = counted();
    await all(once({ idempotencyKey: undefined }), once({ idempotencyKey: undefined }));
    await all(once({ dryRun: true }), once({ dryRun: true }));
    await all(once({ idempotencyKey: 'a' }), once({ idempotencyKey: 'b' }));
    expect(runs()).toBe(6);
  });

  it.each([
    { operation: 'infrastructure' },
    { prompt: 'Something else' },
    { context: { a: 1 } },
    { prompt: undefined, messages: [{ role: 'user', text: 'Summarise the incident' }] },
  ])('refuses a key that was used for another request: %j', async (changes) => {
    const { once, runs } = counted();
    await all(once());
    const error = await thrownBy(RefusedError, () => once(changes));
    expect(error.code).toBe('idempotency_conflict');
    expect(runs()).toBe(1);
  });

  it('takes a request for the same where only its deadline differs', async () => {
    const { once, runs } = counted();
    await all(once(), once({ deadlineMs: 500 }));
    expect(runs()).toBe(1);
  });

  it('runs once more for those who waited for a run that was cancelled', async () => {
    const { once, runs } = counted(['cancelled']);
    const [first, ...others] = ids(await all(once({}, AbortSignal.abort()), once(), once()));
    expect(first).toBe('run-0');
    expect(others).toEqual(['run-1', 'run-1']);
    expect(ids(await all(once()))).toEqual(['run-1']);
    expect(runs()).toBe(2);
  });

  it('runs no more for those who were cancelled themselves', async () => {
    const { once, runs } = counted(['cancelled']);
    expect(ids(await all(once(), once({}, AbortSignal.abort())))).toEqual(['run-0', 'run-0']);
    expect(runs()).toBe(1);
  });

  it('keeps no run that threw', async () => {
    const { outcomes, once, runs } = counted();
    const request = operationRequest({ idempotencyKey: 'k' });
    const broken = () => outcomes.once(request, waiting, () => Promise.reject(new Error('a defect')));
    await thrownBy(Error, broken);
    expect(ids(await all(once()))).toEqual(['run-0']);
    expect(runs()).toBe(1);
  });

  it('forgets after ten minutes', async () => {
    const { once, runs } = counted();
    await all(once());
    await vi.advanceTimersByTimeAsync(599_000);
    await all(once());
    expect(runs()).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    await all(once());
    expect(runs()).toBe(2);
  });
});
