import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateConsent } from '../../../src/compliance/consent/evaluate.ts';
import { type ConsentRecord, legalBases } from '../../../src/compliance/consent/record.ts';
import { grant } from './grant.ts';

/** `valid`, or the kind of the violation. */
function verdict(records: readonly ConsentRecord[], now: number, purpose = 'support'): string {
  const evaluation = evaluateConsent(records, purpose, now);
  return evaluation.status === 'valid' ? 'valid' : evaluation.kind;
}

describe('edges, to the millisecond', () => {
  const record = grant({ grantedAt: 100, expiresAt: 200 });

  it.each([
    [99, 'no_record'],
    [100, 'valid'],
    [199, 'valid'],
    [200, 'expired'],
  ])('a grant from 100 to 200 is, at %d, %s', (now, expected) => expect(verdict([record], now)).toBe(expected));

  it.each([
    [149, 'valid'],
    [150, 'withdrawn'],
    [200, 'withdrawn'],
  ])('withdrawn at 150 it is, at %d, %s', (now, expected) => {
    expect(verdict([record, { ...record, withdrawnAt: 150 }], now)).toBe(expected);
  });

  it('a grant in the millisecond of a withdrawal is withdrawn, one after it revives', () => {
    const withdrawal = { ...record, withdrawnAt: 150 };
    expect(verdict([record, withdrawal, grant({ grantedAt: 150 })], 160)).toBe('withdrawn');
    expect(verdict([record, withdrawal, grant({ grantedAt: 151 })], 160)).toBe('valid');
    expect(verdict([record, withdrawal, grant({ grantedAt: 151 })], 150)).toBe('withdrawn');
  });
});

describe('what is missing', () => {
  it('is everything, the purpose, or the time', () => {
    const other = grant({ purpose: 'analytics' });
    expect(verdict([], 5)).toBe('no_record');
    expect(verdict([other], 5)).toBe('wrong_purpose');
    expect(verdict([grant({ purpose: 'analytics', expiresAt: 5 })], 5)).toBe('no_record');
    expect(verdict([other, grant({ grantedAt: 6 })], 5)).toBe('wrong_purpose');
    expect(verdict([other, grant({ expiresAt: 5 })], 5)).toBe('expired');
  });

  it('is what the subject said last: a grant after a withdrawal expires, a withdrawal after an expiry stands', () => {
    const withdrawal = grant({ withdrawnAt: 1 });
    const revived = grant({ grantedAt: 2, expiresAt: 3 });
    expect(verdict([grant(), withdrawal, revived], 5)).toBe('expired');
    expect(verdict([revived, withdrawal, grant()], 5)).toBe('expired');
    expect(verdict([grant({ expiresAt: 1 }), grant({ expiresAt: 1, withdrawnAt: 4 })], 5)).toBe('withdrawn');
  });

  it('is told with the purpose and a next step, and without the subject', () => {
    const cases = [
      [],
      [grant({ purpose: 'analytics' })],
      [grant({ withdrawnAt: 1 })],
      [grant({ expiresAt: 1 })],
      [grant({ legalBasis: 'legitimate_interests', withdrawnAt: 1 })],
    ];
    const texts = cases.map((records) => {
      const evaluation = evaluateConsent(records, 'support', 5);
      return evaluation.status === 'violation' ? `${evaluation.message}. ${evaluation.remedy}` : 'valid';
    });
    expect(texts.filter((text) => text.includes('user-1'))).toEqual([]);
    expect(texts).toMatchInlineSnapshot(`
      [
        "No legal basis for the purpose "support" is recorded for the data subject. Record or import the grant before the operation; check that subject is the identifier that the grant was recorded under.",
        "The data subject's legal bases are for other purposes than "support". Name the purpose that the subject was told of, or ask for this one and record the grant.",
        "Consent to the purpose "support" was withdrawn. Do not process for this purpose. Only a new grant, recorded with a later grantedAt, makes it lawful again.",
        "The legal basis for the purpose "support" has expired. Leave the operation undone, or ask the data subject with the current notice and record the new grant.",
        "The data subject has objected to the purpose "support" (legitimate_interests). Do not process for this purpose. Only a new grant, recorded with a later grantedAt, makes it lawful again.",
      ]
    `);
  });
});

describe('legal bases', () => {
  const withdrawal = grant({ withdrawnAt: 3 });

  it('a withdrawn consent leaves another basis for the same purpose alone', () => {
    expect(verdict([grant(), withdrawal, grant({ legalBasis: 'contract' })], 5)).toBe('valid');
    expect(verdict([grant(), withdrawal, grant({ legalBasis: 'contract', expiresAt: 4 })], 5)).toBe('withdrawn');
  });

  it('leaves the other purposes alone', () => {
    expect(verdict([grant(), withdrawal, grant({ purpose: 'analytics' })], 5, 'analytics')).toBe('valid');
  });

  it.each(['contract', 'legal_obligation', 'vital_interests'] as const)(
    'a withdrawal does not end %s, should one stand in the records',
    (legalBasis) => expect(verdict([grant({ legalBasis, withdrawnAt: 3 })], 5)).toBe('valid'),
  );

  it.each(['public_task', 'legitimate_interests'] as const)('an objection ends %s', (legalBasis) => {
    expect(verdict([grant({ legalBasis, withdrawnAt: 3 })], 5)).toBe('withdrawn');
  });

  it('answers with the record that lasts longest, the latest of equals', () => {
    const records = [
      grant({ expiresAt: 9 }),
      grant({ grantedAt: 1, expiresAt: 8 }),
      grant({ grantedAt: 2, expiresAt: 9 }),
    ];
    expect(evaluateConsent(records, 'support', 5)).toEqual({ status: 'valid', record: records[2] });
    const forever = grant({ legalBasis: 'contract' });
    expect(evaluateConsent([...records, forever], 'support', 5)).toEqual({ status: 'valid', record: forever });
  });
});

describe('by property', () => {
  const time = fc.integer({ min: 0, max: 12 });
  const history = fc.array(
    fc
      .record({
        legalBasis: fc.constantFrom(...legalBases),
        purpose: fc.constantFrom('support', 'analytics'),
        grantedAt: time,
        withdrawnAfter: fc.option(time),
        expiresAfter: fc.option(fc.integer({ min: 1, max: 12 })),
      })
      .map(({ withdrawnAfter, expiresAfter, ...record }) =>
        grant({
          ...record,
          withdrawnAt: withdrawnAfter === null ? null : record.grantedAt + withdrawnAfter,
          expiresAt: expiresAfter === null ? null : record.grantedAt + expiresAfter,
        }),
      ),
    { maxLength: 7 },
  );
  const subjectEnds = ['consent', 'public_task', 'legitimate_interests'];

  /** Lives through the history millisecond by millisecond, as a clerk with a card index would. */
  function replayed(records: readonly ConsentRecord[], now: number): boolean {
    let inForce: ConsentRecord[] = [];
    const own = records.filter(({ purpose }) => purpose === 'support');
    for (let t = 0; t <= now; t += 1) {
      inForce.push(...own.filter(({ grantedAt }) => grantedAt === t));
      const ended = own
        .filter(
          (record) => record.withdrawnAt === t && record.grantedAt <= t && subjectEnds.includes(record.legalBasis),
        )
        .map(({ legalBasis }) => legalBasis);
      inForce = inForce.filter((record) => !ended.includes(record.legalBasis));
      inForce = inForce.filter(({ expiresAt }) => expiresAt === null || expiresAt > t);
    }
    return inForce.length > 0;
  }

  it('is valid exactly when living through the history leaves something in force', () => {
    fc.assert(
      fc.property(history, time, (records, now) => {
        expect(evaluateConsent(records, 'support', now).status === 'valid').toBe(replayed(records, now));
      }),
      { numRuns: 5_000 },
    );
  });

  it('does not depend on the order of the records, nor on records of times to come', () => {
    fc.assert(
      fc.property(history, time, fc.infiniteStream(fc.nat()), (records, now, random) => {
        const shuffled = records
          .map((record) => ({ record, at: random.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ record }) => record);
        expect(verdict(shuffled, now)).toBe(verdict(records, now));
        const known = records.filter(({ grantedAt }) => grantedAt <= now);
        expect(verdict(known, now)).toBe(verdict(records, now));
      }),
      { numRuns: 2_000 },
    );
  });

  it('a withdrawal is the last word until a later grant', () => {
    fc.assert(
      fc.property(history, time, (records, now) => {
        const consents = records.map((record) => ({ ...record, legalBasis: 'consent' as const }));
        const withdrawn = [...consents, grant({ grantedAt: 0, withdrawnAt: now })];
        expect(verdict(withdrawn, now)).toBe('withdrawn');
        expect(verdict([...withdrawn, grant({ grantedAt: 100 })], 100)).toBe('valid');
      }),
    );
  });

  it('the record that it answers with is in force and for the purpose', () => {
    fc.assert(
      fc.property(history, time, (records, now) => {
        const evaluation = evaluateConsent(records, 'support', now);
        fc.pre(evaluation.status === 'valid');
        if (evaluation.status !== 'valid') return;
        expect(verdict([evaluation.record], now)).toBe('valid');
        expect(evaluation.record.purpose).toBe('support');
      }),
    );
  });
});
