import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLogFacts } from '../../../src/compliance/reports/log-facts.ts';
import { dayMs } from '../../../src/compliance/reports/period.ts';
import { accessBody, now, operationBody, refusedBody } from './bodies.ts';
import { ReportState } from './report-state.ts';

let log: ReportState;
beforeEach(async () => {
  log = new ReportState();
  await log.state.audit.open();
  for (let row = 0; row < 5; row += 1) await log.write('OPERATION', operationBody(), now - 1_000 + row);
});
afterEach(() => log.close());

const store = () => log.state.store;
const alter = (seq: number, content: string | null) =>
  store().run((db) => db.updateTable('audit_log').set({ content }).where('seq', '=', seq).execute());
const remove = (seq: number) => store().run((db) => db.deleteFrom('audit_log').where('seq', '=', seq).execute());

describe('audit_verify', () => {
  it('warns of a whole log that nothing outside holds', async () => {
    await log.state.checkpoints.keep();
    const { status, summary, rows, audited } = await log.report('audit_verify');
    expect(status).toBe('warn');
    expect(summary[0]).toBe('Whole: verified to row 6 of 6, 0 unanchored, 0 pruned.');
    expect(summary.at(-1)).toMatch(/^Keys: hybrid-routing-mcp\/audit\+[0-9a-f]{8}\+/);
    expect(rows).toEqual([]);
    expect(audited).toEqual({
      verification: { ok: true, of: 6, verifiedTo: 6, unanchored: 0, breaks: 0, firstBreak: null },
    });
  });

  it('fails where a row was altered, and names it', async () => {
    await alter(3, '{"altered":true}');
    const { status, summary, rows, audited } = await log.report('audit_verify');
    expect(status).toBe('fail');
    expect(summary[0]).toMatch(/^BROKEN: \d+ breaks, the first at row 3 \(row_hash\)/);
    expect(rows?.[0]).toMatchObject({ seq: 3, kind: 'row_hash' });
    expect(audited).toMatchObject({
      verification: { ok: false, verifiedTo: 2, firstBreak: { seq: 3, kind: 'row_hash' } },
    });
  });

  it('tells how far it is', async () => {
    const told: string[] = [];
    await log.report('audit_verify', { onProgress: (text) => void told.push(text) });
    expect(told).toEqual(['audit log: 6 of 6 rows verified']);
  });

  it('says that an empty log is none', async () => {
    const empty = new ReportState();
    const { status, summary } = await empty.report('audit_verify');
    expect([status, summary[0]]).toEqual(['not_assessed', 'The audit log is empty: there is nothing to verify.']);
    await empty.close();
  });

  it('is found by the reports that come after it', async () => {
    expect((await readLogFacts(log.sources)).lastVerification).toBeNull();
    const { audited } = await log.report('audit_verify');
    await log.write('REPORT', { report: 'audit_verify', ...audited }, now - 10);
    await log.write('REPORT', { report: 'weekly' }, now - 5);
    expect((await readLogFacts(log.sources)).lastVerification).toMatchObject({ ok: true, of: 6, seq: 7, at: now - 10 });
    const controls = (await log.report('gdpr_status')).controls ?? [];
    expect(controls.find(({ id }) => id === 'GDPR Art. 5(2)')).toMatchObject({
      status: 'pass',
      evidence: { from: 7, to: 7, rows: 1 },
    });
  });
});

describe('audit_gaps', () => {
  const live = (seenAt: number) =>
    store().run(async (db) => {
      const { writer } = await db.selectFrom('audit_log').select('writer').limit(1).executeTakeFirstOrThrow();
      const row = { id: writer, host: 'h', pid: 1, started_at: now, seen_at: seenAt, closed_at: null };
      await db.insertInto('writers').values(row).execute();
    });

  it('tells running writers from those that ended without a close', async () => {
    await live(now - 89_000);
    await log.state.checkpoints.keep();
    expect(await log.report('audit_gaps')).toMatchObject({
      status: 'pass',
      summary: ['6 rows: no gap; 1 running writers have no close yet.'],
      rows: [],
    });
  });

  it('takes a writer that has said nothing for 90 s to have ended', async () => {
    await live(now - 90_000);
    const { status, rows } = await log.report('audit_gaps');
    expect(status).toBe('warn');
    expect(rows?.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['writer_without_close', 1, 6],
      ['rows_unanchored', 1, 6],
    ]);
  });

  it('fails where rows are missing', async () => {
    await live(now);
    await remove(3);
    await log.state.checkpoints.keep();
    const { status, rows } = await log.report('audit_gaps');
    expect(status).toBe('fail');
    expect(rows?.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['rows_missing', 3, 3],
      ['writer_rows_missing', 3, 3],
    ]);
  });

  it('does not take a checkpoint that nobody signed', async () => {
    await live(now);
    await store().run((db) =>
      db.insertInto('audit_checkpoints').values({ size: 6, at: now, note: 'forged', anchored_at: null }).execute(),
    );
    expect((await log.report('audit_gaps')).rows).toMatchObject([{ kind: 'rows_unanchored', from: 1, to: 6 }]);
  });

  it('comes in pages', async () => {
    await live(now);
    for (const seq of [2, 4]) await alter(seq, null);
    const first = await log.report('audit_gaps', { limit: 2 });
    expect(first.rows?.map(({ kind, from }) => [kind, from])).toEqual([
      ['rows_pruned', 2],
      ['rows_pruned', 4],
    ]);
    expect(first.nextCursor).toBe('audit_gaps:2');
    const rest = await log.report('audit_gaps', { limit: 2, cursor: first.nextCursor ?? '' });
    expect([rest.rows?.map(({ kind }) => kind), rest.nextCursor]).toEqual([['rows_unanchored'], null]);
  });
});

describe('export', () => {
  it('says how it is made, with the signed head and the keys', async () => {
    const { status, summary, rows } = await log.report('export');
    expect(status).toBe('pass');
    expect(summary[0]).toContain('hybrid-routing-mcp audit export --out FILE (6 rows');
    expect(rows?.[0]).toMatchObject({
      size: 6,
      note: expect.stringContaining('\n6\n'),
      root: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('fails where the head is not signed by the key', async () => {
    await store().run(async (db) => {
      const { note } = await db.selectFrom('audit_head').select('note').executeTakeFirstOrThrow();
      await db
        .updateTable('audit_head')
        .set({ note: note.replace('\n6\n', '\n5\n') })
        .execute();
    });
    expect(await log.report('export')).toMatchObject({
      status: 'fail',
      next: [{ arguments: { report: 'audit_verify' } }],
    });
  });
});

describe('audit_pack', () => {
  it('holds controls, records, posture, verification and what is not covered', async () => {
    await log.write('OPERATION', refusedBody({ consent: { purpose: 'a|b', violation: 'withdrawn' } }), now - 1);
    const { document = '', audited } = await log.report('audit_pack', { format: 'markdown' });
    for (const title of [
      'Controls',
      'Records of processing',
      'Security posture',
      'Audit log',
      'To verify it yourself',
      'For a person',
      'Not covered',
    ])
      expect(document).toContain(`\n## ${title}\n`);
    expect(document).toContain('| emergency | a\\|b | 1 |');
    expect(document).toContain('hybrid-routing-mcp audit verify audit.jsonl --key KEY');
    expect(document).toMatch(/^— hybrid-routing-mcp\/audit /m);
    expect(document).not.toContain('5d0c9f6e');
    expect(audited).toMatchObject({ verification: { ok: true, of: 7 } });
  });

  it('judges by the verification that it made', async () => {
    await alter(3, '{}');
    const { status, controls = [], summary } = await log.report('audit_pack');
    expect(status).toBe('fail');
    expect(controls.find(({ id }) => id === 'GDPR Art. 5(2)')?.status).toBe('fail');
    expect(controls.find(({ id }) => id === 'GDPR Art. 33')?.reason).toMatch(/72 h end at 2026-03-05T12:00/);
    expect(summary[1]).toMatch(/^Audit log fail: BROKEN/);
  });

  it('is a table of controls as CSV', async () => {
    const { document = '', controls = [] } = await log.report('audit_pack', { format: 'csv' });
    const lines: unknown[] = parse(document, { columns: true });
    expect(lines).toHaveLength(controls.length + 15);
    expect(lines[0]).toMatchObject({
      control: 'GDPR Art. 5(1)(c)',
      status: 'pass',
      evidenceFrom: '2',
      evidenceTo: '6',
    });
  });
});

describe('gdpr_status of a period', () => {
  it('counts the rows of the period alone, while alerts look at the last week', async () => {
    await log.write('OPERATION', operationBody(), now - 2 * dayMs);
    const from = new Date(now - 3 * dayMs).toISOString();
    const to = new Date(now - dayMs).toISOString();
    const { controls = [], summary } = await log.report('gdpr_status', { from, to });
    expect(summary[0]).toContain('1 audit rows');
    const reasonOf = (id: string) => controls.find((control) => control.id === id)?.reason;
    expect(reasonOf('GDPR Art. 5(1)(c)')).toMatch(/^1 operations were looked at/);
    expect((await log.report('security_alerts')).summary[1]).toContain('6 rows of operations');
  });
});

describe('the log as a whole', () => {
  it('finds erasures that were begun and not ended', async () => {
    const erasure = (phase: string, subject: string) => log.write('ERASURE', { phase, subject }, now - dayMs);
    await erasure('requested', 'a');
    await erasure('requested', 'b');
    await erasure('done', 'a');
    expect((await readLogFacts(log.sources)).openErasures).toEqual([{ subject: 'b', seq: 8, at: now - dayMs }]);
  });

  it('knows the ends of what was pruned', async () => {
    await alter(1, null);
    await alter(2, null);
    const { size, oldestContentAt, newestPrunedAt } = await readLogFacts(log.sources);
    expect({ size, oldestContentAt, newestPrunedAt }).toEqual({
      size: 6,
      oldestContentAt: now - 999,
      newestPrunedAt: now - 1_000,
    });
  });
});

describe('daily and weekly', () => {
  it('count a period against the one before', async () => {
    await log.write('OPERATION', refusedBody(), now - 8 * dayMs);
    await log.write('ACCESS', accessBody(), now - 2);
    const { rows = [], summary, status } = await log.report('weekly');
    expect(rows.find(({ measure }) => measure === 'total')).toMatchObject({ value: 5, previous: 1, change: 4 });
    expect(summary[0]).toContain('5 operations (1 before), SLA met 100.0 %');
    expect(status).toBe('not_assessed');
  });

  it.each(['daily', 'weekly'] as const)('%s has the same numbers in each format', async (report) => {
    const { rows = [] } = await log.report(report);
    const { document: csv = '' } = await log.report(report, { format: 'csv' });
    const { document: markdown = '' } = await log.report(report, { format: 'markdown' });
    const lines: Record<string, string>[] = parse(csv, { columns: true });
    expect(lines.map(({ measure, value }) => [measure, value])).toEqual(
      rows.map(({ measure, value }) => [measure, value === null ? '' : String(value)]),
    );
    for (const { measure, unit } of rows)
      expect(markdown).toContain(`| ${measure}${unit === 'count' ? '' : `, ${unit}`} |`);
  });

  it('says why it may be empty', async () => {
    const { summary, status } = await log.report('daily', { from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' });
    expect(summary.at(-1)).toMatch(/give from and to for another one/);
    expect(status).toBe('not_assessed');
  });
});
