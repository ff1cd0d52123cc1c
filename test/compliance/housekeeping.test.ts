import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppState, closeState, createState, openState } from '../../src/app-state.ts';
import { Housekeeping } from '../../src/compliance/housekeeping.ts';
import { configWith } from '../support-files/config.ts';
import { recordingLogger } from '../support-files/log-lines.ts';
import { RecordingAudit } from '../support-files/recording-audit.ts';

const dayMs = 86_400_000;
const clock = { now: Date.UTC(2026, 0, 1) };
const wallClock = () => clock.now;
const { logger } = recordingLogger();
let state: AppState;

beforeAll(async () => {
  state = createState({ config: configWith(), logger, env: {}, wallClock });
  await openState(state);
});
afterAll(() => closeState(state, logger));

function keeping(retentionDays: number) {
  const faults: string[] = [];
  const { store, audit } = state;
  const onFault = (cause: string) => faults.push(cause);
  return { faults, housekeeping: new Housekeeping({ store, audit, config: { retentionDays }, wallClock, onFault }) };
}

const kinds = () =>
  state.store.run((db) => db.selectFrom('audit_log').select(['kind', 'content', 'at']).orderBy('seq').execute());

describe('retention', () => {
  it('takes the content of old rows that a checkpoint covers, leaves a row that says so, and a log that is whole', async () => {
    await state.audit.append('ACCESS', { operation: 'old' });
    await state.checkpoints.keep();
    clock.now += 10 * dayMs;
    await state.audit.append('ACCESS', { operation: 'new' });
    const { housekeeping, faults } = keeping(7);
    await housekeeping.run();
    expect(faults).toEqual([]);
    const rows = await kinds();
    const old = rows.filter(({ at }) => at < clock.now - 7 * dayMs);
    expect(old.length).toBeGreaterThanOrEqual(2);
    expect(old.filter(({ content }) => content !== null)).toEqual([]);
    expect(rows.filter(({ content }) => content === null)).toHaveLength(old.length);
    expect(JSON.parse(rows.at(-1)?.content ?? '{}')).toMatchObject({
      kind: 'RETENTION',
      body: { pruned: old.length, retentionDays: 7 },
    });
    expect(await state.trail.verify()).toMatchObject({ ok: true, pruned: old.length });
  });

  it('leaves everything where it is switched off, and what no checkpoint covers', async () => {
    const before = (await kinds()).filter(({ content }) => content !== null).length;
    clock.now += 100 * dayMs;
    await keeping(0).housekeeping.run();
    await state.store.run((db) => db.deleteFrom('audit_checkpoints').execute());
    await keeping(7).housekeeping.run();
    expect((await kinds()).filter(({ content }) => content !== null)).toHaveLength(before);
  });
});

describe('what nobody needs any more', () => {
  it('goes: imports that were cut short, state that was removed or has expired, minutes after 30 days', async () => {
    const old = clock.now - 31 * dayMs;
    const record = {
      purpose: 'p',
      legalBasis: 'consent',
      noticeVersion: 'v',
      withdrawnAt: null,
      expiresAt: null,
    } as const;
    const consent = { ...record, subject: 'ann', grantedAt: 0, evidence: '', recordedAt: 0 };
    const cut = await state.consents.import();
    await cut.stage([consent]);
    await state.store.run((db) => db.updateTable('consent_imports').set({ started_at: old }).execute());
    const applied = await state.consents.import();
    await applied.stage([consent]);
    await applied.commit();
    const gone = { kind: 'mode', revision: 1, updated_at: old };
    const minute = { writer: 'w', data: '{}' };
    await state.store.run(async (db) => {
      await db
        .insertInto('state')
        .values([
          { ...gone, name: 'removed', value: null, expires_at: null },
          { ...gone, name: 'expired', value: '{}', expires_at: old },
          { ...gone, name: 'kept', value: '{}', expires_at: null },
        ])
        .execute();
      await db
        .insertInto('kpi_minutes')
        .values([
          { ...minute, taken_at: old },
          { ...minute, taken_at: clock.now },
        ])
        .execute();
    });
    await keeping(0).housekeeping.run();
    const left = await state.store.run(async (db) => ({
      imports: (await db.selectFrom('consent_imports').select('id').execute()).map(({ id }) => id),
      consents: (await db.selectFrom('consents').select('import_id').execute()).map(({ import_id }) => import_id),
      state: (await db.selectFrom('state').select('name').execute()).map(({ name }) => name),
      minutes: (await db.selectFrom('kpi_minutes').select('taken_at').execute()).map(({ taken_at }) => taken_at),
    }));
    expect(left).toEqual({
      imports: [applied.id],
      consents: [applied.id],
      state: ['kept'],
      minutes: [clock.now],
    });
  });
});

it('a round that fails is told, and no more', async () => {
  const closed = createState({ config: configWith(), logger, env: {}, wallClock });
  await closed.store.close();
  const faults: string[] = [];
  const config = { retentionDays: 1 };
  const onFault = (cause: string) => faults.push(cause);
  await new Housekeeping({ store: closed.store, audit: new RecordingAudit(), config, wallClock, onFault }).run();
  expect(faults).toEqual([expect.stringContaining('closed')]);
});
