import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HybridRoutingError } from '../../src/config/errors.ts';
import { runbookPolicy } from '../../src/routing/policy.ts';
import { RefusedError } from '../../src/support/admission.ts';
import { IdempotentOutcomes } from '../../src/support/idempotency.ts';
import type { OperationResult } from '../../src/support/operation.ts';
import { uncalled } from '../../src/support/operation-outcome.ts';
import { operationRequest } from '../support-files/requests.ts';
import { thrownBy } from '../support-files/thrown.ts';

const subject = { type: 'emergency' as const, policy: runbookPolicy, notices: [], simulate: false };
const answered = (operationId: string): OperationResult => ({
  ...uncalled({ ...subject, operationId }, null, null),
  answer: operationId,
  dryRun: false,
});
const failed = (operationId: string, code: string): OperationResult => ({
  ...uncalled({ ...subject, operationId }, null, new HybridRoutingError(code, 'm', 'r')),
  status: 'failed',
});

/** Runs that end when the test says so, or with the abort. */
function runs() {
  const started: { id: string; finish: () => void; fail: () => void; throws: () => void; signal: AbortSignal }[] = [];
  const run = (signal: AbortSignal) => {
    const id = `run-${started.length + 1}`;
    return new Promise<OperationResult>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve(failed(id, 'cancelled')));
      started.push({
        id,
        signal,
        finish: () => resolve(answered(id)),
        fail: () => resolve(failed(id, 'unavailable')),
        throws: () => reject(new Error('a fault of ours')),
      });
    });
  };
  return { started, run };
}

const keyed = (changes: Record<string, unknown> = {}) => operationRequest({ idempotencyKey: 'k', ...changes });
const patient = () => new AbortController().signal;

describe('an idempotency key', () => {
  it('gives the first outcome again, while it runs and afterwards', async () => {
    const outcomes = new IdempotentOutcomes();
    const { started, run } = runs();
    const first = outcomes.once(keyed(), patient(), run);
    const second = outcomes.once(keyed(), patient(), run);
    started[0]?.finish();
    expect((await first).operationId).toBe('run-1');
    expect(await second).toBe(await first);
    expect(await outcomes.once(keyed(), patient(), run)).toBe(await first);
    expect(started).toHaveLength(1);
  });

  it('is its caller’s own', async () => {
    const outcomes = new IdempotentOutcomes();
    const { started, run } = runs();
    const mine = outcomes.once(keyed(), patient(), run, 'token:a');
    const another = outcomes.once(keyed({ prompt: 'something else' }), patient(), run, 'token:b');
    for (const { finish } of started) finish();
    expect([(await mine).operationId, (await another).operationId]).toEqual(['run-1', 'run-2']);
    expect((await outcomes.once(keyed(), patient(), run, 'token:a')).operationId).toBe('run-1');
  });

  it('gives a failure again as well: what failed may have been done all the same', async () => {
    const outcomes = new IdempotentOutcomes();
    const { started, run } = runs();
    const first = outcomes.once(keyed(), patient(), run);
    started[0]?.fail();
    expect((await first).status).toBe('failed');
    expect(await outcomes.once(keyed(), patient(), run)).toBe(await first);
  });

  it('is forgotten after ten minutes, but not while the first still runs', async () => {
    let now = 0;
    const outcomes = new IdempotentOutcomes(() => now);
    const { started, run } = runs();
    const first = outcomes.once(keyed(), patient(), run);
    now = 700_000;
    const second = outcomes.once(keyed(), patient(), run);
    expect(started).toHaveLength(1);
    started[0]?.finish();
    await Promise.all([first, second]);
    now += 599_000;
    await outcomes.once(keyed(), patient(), run);
    expect(started).toHaveLength(1);
    now += 1_001;
    void outcomes.once(keyed(), patient(), run);
    expect(started).toHaveLength(2);
  });

  it('is not pushed out by many others while the first runs', async () => {
    const outcomes = new IdempotentOutcomes();
    const { started, run } = runs();
    void outcomes.once(keyed(), patient(), run);
    for (let other = 0; other < 10_001; other += 1) {
      await outcomes.once(keyed({ idempotencyKey: `other-${other}` }), patient(), async () => answered('other'));
    }
    void outcomes.once(keyed(), patient(), run);
    expect(started).toHaveLength(1);
  });

  it('is refused for another request; the order of keys in the context does not make one', async () => {
    const outcomes = new IdempotentOutcomes();
    const { started, run } = runs();
    const first = outcomes.once(keyed({ context: { a: 1, b: { c: 2, d: [3] } } }), patient(), run);
    const again = outcomes.once(keyed({ context: { b: { d: [3], c: 2 }, a: 1 } }), patient(), run);
    started[0]?.finish();
    expect(await again).toBe(await first);
    const other = keyed({ context: { a: 1, b: { c: 2, d: [4] } } });
    const { code } = await thrownBy(RefusedError, () => outcomes.once(other, patient(), run));
    expect(code).toBe('idempotency_conflict');
  });

  it('runs on while one of its callers waits, and is aborted when the last one cancels', async () => {
    const outcomes = new IdempotentOutcomes();
    const { started, run } = runs();
    const [a, b] = [new AbortController(), new AbortController()];
    const first = outcomes.once(keyed(), a.signal, run);
    const second = outcomes.once(keyed(), b.signal, run);
    a.abort();
    expect((await thrownBy(RefusedError, () => first)).code).toBe('cancelled');
    expect(started[0]?.signal.aborted).toBe(false);
    b.abort();
    expect((await second).error?.code).toBe('cancelled');
    void outcomes.once(keyed(), patient(), run);
    expect(started.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  });

  it('runs anew at once after a cancellation, before the first one has ended', async () => {
    const outcomes = new IdempotentOutcomes();
    const { started, run } = runs();
    let end = (_: OperationResult) => {};
    const slow = () =>
      new Promise<OperationResult>((resolve) => {
        end = resolve;
      });
    const a = new AbortController();
    const first = outcomes.once(keyed(), a.signal, slow);
    a.abort();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    const second = outcomes.once(keyed(), patient(), run);
    expect(started).toHaveLength(1);
    end(failed('slow', 'cancelled'));
    expect((await first).operationId).toBe('slow');
    const third = outcomes.once(keyed(), patient(), run);
    started[0]?.finish();
    expect((await second).operationId).toBe('run-1');
    expect(await third).toBe(await second);
  });

  it("tells a caller who waits the server's own reason for the end", async () => {
    const outcomes = new IdempotentOutcomes();
    const { run } = runs();
    const [a, b] = [new AbortController(), new AbortController()];
    const both = [a, b].map(({ signal }) => outcomes.once(keyed(), signal, run).catch((thrown: unknown) => thrown));
    const why = new HybridRoutingError('shutting_down', 'm', 'r');
    a.abort(why);
    b.abort(why);
    expect(await both[0]).toMatchObject({ code: 'shutting_down' });
  });

  it('does not keep what threw', async () => {
    const outcomes = new IdempotentOutcomes();
    const { started, run } = runs();
    const first = outcomes.once(keyed(), patient(), run);
    started[0]?.throws();
    await thrownBy(Error, () => first);
    void outcomes.once(keyed(), patient(), run);
    expect(started).toHaveLength(2);
  });

  it('does nothing on a dry run, or where there is none', async () => {
    const outcomes = new IdempotentOutcomes();
    const { started, run } = runs();
    for (const request of [keyed({ dryRun: true }), operationRequest(), keyed({ dryRun: true })]) {
      void outcomes.once(request, patient(), run);
    }
    expect(started).toHaveLength(3);
  });
});

describe('property: whatever callers come, cancel and finish', () => {
  const step = fc.oneof(
    fc.record({ what: fc.constant('call' as const), key: fc.integer({ min: 0, max: 1 }) }),
    fc.record({ what: fc.constant('cancel' as const), caller: fc.nat(20) }),
    fc.record({ what: fc.constant('finish' as const), run: fc.nat(20) }),
  );

  it('one key has one run that counts, and all who are served get its outcome', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const outcomes = new IdempotentOutcomes();
        const callers: { key: number; controller: AbortController; outcome: Promise<OperationResult | null> }[] = [];
        const started: { key: number; signal: AbortSignal; done: boolean; finish: () => void }[] = [];
        const call = (key: number) => {
          const controller = new AbortController();
          const run = (signal: AbortSignal) =>
            new Promise<OperationResult>((resolve) => {
              const id = `${key}/${started.length}`;
              const entry = { key, signal, done: false, finish: () => {} };
              const end = (result: OperationResult) => {
                entry.done = true;
                resolve(result);
              };
              entry.finish = () => end(answered(id));
              signal.addEventListener('abort', () => end(failed(id, 'cancelled')));
              // Never two that count at the same time, and none after one that was finished.
              const rivals = started.filter((other) => other.key === key && !other.signal.aborted);
              expect(rivals).toEqual([]);
              started.push(entry);
            });
          const request = keyed({ idempotencyKey: String(key), prompt: String(key) });
          const outcome = outcomes.once(request, controller.signal, run).catch(() => null);
          callers.push({ key, controller, outcome });
        };
        for (const each of steps) {
          if (each.what === 'call') call(each.key);
          if (each.what === 'cancel') callers[each.caller]?.controller.abort();
          if (each.what === 'finish') started[each.run]?.finish();
          await new Promise((resolve) => setImmediate(resolve));
        }
        for (const run of started) if (!run.done) run.finish();
        for (const key of [0, 1]) {
          const mine = callers.filter((caller) => caller.key === key && !caller.controller.signal.aborted);
          const ids = await Promise.all(mine.map(async ({ outcome }) => (await outcome)?.operationId));
          expect(new Set(ids).size).toBeLessThanOrEqual(1);
          expect(ids).not.toContain(undefined);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
