import { describe, expect, it } from 'vitest';
import type { ConsentEvaluation } from '../../../src/compliance/consent/evaluate.ts';
import { ConsentError, consentGate, consentQuestion } from '../../../src/compliance/consent/gate.ts';
import { consentSchema } from '../../../src/config/consent-schema.ts';
import { HybridRoutingError } from '../../../src/config/errors.ts';
import { thrownBy } from '../../support-files/thrown.ts';
import { grant } from './grant.ts';

const named = { type: 'standard_analysis', subject: 'user-1', purpose: 'support' } as const;
const unnamed = { type: 'standard_analysis' } as const;
const valid: ConsentEvaluation = { status: 'valid', record: grant() };
const expired: ConsentEvaluation = { status: 'violation', kind: 'expired', message: 'm', remedy: 'r' };
const policy = (over: object = {}) => consentSchema.parse(over);

describe('the gate', () => {
  it('looks at nothing that names nobody, unless the type must', () => {
    expect(consentQuestion(policy(), unnamed)).toBeNull();
    expect(consentGate(policy(), unnamed, null)).toEqual({ allow: true, violation: null });
    const decision = consentGate(policy({ requireFor: ['standard_analysis'] }), unnamed, null);
    expect(decision).toMatchObject({ allow: false, violation: { kind: 'not_named' } });
    expect(consentGate(policy({ requireFor: ['emergency'] }), unnamed, null).allow).toBe(true);
  });

  it('asks for what is named', () => {
    expect(consentQuestion(policy(), named)).toEqual({ subject: 'user-1', purpose: 'support' });
    expect(consentGate(policy(), named, valid)).toEqual({ allow: true, violation: null });
    expect(consentGate(policy(), named, expired)).toEqual({
      allow: false,
      violation: { kind: 'expired', message: 'm', remedy: 'r' },
    });
  });

  it('fails closed where the records could not be read', () => {
    expect(consentGate(policy(), named, null)).toMatchObject({ allow: false, violation: { kind: 'not_evaluated' } });
  });

  it('refuses a purpose outside the list, whatever the records say', () => {
    const decision = consentGate(policy({ purposes: ['billing', 'care'] }), named, valid);
    expect(decision).toMatchObject({ allow: false, violation: { kind: 'purpose_not_allowed' } });
    expect(decision.violation?.remedy).toContain('billing, care');
    expect(consentGate(policy({ purposes: ['support'] }), named, valid).allow).toBe(true);
  });

  it('reports every violation and refuses none in mode log', () => {
    const log = policy({ mode: 'log', requireFor: ['standard_analysis'], purposes: ['support'] });
    expect(consentGate(log, unnamed, null)).toMatchObject({ allow: true, violation: { kind: 'not_named' } });
    expect(consentGate(log, named, expired)).toMatchObject({ allow: true, violation: { kind: 'expired' } });
    expect(consentGate(log, named, null)).toMatchObject({ allow: true, violation: { kind: 'not_evaluated' } });
    const other = consentGate(log, { ...named, purpose: 'other' }, valid);
    expect(other).toMatchObject({ allow: true, violation: { kind: 'purpose_not_allowed' } });
  });

  it('does not look in mode off', () => {
    const off = policy({ mode: 'off', requireFor: ['standard_analysis'], purposes: ['x'] });
    expect(consentQuestion(off, named)).toBeNull();
    expect(consentGate(off, named, expired)).toEqual({ allow: true, violation: null });
    expect(consentGate(off, unnamed, null)).toEqual({ allow: true, violation: null });
  });
});

describe('bad input', () => {
  it.each([
    [{ type: 'emergency', subject: 'user-1' }, 'purpose: is missing, and subject is given'],
    [{ type: 'emergency', purpose: 'support' }, 'subject: is missing, and purpose is given'],
    [{ ...named, subject: 'ann@example.org\n' }, 'subject: must be an identifier'],
    [{ ...named, purpose: 'two words' }, 'purpose: must be 1 to 100 letters'],
    [{ ...named, purpose: '' }, 'purpose: must be'],
  ] as const)('%j is told in every mode', async (request, text) => {
    for (const mode of ['enforce', 'log', 'off']) {
      const error = await thrownBy(HybridRoutingError, () => consentGate(policy({ mode }), request, valid));
      expect(error).toMatchObject({ code: 'invalid_input', message: expect.stringContaining(text) });
      expect(error.message).not.toContain('ann@');
    }
  });
});

describe('configuration', () => {
  it('requires nothing until told to', () => {
    expect(policy()).toEqual({ mode: 'enforce', requireFor: [] });
  });

  it.each([{ mode: 'on' }, { requireFor: ['chat'] }, { purposes: [] }, { purposes: ['a b'] }, { purpose: 'x' }])(
    'refuses %j',
    (over) => expect(consentSchema.safeParse(over).success).toBe(false),
  );
});

it('a refusal keeps its kind', () => {
  const error = new ConsentError({ kind: 'withdrawn', message: 'm', remedy: 'r' });
  expect(error).toMatchObject({ code: 'consent_violation', kind: 'withdrawn', message: 'm', remedy: 'r' });
});
