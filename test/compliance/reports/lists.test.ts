import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accessRow } from '../../../src/compliance/reports/access-log.ts';
import { consentBody } from '../../../src/compliance/reports/consent-body.ts';
import { placeOf } from '../../../src/compliance/reports/cursor.ts';
import { passesOf } from '../../../src/compliance/reports/feed.ts';
import { periodBefore, periodOf } from '../../../src/compliance/reports/period.ts';
import { progressOf } from '../../../src/compliance/reports/progress.ts';
import type { ReportName } from '../../../src/compliance/reports/report-names.ts';
import { violationRow } from '../../../src/compliance/reports/violations.ts';
import { grant } from '../consent/grant.ts';
import { accessBody, accessEntry, now, operationBody, operationEntry, refusedBody, withdrawn } from './bodies.ts';
import { ReportState } from './report-state.ts';

let log: ReportState;
beforeEach(async () => {
  log = new ReportState();
  for (let row = 1; row <= 7; row += 1) {
    await log.write(
      'OPERATION',
      row % 2 === 0 ? operationBody() : refusedBody({ operationId: `op-${row}` }),
      now - 10 + row,
    );
    await log.write(
      'ACCESS',
      accessBody(row === 3 ? { outcome: 'refused', code: 'invalid_input' } : {}),
      now - 10 + row,
    );
  }
});
afterEach(() => log.close());

/** The places of all rows, page by page. */
async function paged(report: ReportName, limit: number): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  for (let cursor: string | undefined; ; ) {
    const { rows = [], nextCursor } = await log.report(report, { limit, cursor });
    pages.push(rows.map(({ seq }) => seq));
    if (typeof nextCursor !== 'string') return pages;
    cursor = nextCursor;
  }
}

describe('access_log', () => {
  it('has every call once, the newest first, whatever the page', async () => {
    const all = Array.from({ length: 14 }, (_, index) => 14 - index);
    for (const limit of [1, 3, 7, 14, 100]) {
      const pages = await paged('access_log', limit);
      expect(pages.flat()).toEqual(all);
      expect(pages).toHaveLength(Math.ceil(14 / limit));
    }
  });

  it('tells of routed operations, of other calls and of own probes', () => {
    expect(accessRow(accessEntry())).toMatchObject({ operation: 'health_check', transport: 'stdio', outcome: 'done' });
    expect(accessRow(operationEntry({ dryRun: true }))).toMatchObject({
      operation: 'route_operation',
      arguments: { operation: 'emergency', dryRun: true },
      durationMs: 1_200,
    });
    expect(accessRow(operationEntry({ probe: true, caller: null }))).toMatchObject({
      transport: 'server',
      client: null,
    });
  });

  it('names a client as text in every format, never as markup or a formula', async () => {
    await log.write(
      'ACCESS',
      accessBody({ caller: { transport: 'stdio', client: '=cmd|<b>', principal: 'stdio', address: null } }),
    );
    const { document: markdown } = await log.report('access_log', { format: 'markdown' });
    const { document: csv } = await log.report('access_log', { format: 'csv' });
    expect(markdown).toContain('| =cmd\\|\\<b\\> |');
    expect(csv).toContain(",'=cmd|<b>,");
  });
});

describe('violations', () => {
  it('has every one once, and the same counts on each page', async () => {
    expect(await paged('violations', 3)).toEqual([[13, 9, 5], [1]]);
    for (const cursor of [undefined, 'violations:9']) {
      const { summary, status } = await log.report('violations', { limit: 1, cursor });
      expect(summary[0]).toBe('4 violations in 7 operations: 4 consent_withdrawn; 0 operations went on.');
      expect(status).toBe('warn');
    }
  });

  it('fails where one went on', async () => {
    await log.write('OPERATION', operationBody({ consent: withdrawn }));
    expect((await log.report('violations', { limit: 1 })).status).toBe('fail');
  });

  it('names the subject by its random id, and the targets outside', () => {
    const residency = [{ path: 'direct', target: 'm', status: 'outside' }];
    expect(violationRow(operationEntry({ consent: withdrawn, residency }))).toMatchObject({
      violation: 'consent_withdrawn residency_outside',
      outcome: 'went on',
      target: 'm',
    });
    expect(violationRow(operationEntry())).toBeNull();
  });

  it('says why it is empty', async () => {
    const { status, summary } = await log.report('violations', { to: '2020-01-01T00:00:00Z' });
    expect([status, summary.at(-1)]).toEqual([
      'not_assessed',
      'No operation was routed in this period; give from and to for another one.',
    ]);
  });
});

describe('what a caller gives', () => {
  it.each(['violations:9', 'access_log:', 'access_log:-1', 'access_log:1 or 1=1', ''])(
    'cursor %j is refused',
    (cursor) => {
      expect(() => placeOf(cursor, 'access_log')).toThrow(/cursor: is not one of report access_log/);
    },
  );

  it('is a period that is not empty', () => {
    const day = 86_400_000;
    fc.assert(
      fc.property(fc.option(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(now) })), (date) => {
        const { from, to } = periodOf({ from: date?.toISOString() }, now, day);
        expect(from).toBeLessThan(to);
        expect(periodBefore({ from, to })).toEqual({ from: from - (to - from), to: from });
      }),
    );
    expect(() => periodOf({ from: '2026-01-02T00:00:00Z', to: '2026-01-02T00:00:00Z' }, now, day)).toThrow(
      /is not before to/,
    );
    expect(periodOf({ to: '2026-01-02T00:00:00Z' }, now, day)).toEqual({
      from: Date.UTC(2026, 0, 1),
      to: Date.UTC(2026, 0, 2),
    });
  });
});

describe('consent', () => {
  it('counts people by purpose, over the people that are known', async () => {
    const { consents } = log.state;
    await consents.add(grant({ subject: 'a', expiresAt: now + 5 }));
    await consents.add(grant({ subject: 'b', withdrawnAt: 5 }));
    await log.state.subjects.enter('c');
    expect(await log.report('consent')).toMatchObject({
      status: 'warn',
      summary: [
        '2 of 3 people have 2 records: 1 valid, 1 ended (1 withdrawn), 0 pending.',
        '1 end within 30 days: ask anew in time.',
        expect.stringContaining('consent.mode enforce'),
      ],
      rows: [{ purpose: 'support', valid: 1, withdrawn: 1 }],
    });
  });

  it.each([
    ['enforce', 0, 'pass'],
    ['enforce', 1, 'warn'],
    ['log', 0, 'warn'],
    ['off', 0, 'warn'],
  ] as const)('mode %s with %d that end soon: %s', (mode, expiring, status) => {
    const total = { valid: 1, expiring, expired: 0, withdrawn: 0, pending: 0 };
    const report = { at: now, subjects: 1, records: 1, purposes: [], total };
    expect(consentBody(report, 1, { mode, requireFor: [] }).status).toBe(status);
  });

  it('says that there is nothing to count', async () => {
    expect(await log.report('consent')).toMatchObject({
      status: 'not_assessed',
      summary: [/No consent record/, /mode/].map((text) => expect.stringMatching(text)),
    });
  });
});

describe('residency', () => {
  it.each([
    [{}, 'pass'],
    [{ 'direct.region': 'us-east-1', 'direct.modelId': 'us.anthropic.claude-sonnet-4-6' }, 'fail'],
    [
      { 'direct.region': 'us-east-1', 'direct.modelId': 'us.anthropic.claude-sonnet-4-6', 'residency.mode': 'enforce' },
      'warn',
    ],
    [{ 'mcp.upstreams': [{ name: 'up', command: 'x', tool: 't' }] }, 'not_assessed'],
    [{ 'direct.enabled': false }, 'not_assessed'],
  ])('with %j is %s', async (flags, status) => {
    const other = new ReportState(flags);
    expect((await other.report('residency')).status).toBe(status);
    await other.close();
  });
});

describe('a pass over the log', () => {
  const feed = (from: number, to: number) => ({ period: { from, to }, counter: { add: () => {} } });

  it('is shared by periods that overlap', () => {
    const passes = passesOf([feed(5, 9), feed(0, 6), feed(9, 12), feed(20, 30)]);
    expect(passes.map(({ period, feeds }) => [period.from, period.to, feeds.length])).toEqual([
      [0, 9, 2],
      [9, 12, 1],
      [20, 30, 1],
    ]);
  });
});

it('progress is told in tenths', () => {
  const told: string[] = [];
  const progress = progressOf((text) => void told.push(text), 'rows read');
  for (let rows = 1; rows <= 1_000; rows += 1) progress?.(rows, 1_000);
  expect([told.length, told[0], told.at(-1)]).toEqual([
    10,
    'audit log: 100 of 1000 rows read',
    'audit log: 1000 of 1000 rows read',
  ]);
});
