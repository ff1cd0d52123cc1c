import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type OperationType, operationTypes, otherPath, pathNames } from '../../src/config/operation-types.ts';
import { decide, type HealthSnapshot, type PathView } from '../../src/routing/decide.ts';
import { runbookPolicy } from '../../src/routing/policy.ts';

const view = (changes: Partial<PathView> = {}): PathView => ({
  configured: true,
  status: 'healthy',
  cause: null,
  ...changes,
});
const absent = view({ configured: false, status: 'unknown' });
const sick = view({ status: 'unhealthy', cause: 'ECONNREFUSED' });
const decided = (type: OperationType, health: Partial<HealthSnapshot> = {}) =>
  decide(type, { direct: view(), mcp: view(), ...health }, null, runbookPolicy);

const critical = ['infrastructure', 'meta_monitor', 'implementation'] as const;
const standard = ['kiro_communication', 'standard_analysis', 'background_task'] as const;

describe('by the policy of the runbook', () => {
  it('an emergency goes to direct, then mcp', () => {
    expect(decided('emergency')).toEqual({
      primary: 'direct',
      fallback: 'mcp',
      reasons: ['emergency: direct first'],
      policyVersion: 'runbook-1.0.0',
    });
  });

  it.each(critical)('%s goes to direct while it is healthy', (type) => {
    const { primary, fallback, reasons } = decided(type);
    expect({ primary, fallback }).toEqual({ primary: 'direct', fallback: 'mcp' });
    expect(reasons).toEqual(['critical: direct while it is healthy', 'direct is healthy']);
  });

  it.each(standard)('%s goes to mcp, then direct', (type) => {
    expect(decided(type)).toMatchObject({ primary: 'mcp', fallback: 'direct', reasons: ['standard: mcp first'] });
  });

  it.each(operationTypes)('%s leaves a sick path for the other, and keeps the sick one as its fallback', (type) => {
    const { primary: usual } = decided(type);
    if (usual === null) throw new Error('no usual path');
    const { primary, fallback, reasons } = decided(type, { [usual]: sick });
    expect({ primary, fallback }).toEqual({ primary: otherPath(usual), fallback: usual });
    expect(reasons.at(-1)).toBe(`${usual} is unhealthy (ECONNREFUSED): ${otherPath(usual)} first`);
  });

  it.each(['degraded', 'unknown'] as const)('a path that is %s is not left', (status) => {
    expect(decided('emergency', { direct: view({ status }) }).primary).toBe('direct');
    expect(decided('background_task', { mcp: view({ status }) }).primary).toBe('mcp');
  });

  it('tries the preferred path where both are sick', () => {
    const { primary, fallback, reasons } = decided('emergency', { direct: sick, mcp: sick });
    expect({ primary, fallback }).toEqual({ primary: 'direct', fallback: 'mcp' });
    expect(reasons.at(-1)).toContain('direct is tried all the same');
  });
});

describe('with a path that is not configured', () => {
  it('takes the other, without a fallback', () => {
    expect(decided('emergency', { direct: absent })).toMatchObject({
      primary: 'mcp',
      fallback: null,
      reasons: ['emergency: direct first', 'direct is not configured', 'no fallback: direct is not configured'],
    });
  });

  it('keeps a sick path that is the only one', () => {
    const { primary, fallback } = decided('emergency', { direct: sick, mcp: absent });
    expect({ primary, fallback }).toEqual({ primary: 'direct', fallback: null });
  });

  it('takes none where there is none', () => {
    const { primary, fallback, reasons } = decided('emergency', { direct: absent, mcp: absent });
    expect({ primary, fallback }).toEqual({ primary: null, fallback: null });
    expect(reasons.at(-1)).toBe('no path is configured');
  });
});

describe('with an override', () => {
  const override = { route: 'mcp', reason: 'Bedrock is down', expiresAt: 1 } as const;
  const overridden = (health: Partial<HealthSnapshot> = {}) =>
    decide('emergency', { direct: view(), mcp: view(), ...health }, override, runbookPolicy);

  it('takes its path first, even a sick one', () => {
    const { primary, fallback, reasons } = overridden({ mcp: sick });
    expect({ primary, fallback }).toEqual({ primary: 'mcp', fallback: 'direct' });
    expect(reasons).toEqual(['operator override: mcp first (Bedrock is down)']);
  });

  it('leaves its path only where that is not configured', () => {
    expect(overridden({ mcp: absent })).toMatchObject({ primary: 'direct', fallback: null });
  });
});

describe('for any state', () => {
  const anyView = fc.record({
    configured: fc.boolean(),
    status: fc.constantFrom('healthy', 'degraded', 'unhealthy', 'unknown'),
    cause: fc.option(fc.string()),
  });
  const anyHealth = fc.record({ direct: anyView, mcp: anyView });
  const anyOverride = fc.option(
    fc.record({ route: fc.constantFrom(...pathNames), reason: fc.string(), expiresAt: fc.integer() }),
  );
  const anyType = fc.constantFrom(...operationTypes);

  it('decides: never a path that is not configured, never without a reason, always the other path as fallback', () => {
    fc.assert(
      fc.property(anyType, anyHealth, anyOverride, (type, health, override) => {
        const { primary, fallback, reasons } = decide(type, health, override, runbookPolicy);
        expect(reasons.length).toBeGreaterThan(0);
        expect(reasons.every((reason) => reason !== '')).toBe(true);
        if (primary === null) {
          expect([health.direct.configured, health.mcp.configured, fallback]).toEqual([false, false, null]);
          return;
        }
        expect(health[primary].configured).toBe(true);
        expect(fallback).toBe(health[otherPath(primary)].configured ? otherPath(primary) : null);
        if (override && health[override.route].configured) expect(primary).toBe(override.route);
      }),
      { numRuns: 1_000 },
    );
  });

  it('decides the same again, and changes nothing that it is given', () => {
    fc.assert(
      fc.property(anyType, anyHealth, anyOverride, (type, health, override) => {
        const given = structuredClone({ health, override });
        const first = decide(type, health, override, runbookPolicy);
        expect(decide(type, health, override, runbookPolicy)).toEqual(first);
        expect({ health, override }).toEqual(given);
      }),
    );
  });

  it('never prefers a sick path to a well one, without an override', () => {
    fc.assert(
      fc.property(anyType, anyHealth, (type, health) => {
        const { primary, fallback } = decide(type, health, null, runbookPolicy);
        if (primary === null || fallback === null || health[primary].status !== 'unhealthy') return;
        expect(health[fallback].status).toBe('unhealthy');
      }),
    );
  });
});
