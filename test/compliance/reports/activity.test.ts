import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Activity } from '../../../src/compliance/reports/activity.ts';
import type { Entry } from '../../../src/compliance/reports/entry.ts';
import { compared, figuresOf } from '../../../src/compliance/reports/figures.ts';
import { residencyOutcome } from '../../../src/compliance/reports/residency-outcome.ts';
import { otherNames, Tally } from '../../../src/compliance/reports/tally.ts';
import { accessEntry, now, operationBody, operationEntry, refusedBody, withdrawn } from './bodies.ts';

function counted(entries: readonly Entry[]): Activity {
  const activity = new Activity();
  for (const entry of entries) activity.add(entry);
  return activity;
}

const place = { seq: 1, at: now };
const outside = (path: string, target: string, status = 'outside') => [{ path, target, status }];

describe('the activity of a period', () => {
  it('leaves dry runs and own probes out of every number but their own', () => {
    const { operations, personalData, gates, processing } = counted([
      operationEntry(),
      operationEntry({ dryRun: true, consent: withdrawn }),
      operationEntry({ probe: true, personalData: { mode: 'detect', counts: { EMAIL: 9 }, failedStages: 0 } }),
    ]);
    expect([operations.total, operations.dryRuns, operations.probes]).toEqual([1, 1, 1]);
    expect([personalData.looked, personalData.left, gates.asked, processing.list().length]).toEqual([1, 0, 0, 1]);
  });

  it('rates the SLA over what could meet it', () => {
    const { operations } = counted([
      operationEntry(),
      operationEntry({ slaMet: false }),
      operationEntry({ slaMet: null, status: 'refused' }),
    ]);
    expect(operations.slaPercent).toBe(50);
    expect(counted([]).operations.slaPercent).toBeNull();
  });

  it('tells values that were kept back from those that were left', () => {
    const { personalData } = counted([
      operationEntry({ personalData: { mode: 'tokenize', counts: { EMAIL: 2, IBAN: 1 }, failedStages: 0 } }),
      operationEntry({ personalData: { mode: 'detect', counts: { EMAIL: 4 }, failedStages: 0 } }, 2),
      operationEntry({ personalData: { mode: 'off', counts: {}, failedStages: 0 } }),
    ]);
    const { kept, left, looked, notLooked } = personalData;
    expect({ kept, left, looked, notLooked }).toEqual({ kept: 3, left: 4, looked: 2, notLooked: 1 });
    expect(personalData.types.text()).toBe('6 EMAIL, 1 IBAN');
    expect(personalData.leftEvidence.range()).toEqual({ from: 2, to: 2, rows: 1 });
  });

  it('tells violations that were refused from those that went on', () => {
    const { gates } = counted([
      { ...place, kind: 'OPERATION', body: refusedBody() },
      operationEntry({ consent: withdrawn }, 5),
      operationEntry({ consent: { purpose: 'support', violation: null } }),
    ]);
    expect([gates.asked, gates.consent.total, gates.wentOn]).toEqual([3, 2, 1]);
    expect(gates.wentOnEvidence.range()).toEqual({ from: 5, to: 5, rows: 1 });
  });

  it('counts what is pruned and what cannot be read', () => {
    const { rows, pruned, unreadable } = counted([
      { ...place, kind: 'pruned' },
      { ...place, seq: 2, kind: 'unreadable' },
      { ...place, seq: 3, kind: 'other' },
    ]);
    expect([rows.range(), pruned, unreadable]).toEqual([{ from: 1, to: 3, rows: 3 }, 1, 1]);
  });

  it('has parts that add up to the total, in whatever order the rows come', () => {
    const body = fc.record({
      operation: fc.constantFrom('emergency', 'infrastructure'),
      status: fc.constantFrom('answered', 'refused', 'failed'),
      path: fc.constantFrom('direct', 'mcp', 'none'),
      error: fc.constantFrom(null, 'unavailable'),
      slaMet: fc.constantFrom(true, false, null),
      latencyMs: fc.nat(60_000),
    } as const);
    fc.assert(
      fc.property(fc.array(body), (bodies) => {
        const entries = bodies.map((changes, index) => operationEntry(changes, index + 1));
        const { operations } = counted(entries);
        expect(operations.total).toBe(bodies.length);
        for (const part of [operations.types, operations.statuses, operations.paths])
          expect(part.total).toBe(bodies.length);
        expect(operations.slaMet).toBeLessThanOrEqual(operations.slaRated);
        expect(figuresOf(counted(entries.toReversed()))).toEqual(figuresOf(counted(entries)));
      }),
    );
  });
});

describe('residency of one operation', () => {
  it.each([
    ['refused', { error: 'residency_violation', attempts: [], residency: outside('direct', 'm') }, 'residency_refused'],
    ['answered outside', { residency: outside('direct', 'm') }, 'residency_outside'],
    ['answered where nobody knows', { residency: outside('direct', 'm', 'not_assessed') }, 'residency_not_assessed'],
    ['left alone', { residency: outside('mcp', 'up') }, null],
    [
      'the upstream outside answered',
      { upstream: 'up', attempts: [{ path: 'mcp' }], residency: outside('mcp', 'up') },
      'residency_outside',
    ],
    [
      'another upstream answered',
      { upstream: 'in', attempts: [{ path: 'mcp' }], residency: outside('mcp', 'up') },
      null,
    ],
    [
      'an upstream failed, unnamed',
      { attempts: [{ path: 'mcp' }, { path: 'direct' }], residency: outside('mcp', 'up') },
      'residency_possible',
    ],
    ['a dry run', { attempts: [], residency: outside('direct', 'm') }, null],
  ])('%s', (_, changes, outcome) => {
    expect(residencyOutcome(operationBody(changes))).toBe(outcome);
  });
});

describe('figures of two periods', () => {
  it('pairs counts, and does not invent what was not measured', () => {
    const before = counted([operationEntry({ error: 'unavailable', status: 'failed', slaMet: null })]);
    const rows = compared(figuresOf(counted([operationEntry(), operationEntry()])), figuresOf(before));
    const of = (measure: string) => rows.find((row) => row.measure === measure);
    expect(of('total')).toMatchObject({ value: 2, previous: 1, change: 1 });
    expect(of('code unavailable')).toMatchObject({ section: 'errors', value: 0, previous: 1, change: -1 });
    expect(of('SLA met')).toMatchObject({ value: 100, previous: null, change: null });
    expect(of('emergency p95')).toMatchObject({ previous: null, change: null });
  });

  it('keeps the figures of a section together', () => {
    const rows = compared(figuresOf(counted([accessEntry()])), figuresOf(counted([operationEntry({ error: 'x' })])));
    const sections = rows.map(({ section }) => section);
    expect(sections).toEqual(sections.toSorted((a, b) => sections.indexOf(a) - sections.indexOf(b)));
  });
});

describe('a tally', () => {
  it('has a total that is the sum of its counts', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(9))), (counts) => {
        const tally = new Tally();
        for (const [name, count] of counts) tally.add(name, count);
        expect(tally.total).toBe(tally.entries().reduce((sum, [, count]) => sum + count, 0));
        for (const [name, count] of tally.entries()) expect(tally.of(name)).toBe(count);
      }),
    );
  });

  it('stays bounded, and loses no count', () => {
    const tally = new Tally();
    for (let name = 0; name < 1_000; name += 1) tally.add(`purpose-${name}`);
    expect(tally.entries()).toHaveLength(101);
    expect(tally.of(otherNames)).toBe(900);
    expect(tally.total).toBe(1_000);
  });

  it('names the greatest first', () => {
    const tally = new Tally();
    for (const [name, count] of [
      ['b', 1],
      ['a', 1],
      ['c', 5],
    ] as const)
      tally.add(name, count);
    expect(tally.text(2)).toBe('5 c, 1 a, 1 more');
  });
});
