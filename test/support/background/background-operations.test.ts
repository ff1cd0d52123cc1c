import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HybridRoutingError } from '../../../src/config/errors.ts';
import { routeOperation } from '../../../src/operations/route-operation.ts';
import type { CallerIdentity } from '../../../src/support/caller.ts';
import { type OperationResult, operationResultSchema } from '../../../src/support/operation.ts';
import { PROMPT } from '../../support-files/requests.ts';
import { type ScriptedApp, scriptedApp } from '../../support-files/scripted-app.ts';
import { answers, fails, fault } from '../../support-files/scripted-path.ts';
import { bothEngines, type Place, titleOf } from '../../support-files/store-engines.ts';
import { thrownBy } from '../../support-files/thrown.ts';

const { engines, stop } = await bothEngines();
afterAll(stop);

const identity = (principal: string): CallerIdentity => ({
  transport: 'http',
  client: null,
  principal,
  scopes: ['viewer'],
  address: null,
});
const ann = identity('token:ann');
const ben = identity('token:ben');

/** One call of the operation, as a request makes it. */
function ask(app: ScriptedApp, input: Record<string, unknown>, who = ann): Promise<OperationResult> {
  const cancelled = new AbortController().signal;
  return routeOperation.run(app.context, routeOperation.input.parse(input), { identity: who, cancelled });
}

const start = (app: ScriptedApp, changes: Record<string, unknown> = {}, who = ann) =>
  ask(app, { operation: 'emergency', prompt: PROMPT, background: true, ...changes }, who);

async function ended(app: ScriptedApp, operationId: string, who = ann): Promise<OperationResult> {
  for (;;) {
    const seen = await ask(app, { operationId }, who);
    if (seen.status !== 'running') return seen;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Answers when it is told to. */
function held(app: ScriptedApp) {
  let answer = () => {};
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  app.paths.direct.script = async (request, options) => {
    options.onProgress?.('a piece');
    await Promise.race([
      asked,
      new Promise((_, reject) => options.signal.addEventListener('abort', () => reject(options.signal.reason))),
    ]);
    return answers(0, { text: 'the secret answer' })(request, options);
  };
  return () => answer();
}

const code = async (asking: () => Promise<unknown>) => (await thrownBy(HybridRoutingError, asking)).code;

describe.each(engines)('on $name', (engine) => {
  describe.skipIf(engine.missing !== null)(titleOf(engine), () => {
    let place: Place;
    let apps: ScriptedApp[];

    beforeEach(async () => {
      place = await engine.place();
      apps = [];
    });
    afterEach(async () => {
      await Promise.all(apps.map(closed));
      await place.remove();
    });

    /** A process on the same state. */
    function process(flags: Record<string, unknown> = {}): ScriptedApp {
      const { folder, postgres } = place;
      const where = { 'store.folder': folder, ...(postgres === undefined ? {} : { 'store.postgres': postgres }) };
      const app = scriptedApp({ ...where, 'store.timeoutMs': 5_000, ...flags }, { withStore: true });
      apps.push(app);
      return app;
    }

    async function closed(app: ScriptedApp) {
      await app.background.close();
      await app.state.store.close();
    }

    it('answers a handle at once, its state while it runs, and its result, in any process', async () => {
      const [one, other] = [process(), process()];
      const answer = held(one);
      const { operationId, ...started } = await start(one);
      expect(started).toMatchObject({
        status: 'running',
        answer: null,
        decision: { primary: 'direct', fallback: 'mcp' },
        background: { deadlineMs: 10_000, scope: 'shared', cancelRequested: false },
        dryRun: false,
      });
      expect(await ask(one, { operationId })).toMatchObject({ status: 'running', background: { progress: 1 } });
      expect(await ask(other, { operationId })).toMatchObject({ status: 'running', background: { progress: null } });
      answer();
      const result = await ended(other, operationId);
      expect(result).toMatchObject({ operationId, status: 'answered', answer: 'the secret answer', path: 'direct' });
      expect(await ask(one, { operationId })).toEqual(result);
      expect(operationResultSchema.safeParse(result).success).toBe(true);
    });

    it('has one audit row for the operation, and an access row for each look', async () => {
      const app = process();
      const { operationId } = await start(app);
      await ended(app, operationId);
      expect(app.audit.of('OPERATION')).toMatchObject([
        { operationId, status: 'answered', caller: { principal: ann.principal } },
      ]);
      const looks = app.audit.of('ACCESS');
      expect(looks.length).toBeGreaterThan(0);
      expect(looks[0]).toMatchObject({ operation: 'route_operation', outcome: 'done' });
    });

    it('keeps nothing in the clear', async () => {
      const app = process();
      held(app)();
      const { operationId } = await start(app);
      expect(await ended(app, operationId)).toMatchObject({ answer: 'the secret answer' });
      const rows = await place.sql('select * from background_operations');
      expect(rows).toMatchObject([{ id: operationId, state: 'answered' }]);
      expect(JSON.stringify(rows)).not.toContain('secret answer');
    });

    it('tells another caller, of an unknown and of an expired handle the same', async () => {
      const app = process();
      const { operationId } = await start(app);
      await ended(app, operationId);
      const messages = new Set<string>();
      const unknown = async (asking: () => Promise<unknown>) => {
        const error = await thrownBy(HybridRoutingError, asking);
        expect(error.code).toBe('operation_unknown');
        messages.add(`${error.message} ${error.remedy}`);
      };
      await unknown(() => ask(app, { operationId }, ben));
      await unknown(() => ask(app, { operationId, cancel: true }, ben));
      await unknown(() => ask(app, { operationId: 'c7a1c9b6-0000-4000-8000-000000000000' }));
      await place.sql('update background_operations set expires_at = ?', Date.now() - 1);
      await unknown(() => ask(app, { operationId }));
      expect(messages.size).toBe(1);
    });

    it('hides a running one from another caller', async () => {
      const app = process();
      held(app);
      const { operationId } = await start(app);
      expect(await code(() => ask(app, { operationId }, ben))).toBe('operation_unknown');
      expect(await code(() => ask(app, { operationId, cancel: true }, ben))).toBe('operation_unknown');
      expect((await ask(app, { operationId })).status).toBe('running');
    });

    it('is cancelled by its caller, and stays so', async () => {
      const app = process();
      const answer = held(app);
      const { operationId } = await start(app);
      expect(await ask(app, { operationId, cancel: true })).toMatchObject({
        status: 'cancelled',
        error: { code: 'cancelled' },
        background: { cancelRequested: true },
      });
      answer();
      expect(await ended(app, operationId)).toMatchObject({ status: 'cancelled' });
    });

    it('is cancelled from another process', async () => {
      const [one, other] = [process(), process()];
      held(one);
      const { operationId } = await start(one);
      expect(await ask(other, { operationId, cancel: true })).toMatchObject({ background: { cancelRequested: true } });
      expect(await ended(other, operationId)).toMatchObject({ status: 'cancelled' });
      expect(await ask(one, { operationId, cancel: true })).toMatchObject({ status: 'cancelled' });
    });

    it('ends within a second where another process has told its end', async () => {
      const [one, other] = [process(), process()];
      held(one);
      const { operationId } = await start(one, { deadlineMs: 600_000 });
      await place.sql('update background_operations set seen_at = 0');
      expect(await ask(other, { operationId })).toMatchObject({ status: 'interrupted' });
      expect(await ended(one, operationId)).toMatchObject({ status: 'interrupted' });
      expect(one.intake.running).toBe(0);
    });

    it('is interrupted by the end of its server', async () => {
      const [one, other] = [process(), process()];
      held(one);
      const { operationId } = await start(one);
      await one.background.close();
      const seen = await ask(other, { operationId });
      expect(seen).toMatchObject({ status: 'interrupted', error: { code: 'interrupted' } });
      expect(seen.error?.remedy).toContain('Send it again');
    });

    it('is interrupted where its process is gone, for good', async () => {
      const [one, other] = [process(), process()];
      const answer = held(one);
      const { operationId } = await start(one);
      await place.sql('update background_operations set process = ?', 'elsewhere/1/1');
      expect(await ask(other, { operationId })).toMatchObject({ status: 'running' });
      await place.sql('update background_operations set seen_at = ?', Date.now() - 61_000);
      expect(await ask(other, { operationId })).toMatchObject({ status: 'interrupted' });
      // It was not gone after all: what was told stays.
      answer();
      await one.background.idle();
      expect(await ask(one, { operationId })).toMatchObject({ status: 'interrupted', answer: null });
      expect(await ask(other, { operationId })).toMatchObject({ status: 'interrupted', answer: null });
    });

    it('tells a failure and a refusal as its result', async () => {
      const app = process();
      app.paths.direct.script = fails(fault('direct', 'configuration'));
      app.paths.mcp.script = fails(fault('mcp', 'upstream'));
      const failed = await ended(app, (await start(app)).operationId);
      expect(failed).toMatchObject({ status: 'failed', error: { code: 'unavailable' } });
      app.paths.direct.script = fails(fault('direct', 'caller', 'guardrail_intervened'));
      expect(await ended(app, (await start(app)).operationId)).toMatchObject({ status: 'refused' });
    });

    it('leaves no result of a person who was erased', async () => {
      const app = process({ 'consent.mode': 'off' });
      const answer = held(app);
      const subject = 'ann@example.org';
      const named = { subject, purpose: 'support' };
      const before = await start(app, named);
      answer();
      expect(await ended(app, before.operationId)).toMatchObject({ answer: 'the secret answer' });
      held(app);
      const running = await start(app, named);
      const known = await app.state.subjects.find(subject);
      if (!known) throw new Error('the person is not known');
      await app.state.subjects.erase(known);
      expect(await code(() => ask(app, { operationId: before.operationId }))).toBe('operation_unknown');
      await ask(app, { operationId: running.operationId, cancel: true }).catch(() => null);
      expect(await code(() => ask(app, { operationId: running.operationId }))).toBe('operation_unknown');
    });

    it('is one operation where the same request comes again under its key', async () => {
      const app = process();
      const answer = held(app);
      const first = await start(app, { idempotencyKey: 'k' });
      expect((await start(app, { idempotencyKey: 'k' })).operationId).toBe(first.operationId);
      const other = await start(app, { idempotencyKey: 'k', prompt: 'another' });
      expect(other.operationId).not.toBe(first.operationId);
      expect(await ended(app, other.operationId)).toMatchObject({ error: { code: 'idempotency_conflict' } });
      answer();
      await ended(app, first.operationId);
      const again = await ended(app, (await start(app, { idempotencyKey: 'k' })).operationId);
      expect(again).toMatchObject({ status: 'answered', notices: [expect.stringContaining(first.operationId)] });
      expect(app.paths.direct.calls).toHaveLength(1);
    });

    it('takes so many, of one caller and in all', async () => {
      const app = process({ 'limits.backgroundPerCaller': 2, 'limits.backgroundOperations': 3 });
      const answer = held(app);
      const [first] = [await start(app), await start(app)];
      expect(await start(app)).toMatchObject({
        status: 'refused',
        error: { code: 'background_full', message: expect.stringContaining('limits.backgroundPerCaller') },
      });
      await start(app, {}, ben);
      const { error } = await start(app, {}, identity('token:carl'));
      expect(error).toMatchObject({
        code: 'background_full',
        message: expect.stringContaining('backgroundOperations'),
      });
      expect(error?.retryAfterSeconds).toBeGreaterThan(0);
      expect(error?.retryAfterSeconds).toBeLessThanOrEqual(10);
      expect(app.audit.of('OPERATION').map((row) => row.error)).toEqual(['background_full', 'background_full']);
      answer();
      await ended(app, first?.operationId ?? '');
      await app.background.idle();
      expect((await start(app)).error).toBeNull();
    });

    it('is removed by housekeeping when it has expired', async () => {
      const app = process();
      const { operationId } = await start(app);
      await ended(app, operationId);
      const { Housekeeping } = await import('../../../src/compliance/housekeeping.ts');
      const keeping = (now: number) =>
        new Housekeeping({
          store: app.state.store,
          audit: app.audit,
          config: { retentionDays: 0 },
          wallClock: () => now,
          onFault: (cause) => expect.fail(cause),
        });
      await keeping(Date.now() + 86_000_000).run();
      expect(await place.sql('select id from background_operations')).toHaveLength(1);
      await keeping(Date.now() + 86_500_000).run();
      expect(await place.sql('select id from background_operations')).toHaveLength(0);
    });
  });
});

describe('the life of a handle', () => {
  const steps = [
    'answer',
    'fail',
    'cancel',
    'cancel elsewhere',
    'look',
    'look elsewhere',
    'gone',
    'shut down',
  ] as const;

  it('goes from running to one end, whoever looks and whatever happens', async () => {
    const [sqlite] = engines;
    if (!sqlite) throw new Error('there is no SQLite');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...steps), { maxLength: 6 }), async (played) => {
        const place = await sqlite.place();
        const flags = { 'store.folder': place.folder };
        const one = scriptedApp(flags, { withStore: true });
        const other = scriptedApp(flags, { withStore: true });
        const answer = held(one);
        const { operationId } = await start(one);
        const ends = new Set<string>();
        const see = async (app: ScriptedApp, input: Record<string, unknown> = {}) => {
          const { status, answer: text } = await ask(app, { operationId, ...input });
          if (status !== 'running') ends.add(status);
          expect(text !== null).toBe(status === 'answered');
        };
        const act: Record<(typeof steps)[number], () => unknown> = {
          answer,
          fail: () => one.intake.abortRunning(),
          cancel: () => see(one, { cancel: true }),
          'cancel elsewhere': () => see(other, { cancel: true }),
          look: () => see(one),
          'look elsewhere': () => see(other),
          gone: () => place.sql('update background_operations set seen_at = 0'),
          'shut down': () => one.background.close(),
        };
        for (const step of played) await act[step]();
        await act['shut down']();
        for (const app of [one, other, one]) await see(app);
        expect([...ends]).toHaveLength(1);
        expect(await place.sql('select state from background_operations')).toEqual([{ state: [...ends][0] }]);
        await Promise.all([one.state.store.close(), other.state.store.close()]);
        await place.remove();
      }),
      { numRuns: 25 },
    );
  }, 120_000);
});

describe('while the store is away', () => {
  it('runs, says that the handle is of this process, and answers its result', async () => {
    const app = scriptedApp();
    const answer = held(app);
    const { operationId, background } = await start(app);
    expect(background?.scope).toBe('this_process');
    expect(await ask(app, { operationId })).toMatchObject({ status: 'running' });
    answer();
    expect(await ended(app, operationId)).toMatchObject({ status: 'answered', background: { scope: 'this_process' } });
    expect(await code(() => ask(app, { operationId }, ben))).toBe(await code(() => ask(app, { operationId: 'x' })));
    await app.background.close();
  });

  it('brings to the store what waited for it', async () => {
    const app = scriptedApp({}, { withStore: true });
    const { run } = app.state.store;
    app.state.store.run = async () => {
      throw new HybridRoutingError('store_unavailable', 'away', 'Wait.');
    };
    const { operationId, background } = await start(app);
    expect(background?.scope).toBe('this_process');
    await app.background.idle();
    app.state.store.run = run;
    expect(await ended(app, operationId)).toMatchObject({ status: 'answered', background: { scope: 'shared' } });
    await app.state.store.close();
  });
});

describe('the arguments', () => {
  const problems = (input: unknown) => routeOperation.input.safeParse(input).error?.issues.map(({ path }) => path[0]);

  it.each([
    [{ operationId: 'x' }, undefined],
    [{ operationId: 'x', cancel: true }, undefined],
    [{ operationId: 'x', dryRun: false }, undefined],
    [{ operationId: 'x', prompt: 'p', dryRun: true, deadlineMs: 5 }, ['prompt', 'deadlineMs', 'dryRun']],
    [{ operationId: 'x', background: true }, ['background']],
    [{ operation: 'emergency', prompt: 'p', cancel: true }, ['cancel']],
    [{ operation: 'emergency', prompt: 'p', background: true, dryRun: true }, ['background']],
    [{ background: true, prompt: 'p' }, ['operation']],
  ])('of %j: %j do not fit', (input, names) => {
    expect(problems(input)?.sort()).toEqual(names?.sort());
  });
});

describe('what it refuses at once', () => {
  it.each([
    [{ prompt: undefined }, 'invalid_input'],
    [{ prompt: 'x'.repeat(2_000_000) }, 'too_large'],
  ])('%#', async (changes, expected) => {
    const app = scriptedApp();
    expect(await start(app, changes)).toMatchObject({
      status: 'refused',
      error: { code: expected },
      background: null,
    });
    expect(app.audit.of('OPERATION')).toHaveLength(1);
  });

  it('an operation of a server that ends', async () => {
    const app = scriptedApp();
    app.intake.stop();
    expect(await start(app)).toMatchObject({ status: 'refused', error: { code: 'shutting_down' } });
  });
});

describe('the deadline', () => {
  it('may be longer than the SLA in the background, and only there', async () => {
    const app = scriptedApp();
    const { background } = await start(app, { deadlineMs: 600_000 });
    expect(background?.deadlineMs).toBe(600_000);
    expect((await start(app)).background?.deadlineMs).toBe(10_000);
    const { support } = app;
    const request = { operation: 'emergency' as const, prompt: 'x', deadlineMs: 600_000, dryRun: false };
    expect(support.deadlineMs(request, {})).toBe(10_000);
    await app.background.close();
  });
});
