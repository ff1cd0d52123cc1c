import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertFacts } from '../../../src/compliance/reports/alerts/alert.ts';
import { type Alerts, alertsBody, assessAlerts } from '../../../src/compliance/reports/alerts/alerts-report.ts';
import { Burst } from '../../../src/compliance/reports/alerts/burst.ts';
import { Hours, median } from '../../../src/compliance/reports/alerts/hours.ts';
import { alertRules } from '../../../src/compliance/reports/alerts/rules.ts';
import { AlertSignals } from '../../../src/compliance/reports/alerts/signals.ts';
import type { Entry } from '../../../src/compliance/reports/entry.ts';
import { dayMs, hourMs } from '../../../src/compliance/reports/period.ts';
import { readChapters } from '../../../src/runbook/chapters.ts';
import { accessEntry, now, operationEntry, withdrawn } from './bodies.ts';
import { verification } from './facts.ts';

function alertsOf(entries: readonly Entry[], changes: Partial<AlertFacts> = {}): Alerts {
  const signals = new AlertSignals(now);
  for (const entry of entries) signals.add(entry);
  const auditStatus = { state: 'stored', cause: null, waiting: 0 } as const;
  return assessAlerts({ signals, auditStatus, lockdown: null, now, lastVerification: verification(), ...changes });
}

const ids = ({ alerts }: Alerts) => alerts.map(({ id, severity }) => `${id} ${severity}`);

/** So many values an hour over the hours before the last one, and so many in the last one. */
function values(usual: number, last: number, hours = 48): Entry[] {
  const entry = (count: number, at: number) =>
    operationEntry({ personalData: { mode: 'tokenize', counts: { EMAIL: count }, failedStages: 0 } }, 1, at);
  const before = Array.from({ length: hours }, (_, hour) => entry(usual, now - (hour + 1.5) * hourMs));
  return [...before.toReversed(), entry(last, now - 1)];
}

const refusals = (count: number, everyMs: number, code = 'lockdown_mode') =>
  Array.from({ length: count }, (_, index) =>
    accessEntry({ outcome: 'refused', code }, index + 1, now - (count - index) * everyMs),
  );

describe('an alert', () => {
  it.each<[string, string[], Alerts]>([
    ['nothing', [], alertsOf(values(10, 10))],
    ['a broken log', ['audit_broken P0'], alertsOf([], { lastVerification: verification({ ok: false, breaks: 2 }) })],
    [
      'rows in the spool',
      ['audit_waiting P2'],
      alertsOf([], { auditStatus: { state: 'spooled', cause: 'x', waiting: 3 } }),
    ],
    ['rows in memory', ['audit_waiting P1'], alertsOf([], { auditStatus: { state: 'held', cause: 'x', waiting: 3 } })],
    ['a lockdown', ['lockdown P1'], alertsOf([], { lockdown: { since: now - 5, expiresAt: now + 5 } })],
    ['four refusals', [], alertsOf(refusals(4, 1_000))],
    ['five refusals within five minutes', ['refused_access P2'], alertsOf(refusals(5, 59_000))],
    ['five refusals over a longer time', [], alertsOf(refusals(5, 75_000))],
    ['five bad inputs', ['refused_access P3'], alertsOf(refusals(5, 1_000, 'invalid_input'))],
    [
      'refusals of two callers',
      [],
      alertsOf([
        ...refusals(3, 1_000),
        ...refusals(3, 1_000).map((entry) =>
          entry.kind === 'ACCESS' ? { ...entry, body: { ...entry.body, caller: null } } : entry,
        ),
      ]),
    ],
    ['personal data at three times the median', [], alertsOf(values(10, 30))],
    ['personal data over three times the median', ['personal_data_spike P3'], alertsOf(values(10, 31))],
    ['a spike of a small number', [], alertsOf(values(1, 19))],
    ['the smallest number that is a spike', ['personal_data_spike P3'], alertsOf(values(1, 20))],
    [
      'an operation refused for its place',
      ['residency_refused P2'],
      alertsOf([operationEntry({ error: 'residency_violation' }, 1, now - 1)]),
    ],
    [
      'an operation that left the rule',
      ['residency_left P1'],
      alertsOf([operationEntry({ residency: [{ path: 'direct', target: 'm', status: 'outside' }] }, 1, now - 1)]),
    ],
    [
      'one that did so two days ago',
      [],
      alertsOf([operationEntry({ error: 'residency_violation' }, 1, now - 2 * dayMs)]),
    ],
    [
      'a second stage that failed',
      ['second_stage_failed P2'],
      alertsOf([operationEntry({ error: 'personal_data_second_stage' }, 1, now - 1)]),
    ],
    [
      'a second stage that failed, without which the operation went on',
      ['second_stage_failed P2'],
      alertsOf([operationEntry({ personalData: { mode: 'tokenize', counts: {}, failedStages: 1 } }, 1, now - 1)]),
    ],
    [
      'consent violations',
      ['consent_spike P2'],
      alertsOf([
        ...values(0, 0),
        ...Array.from({ length: 5 }, () => operationEntry({ consent: withdrawn }, 1, now - 1)),
      ]),
    ],
  ])('for %s: %j', (_, expected, alerts) => {
    expect(ids(alerts)).toEqual(expected);
  });

  it('says what was measured, against what, over what and since when', () => {
    const [alert] = alertsOf(values(10, 40)).alerts;
    expect(alert).toMatchObject({ value: 40, threshold: 30, since: now - hourMs, n: 49 });
    expect(alert?.window).toBe('last hour against the median of 48 hours');
  });

  it('stands behind graver ones', () => {
    const lockdown = { since: now, expiresAt: now + 1 };
    expect(ids(alertsOf(values(10, 31), { lockdown, lastVerification: verification({ ok: false }) }))).toEqual([
      'audit_broken P0',
      'lockdown P1',
      'personal_data_spike P3',
    ]);
  });

  it('is not told where it cannot be: too little history, no verification', () => {
    const { notAssessed, looked } = alertsOf(values(10, 31, 3), { lastVerification: null });
    expect(notAssessed.map(({ id }) => id)).toEqual(['audit_broken', 'consent_spike', 'personal_data_spike']);
    expect([...looked, ...notAssessed.map(({ id }) => id)].toSorted()).toEqual(
      alertRules.map(({ id }) => id).toSorted(),
    );
  });

  it('names a section that the runbook has, and no caller', () => {
    const slugs = readChapters().map(({ slug }) => slug);
    const { alerts } = alertsOf(refusals(9, 1_000), { lastVerification: verification({ ok: false }) });
    for (const { runbook } of alerts) expect(slugs).toContain(runbook);
    expect(JSON.stringify(alerts)).not.toContain('kiro');
  });
});

describe('the report', () => {
  it('is passed only where every rule was looked at', () => {
    expect(alertsBody(alertsOf(values(10, 10)))).toMatchObject({ status: 'pass', rows: [] });
    expect(alertsBody(alertsOf(values(10, 10, 3)))).toMatchObject({ status: 'not_assessed' });
  });

  it('fails for P0 and P1, and warns for less', () => {
    expect(alertsBody(alertsOf([], { lockdown: { since: now, expiresAt: now } })).status).toBe('fail');
    expect(alertsBody(alertsOf(values(10, 31))).status).toBe('warn');
  });

  it('says what it looked at where it is empty', () => {
    const { summary } = alertsBody(alertsOf(values(10, 10)));
    expect(summary[0]).toBe('No alert.');
    for (const { id } of alertRules) expect(summary[1]).toContain(id);
  });
});

describe('the arithmetic', () => {
  it('has as many values above the median as below', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 }), (numbers) => {
        const middle = median(numbers) ?? Number.NaN;
        const below = numbers.filter((number) => number < middle).length;
        const above = numbers.filter((number) => number > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(numbers.length / 2);
      }),
    );
    expect([median([]), median([3]), median([1, 4]), median([9, 1, 2])]).toEqual([null, 3, 2.5, 2]);
  });

  it('finds the greatest burst, as a look at every window does', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100)), (times) => {
        const sorted = times.toSorted((a, b) => a - b);
        const burst = new Burst(10);
        for (const at of sorted) burst.add(at);
        const sizes = sorted.map((end) => sorted.filter((at) => at <= end && end - at < 10).length);
        expect(burst.size).toBe(Math.max(0, ...sizes));
      }),
    );
  });

  it('puts counts into their hours', () => {
    const hours = new Hours(now, 3);
    for (const [age, count] of [
      [0, 1],
      [hourMs - 1, 2],
      [hourMs, 4],
      [3 * hourMs, 8],
      [-5, 16],
    ] as const)
      hours.add(now - age, count);
    expect([hours.last, ...hours.before(9)]).toEqual([19, 4, 0]);
  });
});
