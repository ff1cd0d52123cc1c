import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { HybridRoutingError, messageOf } from '../../../src/config/errors.ts';
import type { Approver } from '../../../src/operations/confirmation/approvals.ts';
import { createConfirmations } from '../../../src/operations/confirmation/create-confirmations.ts';
import {
  approvalSeconds,
  approvedSeconds,
  openPlansEach,
  questionSeconds,
  tokenSeconds,
  type Write,
} from '../../../src/operations/confirmation/plan.ts';
import { KeyRing } from '../../../src/store/key-ring.ts';
import { masterKeyOf } from '../../../src/store/master-key.ts';
import { StoreError } from '../../../src/store/store-error.ts';
import { bothEngines, type Place, placeIn, titleOf } from '../../support-files/store-engines.ts';
import { thrownBy } from '../../support-files/thrown.ts';

vi.setConfig({ testTimeout: 30_000 });
const { engines, stop } = await bothEngines();
afterAll(stop);

const places: Place[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(places.splice(0).map((place) => place.remove()));
});

/** One clock for every process of a test. */
class Clock {
  now = Date.UTC(2026, 7, 1);
  pass(seconds: number) {
    this.now += seconds * 1_000;
  }
}

function processOn(place: Place, clock: Clock) {
  const wallClock = () => clock.now;
  // A clock that stands still never tries a store again that a busy machine was too slow for.
  const store = place.store({ config: { timeoutMs: 20_000 }, wallClock });
  const master = masterKeyOf({ config: {}, folder: place.folder, store, kms: null, wallClock });
  const keys = new KeyRing({ store, masterKey: master, wallClock });
  return { store, ...createConfirmations({ store, keys, wallClock }) };
}

const lockdown: Write = {
  principal: 'token:agent',
  action: 'lockdown',
  scope: 'security',
  arguments: { action: 'lockdown', enable: true, reason: 'leak seen', dryRun: false },
  protection: 'raises',
  reversible: true,
  summary: 'Refuse every operation.',
};
const lift: Write = {
  ...lockdown,
  arguments: { action: 'lockdown', enable: false, dryRun: false },
  protection: 'lowers',
  summary: 'Operations go on.',
};
const operator: Approver = { transport: 'cli', principal: 'cli', scopes: ['security', 'operator'] };

/** The code of what a call threw. */
async function codeOf(run: Promise<unknown>): Promise<string> {
  return (await thrownBy(HybridRoutingError, () => run)).code;
}

function codeOfReason(reason: unknown): string {
  return reason instanceof HybridRoutingError ? reason.code : messageOf(reason);
}

/** How many of these went through, and the codes of the others. */
async function outcomes(runs: Promise<unknown>[]) {
  const results = await Promise.allSettled(runs);
  const codes = results.map((result) => (result.status === 'fulfilled' ? 'done' : codeOfReason(result.reason)));
  return {
    done: codes.filter((code) => code === 'done').length,
    others: new Set(codes.filter((code) => code !== 'done')),
  };
}

describe.each(engines)('confirmation on $name', (engine) => {
  if (engine.missing !== null) return void it.skip(titleOf(engine), () => {});
  const setUp = async () => {
    const place = await engine.place();
    places.push(place);
    const clock = new Clock();
    return { place, clock, one: processOn(place, clock), other: processOn(place, clock) };
  };

  it('takes a token at whichever process it comes back to, and once in all', async () => {
    const { one, other } = await setUp();
    for (let round = 0; round < 5; round++) {
      const { token, scope, approval, planId } = await one.confirmations.offer(lockdown);
      expect({ scope, approval }).toEqual({ scope: 'shared', approval: null });
      expect(planId).toMatch(/^P-\w{4}-\w{4}$/);
      const runs = Array.from({ length: 8 }, (_, at) => (at % 2 ? one : other).confirmations.redeem(lockdown, token));
      expect(await outcomes(runs)).toEqual({ done: 1, others: new Set(['confirmation_invalid']) });
      const late = await thrownBy(HybridRoutingError, () => one.confirmations.redeem(lockdown, token));
      expect(late.message).toContain('used before');
    }
  });

  it('ends a token after two minutes', async () => {
    const { one, other, clock } = await setUp();
    const { token, expiresAt } = await one.confirmations.offer(lockdown);
    expect(expiresAt).toBe(clock.now + tokenSeconds * 1_000);
    const unused = await one.confirmations.offer(lockdown);
    clock.pass(tokenSeconds - 1);
    expect(await other.confirmations.redeem(lockdown, token)).toMatchObject({ how: 'token' });
    clock.pass(1);
    const late = await thrownBy(HybridRoutingError, () => other.confirmations.redeem(lockdown, unused.token));
    expect(late.message).toContain('expired');
  });

  it('refuses a token for another caller, action, effect or arguments, and it is still good for its own', async () => {
    const { one, other } = await setUp();
    const { token } = await one.confirmations.offer(lockdown);
    const wrong: [Partial<Write>, RegExp][] = [
      [{ principal: 'token:thief' }, /no token of this caller/],
      [{ action: 'block' }, /no token of this caller/],
      [{ protection: 'lowers' }, /no token of this caller/],
      [{ protection: null }, /no token of this caller/],
      [{ arguments: { ...lockdown.arguments, reason: 'another' } }, /arguments differ/],
    ];
    for (const [change, message] of wrong) {
      const refused = await thrownBy(HybridRoutingError, () =>
        other.confirmations.redeem({ ...lockdown, ...change }, token),
      );
      expect(refused.code).toBe('confirmation_invalid');
      expect(refused.message).toMatch(message);
    }
    expect(await codeOf(other.confirmations.redeem(lockdown, 'yes'))).toBe('confirmation_invalid');
    expect(await other.confirmations.redeem(lockdown, token)).toMatchObject({ how: 'token' });
  });

  it('does not lower a protection by a token alone', async () => {
    const { one, other, clock } = await setUp();
    const { token, planId, approval } = await one.confirmations.offer(lift);
    expect(approval).toEqual({ status: 'open', before: clock.now + approvalSeconds * 1_000 });
    for (const { confirmations } of [one, other]) {
      expect(await codeOf(confirmations.redeem(lift, token))).toBe('approval_pending');
    }
    // Nor by one that was made while the same call raised one.
    const raised = await one.confirmations.offer({ ...lift, protection: 'raises' });
    expect(await codeOf(one.confirmations.redeem(lift, raised.token))).toBe('confirmation_invalid');
    // Nor by the state of a question that nobody answered, given as a token.
    const state = await one.confirmations.question(lift);
    expect(await codeOf(one.confirmations.redeem(lift, state))).toBe('confirmation_invalid');

    await other.approvals.approve(planId.toLowerCase(), operator);
    const approvedAt = clock.now;
    const runs = Array.from({ length: 6 }, (_, at) => (at % 2 ? one : other).confirmations.redeem(lift, token));
    expect(await outcomes(runs)).toEqual({ done: 1, others: new Set(['plan_used']) });
    const done = (await Promise.allSettled(runs)).flatMap((run) => (run.status === 'fulfilled' ? [run.value] : []));
    expect(done).toEqual([{ how: 'approval', planId, by: 'cli', transport: 'cli', approvedAt }]);
  });

  it('takes an approval from somebody else with the scope alone', async () => {
    const { one, other } = await setUp();
    const { planId, token } = await one.confirmations.offer(lift);
    const refused: Approver[] = [
      { transport: 'http', principal: lift.principal, scopes: ['security'] },
      { transport: 'cli', principal: lift.principal, scopes: ['security'] },
      { transport: 'http', principal: 'token:ops', scopes: ['operator', 'viewer', 'compliance'] },
      { transport: 'stdio', principal: 'stdio', scopes: ['security'] },
    ];
    for (const approver of refused) {
      expect(await codeOf(other.approvals.approve(planId, approver))).toBe('approval_refused');
    }
    expect(await codeOf(one.confirmations.redeem(lift, token))).toBe('approval_pending');
    const [, , viewer] = refused;
    if (viewer) expect(await codeOf(other.approvals.reject(planId, viewer))).toBe('approval_refused');
    await other.approvals.approve(planId, { transport: 'http', principal: 'token:ops', scopes: ['security'] });
    expect(await one.confirmations.redeem(lift, token)).toMatchObject({ by: 'token:ops', transport: 'http' });
  });

  it('says what is wrong with an approval', async () => {
    const { one, other, clock } = await setUp();
    for (const unknown of ['P-0000-0000', 'nonsense', '']) {
      expect(await codeOf(other.approvals.approve(unknown, operator))).toBe('plan_unknown');
    }
    const { planId, token } = await one.confirmations.offer(lift);
    expect(await outcomes([1, 2, 3, 4].map(() => other.approvals.approve(planId, operator)))).toEqual({
      done: 1,
      others: new Set(['plan_approved']),
    });
    await one.confirmations.redeem(lift, token);
    expect(await codeOf(other.approvals.approve(planId, operator))).toBe('plan_used');
    expect(await codeOf(other.approvals.reject(planId, operator))).toBe('plan_used');

    const late = await one.confirmations.offer(lift);
    clock.pass(approvalSeconds);
    expect(await codeOf(other.approvals.approve(late.planId, operator))).toBe('plan_expired');
    expect(await codeOf(one.confirmations.redeem(lift, late.token))).toBe('plan_expired');
    clock.pass(approvedSeconds);
    expect(await codeOf(other.approvals.approve(late.planId, operator))).toBe('plan_unknown');
    expect(await codeOf(one.confirmations.redeem(lift, late.token))).toBe('confirmation_invalid');
  });

  it('ends an approval that nobody used', async () => {
    const { one, other, clock } = await setUp();
    const { planId, token } = await one.confirmations.offer(lift);
    clock.pass(approvalSeconds - 1);
    await other.approvals.approve(planId, operator);
    clock.pass(approvedSeconds - 1);
    expect((await one.approvals.pending()).plans).toMatchObject([{ id: planId, status: 'approved' }]);
    clock.pass(1);
    expect(await codeOf(one.confirmations.redeem(lift, token))).toBe('plan_expired');
    expect((await one.approvals.pending()).plans).toEqual([]);
  });

  it('lets an operator reject, an approved one too, and does not ask for the same again', async () => {
    const { one, other, clock } = await setUp();
    const { planId, token } = await one.confirmations.offer(lift);
    await other.approvals.approve(planId, operator);
    await other.approvals.reject(planId, operator);
    expect(await codeOf(one.confirmations.redeem(lift, token))).toBe('plan_rejected');
    expect(await codeOf(other.approvals.approve(planId, operator))).toBe('plan_rejected');
    expect(await codeOf(other.confirmations.offer(lift))).toBe('plan_rejected');
    // Another call is another matter, and after a while the same one is.
    await other.confirmations.offer({ ...lift, action: 'unblock' });
    clock.pass(approvalSeconds + approvedSeconds);
    expect((await other.confirmations.offer(lift)).planId).not.toBe(planId);
  });

  it('gives the same call the same plan, and a caller ten at most', async () => {
    const { one, other } = await setUp();
    const again = await Promise.all([1, 2, 3, 4].map((at) => (at % 2 ? one : other).confirmations.offer(lift)));
    expect(new Set(again.map(({ planId, token }) => `${planId} ${token}`)).size).toBe(1);
    const unblock = (address: number): Write => ({ ...lift, action: 'unblock', arguments: { address } });
    for (let at = 1; at < openPlansEach; at++) await one.confirmations.offer(unblock(at));
    expect(await codeOf(other.confirmations.offer(unblock(openPlansEach)))).toBe('too_many_plans');
    await other.confirmations.offer(lift);
    await other.confirmations.offer({ ...lift, principal: 'token:another' });
    // A raised protection never waits for a free place.
    await other.confirmations.offer(lockdown);
  });

  it('lists what waits, and keeps no argument', async () => {
    const { place, one, other, clock } = await setUp();
    const erase: Write = {
      ...lift,
      action: 'erase_subject',
      arguments: { action: 'erase_subject', subject: 'anna.schmidt@example.com' },
      reversible: false,
      summary: 'Erase a person: 3 consent records.',
    };
    const first = await one.confirmations.offer(erase);
    clock.pass(60);
    const second = await one.confirmations.offer(lift);
    await one.confirmations.offer(lockdown);
    const { plans, missing } = await other.approvals.pending();
    expect(missing).toBeNull();
    expect(plans.map(({ id, ageSeconds }) => [id, ageSeconds])).toEqual([
      [first.planId, 60],
      [second.planId, 0],
    ]);
    expect(plans[0]).toMatchObject({
      action: 'erase_subject',
      principal: 'token:agent',
      scope: 'security',
      reversible: false,
      status: 'open',
      summary: erase.summary,
    });
    expect(JSON.stringify(await place.sql('select * from state'))).not.toContain('anna');
  });

  it('takes the state of a question once, for its own call alone', async () => {
    const { one, other, clock } = await setUp();
    const state = await one.confirmations.question(lift);
    for (const change of [{ principal: 'x' }, { action: 'x' }, { protection: null }, { arguments: {} }]) {
      expect(await codeOf(other.confirmations.takeAnswer({ ...lift, ...change }, state))).toBe('confirmation_invalid');
    }
    const runs = Array.from({ length: 6 }, (_, at) => (at % 2 ? one : other).confirmations.takeAnswer(lift, state));
    expect(await outcomes(runs)).toEqual({ done: 1, others: new Set(['confirmation_invalid']) });
    const slow = await one.confirmations.question(lift);
    clock.pass(questionSeconds);
    expect(await codeOf(other.confirmations.takeAnswer(lift, slow))).toBe('confirmation_invalid');
    // A token is no state of a question.
    const { token } = await one.confirmations.offer(lockdown);
    expect(await codeOf(one.confirmations.takeAnswer(lockdown, token))).toBe('confirmation_invalid');
  });

  it('confirms nothing while it cannot look up what was used', async () => {
    const { one } = await setUp();
    const { token } = await one.confirmations.offer(lockdown);
    const plan = await one.confirmations.offer(lift);
    const state = await one.confirmations.question(lift);
    await one.approvals.approve(plan.planId, operator);
    const fault = new StoreError('store_timeout', 'scripted');
    const spy = vi.spyOn(one.store, 'change').mockRejectedValue(fault);
    expect(await codeOf(one.confirmations.redeem(lockdown, token))).toBe('confirmation_unavailable');
    expect(await codeOf(one.confirmations.redeem(lift, plan.token))).toBe('confirmation_unavailable');
    expect(await codeOf(one.confirmations.takeAnswer(lift, state))).toBe('confirmation_unavailable');
    expect(await codeOf(one.approvals.approve(plan.planId, operator))).toBe('store_timeout');
    // A plan made at this moment is kept here.
    const here = await one.confirmations.offer({ ...lift, action: 'unblock' });
    expect(here.scope).toBe('this_process');
    // And so is every token, once the store is known to be away: the shared key in memory is no help.
    const status = vi.spyOn(one.store, 'status', 'get').mockReturnValue({ ...one.store.status, status: 'away' });
    const kept = await one.confirmations.offer(lockdown);
    expect(kept.scope).toBe('this_process');
    expect(await one.confirmations.redeem(lockdown, kept.token)).toMatchObject({ how: 'token' });
    status.mockRestore();
    spy.mockRestore();
    expect(await one.confirmations.redeem(lockdown, token)).toMatchObject({ how: 'token' });
    expect(await one.confirmations.redeem(lift, plan.token)).toMatchObject({ how: 'approval' });
  });
});

describe('confirmation while the store is away', () => {
  /** A store whose folder cannot be made until `repair()`. */
  const setUp = () => {
    const root = mkdtempSync(join(tmpdir(), 'hybrid-away-'));
    const blocked = join(root, 'state');
    writeFileSync(blocked, 'a file where the folder should be');
    const place = placeIn(undefined, blocked);
    const clock = new Clock();
    places.push(place);
    const repair = () => {
      rmSync(blocked);
      mkdirSync(blocked);
      clock.pass(60);
    };
    return { clock, repair, one: processOn(place, clock), other: processOn(place, clock) };
  };

  it('goes on in this process alone, each token once', async () => {
    const { one, other } = setUp();
    const { token, scope } = await one.confirmations.offer(lockdown);
    expect(scope).toBe('this_process');
    expect(await codeOf(other.confirmations.redeem(lockdown, token))).toBe('confirmation_invalid');
    const runs = Array.from({ length: 6 }, () => one.confirmations.redeem(lockdown, token));
    expect(await outcomes(runs)).toEqual({ done: 1, others: new Set(['confirmation_invalid']) });

    const state = await one.confirmations.question(lift);
    expect(await codeOf(other.confirmations.takeAnswer(lift, state))).toBe('confirmation_invalid');
    await one.confirmations.takeAnswer(lift, state);
    expect(await codeOf(one.confirmations.takeAnswer(lift, state))).toBe('confirmation_invalid');
  });

  it('has plans approved at this process, and says that the others cannot be seen', async () => {
    const { one, other, clock } = setUp();
    const { token, planId, scope } = await one.confirmations.offer(lift);
    expect(scope).toBe('this_process');
    expect((await one.confirmations.offer(lift)).planId).toBe(planId);
    const { plans, missing } = await one.approvals.pending();
    expect(plans.map(({ id }) => id)).toEqual([planId]);
    expect(missing).toEqual(expect.any(String));
    expect(await codeOf(one.confirmations.redeem(lift, token))).toBe('approval_pending');
    // Elsewhere it is not known; that it is unknown everywhere cannot be said.
    expect(await codeOf(other.approvals.approve(planId, operator))).toMatch(/^store_/);
    await one.approvals.approve(planId, { transport: 'http', principal: 'token:ops', scopes: ['security'] });
    const runs = Array.from({ length: 6 }, () => one.confirmations.redeem(lift, token));
    expect(await outcomes(runs)).toEqual({ done: 1, others: new Set(['plan_used']) });
    const [first] = await Promise.all(runs.slice(0, 1));
    expect(first).toMatchObject({ how: 'approval', by: 'token:ops' });
    clock.pass(approvalSeconds + approvedSeconds);
    expect((await one.approvals.pending()).plans).toEqual([]);
  });

  it('is shared again once the store is back; what was used meanwhile stays used', async () => {
    const { one, other, repair } = setUp();
    const { token } = await one.confirmations.offer(lockdown);
    const unused = await one.confirmations.offer(lockdown);
    await one.confirmations.redeem(lockdown, token);
    repair();
    await Promise.all(
      [one, other].map(({ store }) => store.run((db) => db.selectFrom('state').select('name').execute())),
    );
    expect(await codeOf(one.confirmations.redeem(lockdown, token))).toBe('confirmation_invalid');
    expect(await one.confirmations.redeem(lockdown, unused.token)).toMatchObject({ how: 'token' });
    const shared = await one.confirmations.offer(lockdown);
    expect(shared.scope).toBe('shared');
    expect(await other.confirmations.redeem(lockdown, shared.token)).toMatchObject({ how: 'token' });
  });
});
