import { describe, expect, it } from 'vitest';
import type { ConsentRecord } from '../../../src/compliance/consent/record.ts';
import { consentReport } from '../../../src/compliance/consent/report.ts';
import { grant } from './grant.ts';

const dayMs = 86_400_000;
const now = 1_000 * dayMs;
const nothing = { valid: 0, expiring: 0, expired: 0, withdrawn: 0, pending: 0 };

async function* from(records: readonly ConsentRecord[]): AsyncGenerator<ConsentRecord> {
  yield* records;
}

describe('the report', () => {
  it('is empty where there are no records', async () => {
    const report = await consentReport({ records: from([]), now });
    expect(report).toEqual({ at: now, subjects: 0, records: 0, purposes: [], total: nothing });
  });

  it('counts a subject once for a purpose, by the state of all its records', async () => {
    const records = [
      grant({ subject: 'a' }),
      grant({ subject: 'a', withdrawnAt: 5 }),
      grant({ subject: 'a', grantedAt: 6 }), // revived
      grant({ subject: 'a', purpose: 'analytics', expiresAt: now }),
      grant({ subject: 'b', withdrawnAt: 5 }),
      grant({ subject: 'b', purpose: 'analytics', grantedAt: now + 1 }),
      grant({ subject: 'c', legalBasis: 'contract' }),
      grant({ subject: 'c', withdrawnAt: 5 }),
    ];
    const report = await consentReport({ records: from(records), now });
    expect(report).toEqual({
      at: now,
      subjects: 3,
      records: 8,
      purposes: [
        { purpose: 'analytics', counts: { ...nothing, expired: 1, pending: 1 } },
        { purpose: 'support', counts: { ...nothing, valid: 2, withdrawn: 1 } },
      ],
      total: { ...nothing, valid: 2, expired: 1, withdrawn: 1, pending: 1 },
    });
  });

  it.each([
    [30 * dayMs, 1],
    [30 * dayMs + 1, 0],
    [1, 1],
  ])('a record with %d ms left: %d expiring', async (left, expiring) => {
    const { total } = await consentReport({ records: from([grant({ expiresAt: now + left })]), now });
    expect(total).toEqual({ ...nothing, valid: 1, expiring });
  });

  it('does not call expiring what a later record prolongs', async () => {
    const records = [grant({ expiresAt: now + 1 }), grant({ grantedAt: 5, expiresAt: now + 400 * dayMs })];
    const { total } = await consentReport({ records: from(records), now });
    expect(total).toEqual({ ...nothing, valid: 1 });
  });
});
