import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppState, closeState, createState, openState } from '../../src/app-state.ts';
import { readOpenErasures } from '../../src/compliance/reports/log-facts.ts';
import type { OperationContext } from '../../src/operations/operation.ts';
import { securityResponse } from '../../src/operations/security-response.ts';
import { systemAdmin } from '../../src/operations/system-admin.ts';
import { configWith } from '../support-files/config.ts';
import { recordingLogger } from '../support-files/log-lines.ts';
import { patient, scriptedApp } from '../support-files/scripted-app.ts';

const { logger } = recordingLogger();
const person = 'ann@example.org';
let state: AppState;
let context: OperationContext;

beforeAll(async () => {
  state = createState({ config: configWith(), logger, env: {}, wallClock: Date.now });
  await openState(state);
  context = { ...scriptedApp().context, state, audit: state.audit };
});
afterAll(() => closeState(state, logger));

const erase = (input: Record<string, unknown> = {}) => {
  const asked = securityResponse.input.parse({ action: 'erase_subject', subject: person, ...input });
  return securityResponse.run(context, asked, patient());
};
const consent = (changes: Record<string, unknown>) => {
  const order = { subject: person, purpose: 'support', decision: 'grant', noticeVersion: 'v1', ...changes };
  return systemAdmin.run(context, systemAdmin.input.parse({ action: 'consent', consent: order }), patient());
};
const erasures = async () => {
  const rows = await state.store.run((db) =>
    db.selectFrom('audit_log').select('content').where('kind', '=', 'ERASURE').orderBy('seq').execute(),
  );
  return rows.map(({ content }) => JSON.parse(content ?? '{}').body);
};

describe('erase_subject', () => {
  it('changes nothing for a person who is not known', async () => {
    expect(await erase()).toMatchObject({ applied: false, before: { subject: 'not known' } });
    expect(await erasures()).toEqual([]);
  });

  it('shows first what would go, and is then done and recorded', async () => {
    await consent({});
    const known = await state.subjects.find(person);
    expect(await erase({ dryRun: true })).toMatchObject({
      applied: false,
      before: { subject: `known (${known?.id}), 1 consent records` },
    });
    expect(await state.subjects.find(person)).not.toBeNull();
    expect(await erase()).toMatchObject({ applied: true, after: { subject: 'erased' } });
    expect(await state.subjects.find(person)).toBeNull();
    expect(await erasures()).toMatchObject([
      { phase: 'requested', subject: known?.id },
      { phase: 'done', subject: known?.id },
    ]);
    expect(await state.trail.verify()).toMatchObject({ ok: true });
  });

  it('is completed by the next call where it was cut short', async () => {
    await consent({});
    const known = await state.subjects.find(person);
    const { scrub } = state.store;
    state.store.scrub = async () => {
      throw new Error('a reader stands in the way');
    };
    await expect(erase()).rejects.toThrow('in the way');
    state.store.scrub = scrub;
    expect(await readOpenErasures(state.store)).toMatchObject([{ subject: known?.id }]);
    await erase();
    expect(await readOpenErasures(state.store)).toEqual([]);
    expect((await erasures()).at(-1)).toMatchObject({ phase: 'done', subject: known?.id });
  });

  it.each([
    [{ subject: undefined }, 'subject: is missing'],
    [{ enable: true }, 'enable: does not go with'],
    [{ durationSeconds: 5 }, 'durationSeconds: does not go with'],
  ])('refuses %j', async (input, message) => {
    await expect(erase(input)).rejects.toThrow(message);
  });
});

describe('consent', () => {
  it('is granted, and withdrawn again', async () => {
    expect(await consent({})).toMatchObject({
      before: { support: 'no_record' },
      after: { support: 'valid (consent)' },
    });
    expect(await consent({ decision: 'withdraw' })).toMatchObject({ after: { support: 'withdrawn' } });
  });

  it.each([
    [{ noticeVersion: undefined }, 'consent.noticeVersion: is missing'],
    [{ purpose: 'two words' }, 'consent.purpose: must be'],
    [{ subject: ' ann' }, 'consent.subject: must be'],
    [{ expiresAt: 'tomorrow' }, 'consent.expiresAt: must be an ISO 8601 time'],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, 'consent.expiresAt: must be after'],
    [{ decision: 'withdraw', purpose: 'marketing' }, 'no grant of consent for the purpose marketing'],
    [{ decision: 'withdraw', legalBasis: 'contract' }, 'no grant of contract'],
  ])('refuses %j, naming the field', async (changes, message) => {
    await expect(consent(changes)).rejects.toThrow(message);
  });

  it('shows only what would be in a dry run', async () => {
    const order = { subject: 'new@example.org', purpose: 'support', decision: 'grant', noticeVersion: 'v1' };
    const input = systemAdmin.input.parse({ action: 'consent', dryRun: true, consent: order });
    expect(await systemAdmin.run(context, input, patient())).toMatchObject({ applied: false });
    expect(await state.subjects.find('new@example.org')).toBeNull();
  });
});
