import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assessUpstream } from '../../../src/compliance/residency/assess-upstream.ts';
import { type AssessedTarget, residencyGate } from '../../../src/compliance/residency/gate.ts';
import { residencyReport } from '../../../src/compliance/residency/report.ts';
import { residencyStatuses, type Verdict } from '../../../src/compliance/residency/verdict.ts';
import { residencySchema } from '../../../src/config/residency-schema.ts';

const config = (over: object = {}) => residencySchema.parse(over);
const verdict = (status: Verdict['status'], reason = `${status} it is`): Verdict => ({
  status,
  destinations: [],
  reason,
  remedy: status === 'inside' ? null : `Mend ${status}.`,
});
const target = (path: 'direct' | 'mcp', status: Verdict['status'], name: string = path): AssessedTarget => ({
  path,
  target: name,
  verdict: verdict(status),
});

describe('an upstream', () => {
  const assess = (location: string | undefined, url?: string, over: object = {}) =>
    assessUpstream({ name: 'kiro', location, url, config: config(over) });

  it.each([
    ['DE', undefined, 'inside', ['DE']],
    ['NO', undefined, 'inside', ['NO']],
    ['GB', undefined, 'outside', ['GB']],
    ['UK', undefined, 'outside', ['UK']],
    ['eu-west-3', undefined, 'inside', ['eu-west-3']],
    ['eu-west-2', undefined, 'outside', ['eu-west-2']],
    ['local', undefined, 'inside', ['local']],
    ['local', 'http://127.0.0.1:8080/mcp', 'inside', ['local']],
    ['local', 'http://[::1]/mcp', 'inside', ['local']],
    ['local', 'https://mcp.example/', 'not_assessed', []],
    ['local', 'http://127.0.0.1.example/', 'not_assessed', []],
    ['local', 'http://user@example.org:80/127.0.0.1', 'not_assessed', []],
    [undefined, undefined, 'not_assessed', []],
    [undefined, 'http://127.0.0.1/', 'not_assessed', []],
  ])('declared in %s, at %s, is %s', (location, url, status, destinations) => {
    const found = assess(location, url);
    expect(found).toMatchObject({ status, destinations });
    expect(found.remedy === null).toBe(status === 'inside');
    expect(found.reason).toContain('kiro');
  });

  it('is held against its own list', () => {
    expect(assess('DE', undefined, { allowedCountries: ['FR'] }).status).toBe('outside');
    expect(assess('eu-central-1', undefined, { allowedRegions: ['eu-west-1'] }).status).toBe('outside');
    expect(assess('us-east-1', undefined, { allowedRegions: ['us-east-1'] }).status).toBe('inside');
  });
});

describe('the gate', () => {
  const enforce = config({ mode: 'enforce' });

  it('lets everything through where all is inside', () => {
    const targets = [target('direct', 'inside'), target('mcp', 'inside')];
    expect(residencyGate(enforce, targets)).toEqual({
      paths: ['direct', 'mcp'],
      allowed: targets,
      violations: [],
      error: null,
    });
  });

  it('drains a path that is refused', () => {
    const decision = residencyGate(enforce, [target('direct', 'outside'), target('mcp', 'inside')]);
    expect(decision).toMatchObject({ paths: ['mcp'], violations: [{ path: 'direct' }], error: null });
  });

  it('keeps a path open for the upstreams that are inside alone', () => {
    const [first, second] = [target('mcp', 'outside', 'far'), target('mcp', 'inside', 'near')];
    expect(residencyGate(enforce, [first, second])).toMatchObject({ paths: ['mcp'], allowed: [second] });
  });

  it('names both reasons and both remedies where nothing is left', () => {
    const { paths, error } = residencyGate(enforce, [target('direct', 'outside'), target('mcp', 'not_assessed')]);
    expect(paths).toEqual([]);
    expect(error).toMatchObject({
      code: 'residency_violation',
      message:
        'No configured path is known to answer inside the allowed regions. direct: outside it is; mcp: not_assessed it is',
      remedy: 'Mend outside. Mend not_assessed.',
    });
  });

  it('takes what is not known for inside only where it is not strict', () => {
    const unknown = [target('direct', 'not_assessed')];
    expect(residencyGate(enforce, unknown).paths).toEqual([]);
    const lenient = config({ mode: 'enforce', strict: false });
    expect(residencyGate(lenient, unknown)).toMatchObject({ paths: ['direct'], violations: [] });
    expect(residencyGate(lenient, [target('direct', 'outside')]).paths).toEqual([]);
  });

  it('only reports in mode log, and does not look in mode off', () => {
    const targets = [target('direct', 'outside'), target('mcp', 'not_assessed')];
    const log = residencyGate(config({ mode: 'log' }), targets);
    expect(log).toEqual({ paths: ['direct', 'mcp'], allowed: targets, violations: targets, error: null });
    const off = residencyGate(config({ mode: 'off' }), targets);
    expect(off).toEqual({ paths: ['direct', 'mcp'], allowed: targets, violations: [], error: null });
  });

  it('has nothing to say where nothing is configured', () => {
    expect(residencyGate(enforce, [])).toEqual({ paths: [], allowed: [], violations: [], error: null });
  });

  it('by property: enforcing, nothing outside is ever allowed, and an error means that nothing is', () => {
    const targets = fc.array(
      fc.record({
        path: fc.constantFrom('direct' as const, 'mcp' as const),
        target: fc.string(),
        verdict: fc.constantFrom(...residencyStatuses).map((status) => verdict(status)),
      }),
    );
    fc.assert(
      fc.property(targets, fc.boolean(), (list, strict) => {
        const { allowed, paths, violations, error } = residencyGate(config({ mode: 'enforce', strict }), list);
        const statuses = new Set(allowed.map((item) => item.verdict.status));
        expect(statuses.has('outside')).toBe(false);
        expect(strict && statuses.has('not_assessed')).toBe(false);
        expect(allowed.length + violations.length).toBe(list.length);
        expect(new Set(paths)).toEqual(new Set(allowed.map((item) => item.path)));
        expect(error !== null).toBe(list.length > 0 && allowed.length === 0);
      }),
    );
  });
});

describe('the report', () => {
  const targets = [
    { ...target('direct', 'inside', 'eu.a.b'), class: 'emergency' as const },
    { ...target('mcp', 'not_assessed', 'kiro'), class: null },
  ];

  it('has a row for each target, and says what is refused now', () => {
    const report = residencyReport(config({ mode: 'enforce' }), targets);
    expect(report).toMatchObject({
      mode: 'enforce',
      strict: true,
      builtInList: { asOf: '2026-11', source: expect.stringContaining('IAM policies') },
      status: 'not_assessed',
      counts: { inside: 1, outside: 0, not_assessed: 1 },
      rows: [
        { path: 'direct', class: 'emergency', model: 'eu.a.b', upstream: null, status: 'inside', refused: false },
        { path: 'mcp', class: null, model: null, upstream: 'kiro', reason: 'not_assessed it is', refused: true },
      ],
    });
    expect(residencyReport(config(), targets).rows.map((row) => row.refused)).toEqual([false, false]);
  });

  it.each<[Verdict['status'][], Verdict['status']]>([
    [[], 'not_assessed'],
    [['inside', 'inside'], 'inside'],
    [['inside', 'not_assessed'], 'not_assessed'],
    [['not_assessed', 'outside'], 'outside'],
  ])('of %j is %s', (statuses, worst) => {
    const rows = statuses.map((status) => ({ ...target('direct', status), class: null }));
    expect(residencyReport(config(), rows).status).toBe(worst);
  });
});
