import { describe, expect, it } from 'vitest';
import {
  consentRecordSchema,
  endsOnWithdrawal,
  type LegalBasis,
  legalBases,
  withdrawalOf,
} from '../../../src/compliance/consent/record.ts';
import { HybridRoutingError } from '../../../src/config/errors.ts';
import { thrownBy } from '../../support-files/thrown.ts';
import { grant } from './grant.ts';

const fieldsOf = (record: unknown) =>
  consentRecordSchema.safeParse(record).error?.issues.map((issue) => issue.path.join('.')) ?? [];

describe('a record', () => {
  it('is taken as it is', () => {
    expect(consentRecordSchema.parse(grant({ expiresAt: 1 }))).toEqual(grant({ expiresAt: 1 }));
  });

  it.each(['a', 'user-1', '0b9e2c54-5d4b-4f0f-9a51-9f2c9f3f1a77', 'ann@example.org', 'Jörg Example', 'x'.repeat(200)])(
    'takes the identifier %s',
    (subject) => expect(fieldsOf(grant({ subject }))).toEqual([]),
  );

  it.each(['', ' ', 'x'.repeat(201), ' ann', 'ann ', 'not UTF-8: \uFFFD', 'a\nb'])(
    'refuses the subject %j',
    (subject) => expect(fieldsOf(grant({ subject }))).toEqual(['subject']),
  );

  it.each([
    [{ purpose: 'two words' }, 'purpose'],
    [{ noticeVersion: '' }, 'noticeVersion'],
    [{ evidence: 'x'.repeat(501) }, 'evidence'],
    [{ evidence: 'line\nbreak' }, 'evidence'],
    [{ evidence: 'not UTF-8: \uFFFD' }, 'evidence'],
    [{ grantedAt: 1.5 }, 'grantedAt'],
    [{ grantedAt: 5, expiresAt: 5 }, 'expiresAt'],
    [{ grantedAt: 5, withdrawnAt: 4 }, 'withdrawnAt'],
  ])('refuses %j', (over, field) => expect(fieldsOf(grant(over))).toEqual([field]));

  it('may be withdrawn in the millisecond in which it was given', () => {
    expect(fieldsOf(grant({ grantedAt: 5, withdrawnAt: 5, expiresAt: 6 }))).toEqual([]);
  });
});

describe('a withdrawal', () => {
  const times = { withdrawnAt: 7, recordedAt: 8, evidence: 'ticket 5' };

  it('repeats the grant', () => {
    expect(withdrawalOf(grant(), times)).toEqual(grant(times));
  });

  it.each<[LegalBasis, boolean]>([
    ['consent', true],
    ['public_task', true],
    ['legitimate_interests', true],
    ['contract', false],
    ['legal_obligation', false],
    ['vital_interests', false],
  ])('of %s: %s', async (legalBasis, possible) => {
    expect(endsOnWithdrawal(legalBasis)).toBe(possible);
    expect(fieldsOf(grant({ legalBasis, withdrawnAt: 7 }))).toEqual(possible ? [] : ['withdrawnAt']);
    if (possible) return expect(withdrawalOf(grant({ legalBasis }), times).withdrawnAt).toBe(7);
    const error = await thrownBy(HybridRoutingError, () => withdrawalOf(grant({ legalBasis }), times));
    expect(error.code).toBe('invalid_input');
    expect(error.message).toContain(`withdrawnAt: must be empty: ${legalBasis} is not withdrawn`);
  });

  it('is not before its grant', async () => {
    const error = await thrownBy(HybridRoutingError, () => withdrawalOf(grant({ grantedAt: 9 }), times));
    expect(error.message).toBe('withdrawnAt: must not be before grantedAt');
  });

  it('has a rule for each basis', () => expect(legalBases).toHaveLength(6));
});
