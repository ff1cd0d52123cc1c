import { describe, expect, it } from 'vitest';
import { alertsWithoutStore } from '../../../src/compliance/reports/alerts/alerts-report.ts';
import { type Control, nextOf, statusCounts, worstOf } from '../../../src/compliance/reports/control.ts';
import { gdprControls } from '../../../src/compliance/reports/gdpr/controls.ts';
import type { GdprFacts } from '../../../src/compliance/reports/gdpr/facts.ts';
import { gdprBody } from '../../../src/compliance/reports/gdpr/gdpr-status.ts';
import { dayMs, hourMs } from '../../../src/compliance/reports/period.ts';
import { now, operationEntry, refusedBody, withdrawn } from './bodies.ts';
import { gdprFactsOf, verification } from './facts.ts';

function controlOf(id: string, facts: GdprFacts): Control {
  const found = gdprControls(facts).find((control) => control.id === id);
  if (!found) throw new Error(`no control ${id}`);
  return found;
}

const refused = { seq: 3, at: now, kind: 'OPERATION', body: refusedBody() } as const;
const based = operationEntry({ consent: { purpose: 'support', violation: null } }, 2);
const detected = operationEntry({ personalData: { mode: 'detect', counts: { EMAIL: 1 }, failedStages: 0 } }, 7);
const notLooked = operationEntry({ personalData: { mode: 'off', counts: {}, failedStages: 0 } });
const erased = { seq: 9, at: now, kind: 'ERASURE', body: { phase: 'done', subject: 's' } } as const;
const inUs = { 'direct.region': 'us-east-1', 'direct.modelId': 'us.anthropic.claude-sonnet-4-6' };
const undeclared = { 'mcp.upstreams': [{ name: 'up', command: 'x', tool: 't' }] };
const leftRule = operationEntry({ residency: [{ path: 'direct', target: 'm', status: 'outside' }] }, 4);
const nothing = { 'direct.enabled': false };
const breach = {
  id: 'audit_broken',
  severity: 'P0',
  since: now - 10 * hourMs,
  value: 1,
  threshold: 1,
  window: 'w',
  n: 1,
  message: 'The audit log is broken.',
  runbook: 'incidents',
  next: { tool: 't', arguments: {}, why: 'w' },
} as const;
const oldLog = { size: 10, oldestContentAt: now - 40 * dayMs };

describe('a control', () => {
  it.each<[string, Control['status'], RegExp, Parameters<typeof gdprFactsOf>[0]]>([
    ['GDPR Art. 5(1)(c)', 'not_assessed', /No operation/, {}],
    ['GDPR Art. 5(1)(c)', 'pass', /1 operations were looked at/, { entries: [operationEntry()] }],
    ['GDPR Art. 5(1)(c)', 'fail', /1 values were found and left/, { entries: [operationEntry(), detected] }],
    ['GDPR Art. 5(1)(c)', 'warn', /1 operations were not looked at/, { entries: [notLooked] }],
    ['GDPR Art. 5(1)(e)', 'not_assessed', /empty/, { flags: { 'audit.retentionDays': 30 } }],
    ['GDPR Art. 5(1)(e)', 'warn', /for ever/, { log: { size: 1 } }],
    ['GDPR Art. 5(1)(e)', 'fail', /past 30 days/, { flags: { 'audit.retentionDays': 30 }, log: oldLog }],
    ['GDPR Art. 5(1)(e)', 'pass', /after 60 days/, { flags: { 'audit.retentionDays': 60 }, log: oldLog }],
    ['GDPR Art. 5(2)', 'not_assessed', /not been verified/, { entries: [operationEntry()], log: { size: 10 } }],
    ['GDPR Art. 5(2)', 'pass', /whole/, { log: { lastVerification: verification() } }],
    [
      'GDPR Art. 5(2)',
      'fail',
      /row 4 \(chain\)/,
      { log: { lastVerification: verification({ ok: false, firstBreak: { seq: 4, kind: 'chain' } }) } },
    ],
    ['GDPR Art. 6, 7', 'not_assessed', /No operation was routed/, {}],
    ['GDPR Art. 6, 7', 'not_assessed', /named a data subject/, { entries: [operationEntry()] }],
    ['GDPR Art. 6, 7', 'pass', /none went on/, { entries: [based, refused] }],
    ['GDPR Art. 6, 7', 'warn', /mode log/, { flags: { 'consent.mode': 'log' }, entries: [based] }],
    ['GDPR Art. 6, 7', 'fail', /1 operations went on/, { entries: [operationEntry({ consent: withdrawn })] }],
    [
      'GDPR Art. 6, 7',
      'not_assessed',
      /mode is off/,
      { flags: { 'consent.mode': 'off' }, entries: [operationEntry()] },
    ],
    ['GDPR Art. 17', 'not_assessed', /Nobody was erased/, {}],
    ['GDPR Art. 17', 'pass', /1 people were erased/, { entries: [erased] }],
    [
      'GDPR Art. 17',
      'warn',
      /1 erasures were begun/,
      { entries: [erased], log: { openErasures: [{ subject: 'a', seq: 5, at: now }] } },
    ],
    ['GDPR Art. 17', 'fail', /begun/, { log: { openErasures: [{ subject: 'a', seq: 5, at: now - 31 * dayMs }] } }],
    ['GDPR Art. 25', 'not_assessed', /no operation has shown it/, {}],
    ['GDPR Art. 25', 'pass', /Every class/, { entries: [operationEntry()] }],
    [
      'GDPR Art. 25',
      'fail',
      /emergency off/,
      { flags: { 'personalData.modes.emergency': 'off' }, entries: [operationEntry()] },
    ],
    ['GDPR Art. 28', 'not_applicable', /Neither/, { flags: nothing }],
    ['GDPR Art. 28', 'not_assessed', /AWS Bedrock in eu-central-1/, {}],
    ['GDPR Art. 28', 'warn', /does not declare/, { flags: undeclared }],
    ['GDPR Art. 30', 'not_assessed', /No operation/, {}],
    ['GDPR Art. 30', 'pass', /1 lines/, { entries: [based] }],
    ['GDPR Art. 30', 'warn', /1 name no purpose/, { entries: [based, operationEntry()] }],
    ['GDPR Art. 32', 'warn', /Checkpoints anchored outside/, { log: { lastVerification: verification() } }],
    ['GDPR Art. 32', 'fail', /Audit log verified/, { log: { lastVerification: verification({ ok: false }) } }],
    ['GDPR Art. 33', 'not_assessed', /no rows/, {}],
    ['GDPR Art. 33', 'pass', /1 rows/, { entries: [operationEntry()] }],
    ['GDPR Art. 33', 'warn', /x \(P2\)/, { alerts: { alerts: [{ ...breach, id: 'x', severity: 'P2' }] } }],
    ['GDPR Art. 33', 'fail', /2026-03-05T02:00:00.000Z: 62 h are left/, { alerts: { alerts: [breach] } }],
    ['GDPR Art. 33', 'fail', /ended 8 h ago/, { alerts: { alerts: [{ ...breach, since: now - 80 * hourMs }] } }],
    [
      'GDPR Art. 33',
      'not_assessed',
      /because/,
      { entries: [operationEntry()], alerts: { notAssessed: [{ id: 'audit_broken', reason: 'because' }] } },
    ],
    ['GDPR Art. 44-49', 'not_applicable', /Neither/, { flags: nothing }],
    ['GDPR Art. 44-49', 'not_assessed', /No operation/, {}],
    ['GDPR Art. 44-49', 'pass', /3 inside, 0 outside/, { entries: [operationEntry()] }],
    ['GDPR Art. 44-49', 'fail', /1 operations went/, { entries: [leftRule] }],
    ['GDPR Art. 44-49', 'warn', /3 outside/, { flags: inUs, entries: [operationEntry()] }],
    [
      'GDPR Art. 44-49',
      'pass',
      /3 outside/,
      { flags: { ...inUs, 'residency.mode': 'enforce' }, entries: [operationEntry()] },
    ],
    ['GDPR Art. 44-49', 'not_assessed', /not known/, { flags: undeclared, entries: [operationEntry()] }],
    ['AI Act Art. 12', 'not_assessed', /No operation/, {}],
    ['AI Act Art. 12', 'pass', /1 name model/, { entries: [operationEntry()] }],
    ['AI Act Art. 12', 'warn', /0 name model/, { entries: [operationEntry({ model: null })] }],
    ['AI Act Art. 26(6)', 'not_assessed', /empty/, {}],
    ['AI Act Art. 26(6)', 'pass', /for ever/, { log: { size: 10 } }],
    ['AI Act Art. 26(6)', 'warn', /after 183 days/, { flags: { 'audit.retentionDays': 183 }, log: { size: 10 } }],
    ['AI Act Art. 26(6)', 'pass', /for 184 days/, { flags: { 'audit.retentionDays': 184 }, log: { size: 10 } }],
    ['AI Act Art. 26(6)', 'warn', /lost their content/, { log: { size: 10, newestPrunedAt: now - dayMs } }],
    ['AI Act Art. 50', 'not_assessed', /cannot be seen/, { entries: [operationEntry()] }],
  ])('%s is %s: %s', (id, status, reason, given) => {
    const control = controlOf(id, gdprFactsOf(given));
    expect(control.status).toBe(status);
    expect(control.reason).toMatch(reason);
  });
});

describe('the controls', () => {
  it('pass nothing where nothing was measured', () => {
    expect(gdprControls(gdprFactsOf({})).filter(({ status }) => status === 'pass')).toEqual([]);
  });

  it('pass nothing that rests on rows while they cannot be read', () => {
    const auditStatus = { state: 'stored', cause: null, waiting: 0 } as const;
    const alerts = alertsWithoutStore({ auditStatus, lockdown: null, now }, 'disk full');
    const away = { ...gdprFactsOf({ entries: [operationEntry()] }), read: null, cause: 'disk full', alerts };
    expect(gdprControls(away).filter(({ status }) => status === 'pass')).toEqual([]);
    expect(controlOf('GDPR Art. 30', away)).toMatchObject({
      status: 'not_assessed',
      reason: expect.stringMatching(/disk full/),
    });
    expect(gdprBody(away).summary[0]).toMatch(/store cannot be read/);
  });

  it('rest on the rows that they name', () => {
    const facts = gdprFactsOf({ entries: [based, refused, detected] });
    expect(controlOf('GDPR Art. 6, 7', facts).evidence).toEqual({ from: 2, to: 3, rows: 2 });
    expect(controlOf('GDPR Art. 5(1)(c)', facts).evidence).toEqual({ from: 7, to: 7, rows: 1 });
  });

  it('leave no failure and no warning without a next call or a step for a person', () => {
    const facts = gdprFactsOf({
      flags: { ...inUs, ...undeclared, 'personalData.modes.emergency': 'off' },
      entries: [operationEntry({ consent: withdrawn }), detected, leftRule],
      log: { size: 10, openErasures: [{ subject: 'a', seq: 1, at: 0 }], lastVerification: verification({ ok: false }) },
      alerts: { alerts: [breach] },
    });
    for (const { id, status, next, person } of gdprControls(facts))
      if (status === 'fail' || status === 'warn') expect([id, next ?? person]).not.toEqual([id, null]);
  });

  it('name no person', () => {
    const text = JSON.stringify(gdprControls(gdprFactsOf({ entries: [refused] })));
    expect(text).not.toContain('5d0c9f6e');
  });

  it('say what was not counted', () => {
    const entries = [
      { seq: 1, at: now, kind: 'pruned' },
      { seq: 2, at: now, kind: 'unreadable' },
    ] as const;
    expect(gdprBody(gdprFactsOf({ entries })).summary[1]).toBe('Not counted: 1 pruned rows, 1 that could not be read.');
  });
});

describe('the status of the whole', () => {
  it.each<[Control['status'][], Control['status']]>([
    [[], 'not_applicable'],
    [['not_applicable'], 'not_applicable'],
    [['pass', 'pass'], 'pass'],
    [['pass', 'not_applicable'], 'pass'],
    [['pass', 'not_assessed'], 'not_assessed'],
    [['not_assessed', 'warn'], 'warn'],
    [['warn', 'fail', 'not_assessed'], 'fail'],
  ])('the worst of %j is %s', (statuses, worst) => {
    expect(worstOf(statuses.map((status) => ({ status })))).toBe(worst);
  });

  it('counts the statuses that occur', () => {
    expect(statusCounts([{ status: 'fail' }, { status: 'pass' }, { status: 'pass' }])).toBe('2 pass, 1 fail');
  });

  it('names each next call once, those of failures first', () => {
    const call = (report: string) => ({ tool: 'compliance_report', arguments: { report }, why: 'w' });
    const control = (status: Control['status'], report: string): Control => {
      return { id: report, title: '', status, reason: '', evidence: null, next: call(report), person: null };
    };
    const controls = [control('warn', 'b'), control('pass', 'c'), control('fail', 'a'), control('warn', 'a')];
    expect(nextOf(controls)).toEqual([call('a'), call('b')]);
  });
});
