import type { ConsentRecord } from '../../../src/compliance/consent/record.ts';

/** A consent to "support", given at 0 and without an end. */
export function grant(over: Partial<ConsentRecord> = {}): ConsentRecord {
  return {
    subject: 'user-1',
    purpose: 'support',
    legalBasis: 'consent',
    noticeVersion: 'v3',
    grantedAt: 0,
    withdrawnAt: null,
    expiresAt: null,
    evidence: 'form 12',
    recordedAt: 0,
    ...over,
  };
}
