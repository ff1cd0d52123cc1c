import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { leavesRow, reportNames, takenArguments } from '../../src/compliance/reports/report-names.ts';
import { HybridRoutingError } from '../../src/config/errors.ts';
import { complianceReport } from '../../src/operations/compliance-report.ts';
import type { CallerIdentity } from '../../src/support/caller.ts';
import { ownStateFolder } from '../support-files/config.ts';
import { patient, type ScriptedApp, scriptedApp } from '../support-files/scripted-app.ts';
import { thrownBy } from '../support-files/thrown.ts';

type Given = z.input<typeof complianceReport.input>;

const who = { transport: 'stdio', client: 'kiro 1.0', principal: 'stdio', address: null } as const;
const identity: CallerIdentity = { ...who, scopes: ['viewer', 'compliance'] };
const apps: ScriptedApp[] = [];

function app(flags: Readonly<Record<string, unknown>> = {}): ScriptedApp {
  const made = scriptedApp(flags, { withStore: true });
  apps.push(made);
  return made;
}

afterEach(async () => {
  for (const { state } of apps.splice(0)) await state.store.close();
});

const reported = ({ context }: ScriptedApp, given: Given = {}) =>
  complianceReport.run(context, complianceReport.input.parse(given), { ...patient(), identity });

describe('compliance_report', () => {
  it.each(reportNames)('%s answers with nothing in the log', async (report) => {
    const answer = await reported(app(), { report });
    expect(complianceReport.output.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({ report, simulated: false });
    expect(answer.summary.length).toBeGreaterThan(0);
    // Residency is a matter of configuration; nothing else can be passed by an empty log.
    if (report !== 'residency') expect(answer.status).not.toBe('pass');
  });

  it.each(reportNames)('%s leaves its rows', async (report) => {
    const one = app();
    const { status } = await reported(one, { report });
    const rows = one.audit.of('REPORT');
    expect(rows).toHaveLength(leavesRow(report) ? 1 : 0);
    for (const row of rows) expect(row).toMatchObject({ report, format: 'json', status, caller: who });
    expect(one.audit.of('ACCESS')).toMatchObject([
      { operation: 'compliance_report', arguments: { report }, outcome: 'done' },
    ]);
  });

  it.each(reportNames)('%s says so where the store is away', async (report) => {
    const one = app();
    vi.spyOn(one.state.store, 'run').mockRejectedValue(
      new HybridRoutingError('store_unavailable', 'disk full', 'Free it.'),
    );
    vi.spyOn(one.state.store, 'transaction').mockRejectedValue(
      new HybridRoutingError('store_unavailable', 'disk full', 'Free it.'),
    );
    const answer = await reported(one, { report });
    if (report === 'residency') return;
    expect(JSON.stringify(answer)).toContain('disk full');
    expect(['not_assessed', 'warn', 'fail']).toContain(answer.status);
    expect(answer.controls.filter(({ id, status }) => status === 'pass' && id.startsWith('GDPR'))).toEqual([]);
  });

  it('is told by a real store that cannot be opened', async () => {
    const file = ownStateFolder();
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '');
    const one = app({ 'store.folder': file });
    expect(await reported(one, { report: 'weekly' })).toMatchObject({
      status: 'not_assessed',
      summary: [expect.stringMatching(/^Not assessed: State folder .* cannot be made/), expect.any(String)],
      next: [{ tool: 'health_check' }],
    });
  });

  it.each(
    reportNames.flatMap((report) =>
      (['format', 'from', 'to', 'cursor', 'limit'] as const)
        .filter((name) => !takenArguments[report].includes(name))
        .map((name) => [report, name] as const),
    ),
  )('%s does not take %s', async (report, name) => {
    const given = {
      format: 'csv',
      from: '2026-01-01T00:00:00Z',
      to: '2026-01-01T00:00:00Z',
      cursor: 'x:1',
      limit: 5,
    } as const;
    const error = await thrownBy(HybridRoutingError, () => reported(app(), { report, [name]: given[name] }));
    expect(error).toMatchObject({ code: 'invalid_input', message: `${name}: does not go with report ${report}` });
  });

  it.each([
    ['2026-01-01', /must be an ISO 8601 time/],
    ['yesterday', /must be an ISO 8601 time/],
  ])('does not take %s as a time', (from, message) => {
    expect(() => complianceReport.input.parse({ from })).toThrow(message);
  });

  it('refuses a cursor of another report, and records the refusal', async () => {
    const one = app();
    const error = await thrownBy(HybridRoutingError, () =>
      reported(one, { report: 'violations', cursor: 'access_log:3' }),
    );
    expect(error).toMatchObject({ code: 'invalid_input', message: expect.stringMatching(/^cursor:/) });
    expect(one.audit.of('ACCESS')).toMatchObject([{ outcome: 'refused', code: 'invalid_input' }]);
    expect(one.audit.of('REPORT')).toEqual([]);
  });

  it('says so where it has no row of its own', async () => {
    const one = app();
    one.audit.fault = new Error('no room');
    expect((await reported(one, { report: 'weekly' })).summary.at(-1)).toBe(
      'audit trail: there is no row of this report, call health_check',
    );
    expect(one.log.lines()).toContainEqual(
      expect.objectContaining({ event: 'SECURITY', report: 'weekly', cause: 'no room' }),
    );
  });

  it('goes on in a lockdown', async () => {
    const one = app();
    const now = one.wallClock();
    one.modes.replace('lockdown', { reason: 'r', since: now, expiresAt: now + 60_000, path: null });
    const { rows, status } = await reported(one, { report: 'security_alerts' });
    expect([status, rows[0]]).toMatchObject(['fail', { id: 'lockdown', severity: 'P1' }]);
  });

  it('ends when its caller goes away', async () => {
    const one = app();
    const cancelled = AbortSignal.abort(new Error('gone'));
    // An empty log has nothing to end in; the verification looks at the signal after its pages.
    await one.state.store.run((db) =>
      db
        .insertInto('audit_log')
        .values({
          seq: 1,
          writer: 'w',
          writer_seq: 1,
          at: one.wallClock(),
          kind: 'OPERATION',
          content: null,
          previous: '',
          leaf: '',
        })
        .execute(),
    );
    const run = complianceReport.run(one.context, complianceReport.input.parse({ report: 'weekly' }), { cancelled });
    await expect(run).rejects.toThrow('gone');
  });
});
