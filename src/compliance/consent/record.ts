import { z } from 'zod';
import { purposeSchema } from '../../config/consent-schema.ts';
import { HybridRoutingError } from '../../config/errors.ts';

/** The six legal bases of GDPR Art. 6(1), a to f. */
export const legalBases = [
  'consent',
  'contract',
  'legal_obligation',
  'vital_interests',
  'public_task',
  'legitimate_interests',
] as const;
export type LegalBasis = (typeof legalBases)[number];

/**
 * Whether the subject's word ends the basis: consent is withdrawn (Art. 7(3)); processing in the public interest or for
 * legitimate interests is objected to (Art. 21(1)). The other three end with what they rest on: `expiresAt` says when.
 */
const endedBySubject: Record<LegalBasis, boolean> = {
  consent: true,
  contract: false,
  legal_obligation: false,
  vital_interests: false,
  public_task: true,
  legitimate_interests: true,
};

/** Whether a withdrawal (consent) or an objection (public task, legitimate interests) ends this basis. */
export function endsOnWithdrawal(basis: LegalBasis): boolean {
  return endedBySubject[basis];
}

/** Whatever the caller knows the person by: it is kept as a keyed pseudonym, and stands in no record. */
export const subjectSchema = z
  .string()
  .regex(
    /^[^\s\p{Cc}\uFFFD]([^\p{Cc}\uFFFD]{0,198}[^\s\p{Cc}\uFFFD])?$/u,
    'must be an identifier of 1 to 200 characters without control characters, and without blanks at its ends',
  );
export const legalBasisSchema = z.enum(legalBases, { error: `must be one of ${legalBases.join(', ')}` });

/** U+FFFD is what bytes that are not UTF-8 are decoded to. */
const plainText = (min: number, max: number) =>
  z
    .string()
    .min(min, `must have ${min} to ${max} characters`)
    .max(max, `must have ${min} to ${max} characters`)
    .regex(/^[^\p{Cc}\uFFFD]*$/u, 'must be UTF-8 text without control characters or line breaks');
export const noticeVersionSchema = plainText(1, 100);
export const evidenceSchema = plainText(0, 500);

const timeMs = z.int().min(-8.64e15).max(8.64e15); // what a Date can hold

const fields = z.strictObject({
  subject: subjectSchema.describe('Identifier of the data subject, 1 to 200 characters; in the store, its random id.'),
  purpose: purposeSchema.describe('Purpose of the processing, 1 to 100 characters.'),
  legalBasis: legalBasisSchema.describe('Legal basis, GDPR Art. 6(1).'),
  noticeVersion: noticeVersionSchema.describe('Version of the privacy notice or form that the subject saw.'),
  grantedAt: timeMs.describe('When it was given, in ms since 1970; in force from this millisecond.'),
  withdrawnAt: timeMs.nullable().describe('When it was withdrawn or objected to, in ms since 1970, or null.'),
  expiresAt: timeMs.nullable().describe('When it ends of itself, in ms since 1970 (in force until then), or null.'),
  evidence: evidenceSchema.describe(
    'Where the proof is kept, up to 500 characters; a reference, not the proof itself.',
  ),
  recordedAt: timeMs.describe('When this record was written, in ms since 1970.'),
});

/**
 * One line of a subject's history. Records are only ever added: a grant has `withdrawnAt` null; a withdrawal repeats the
 * grant with `withdrawnAt` set; a grant that is given after a withdrawal revives.
 */
export type ConsentRecord = z.infer<typeof fields>;

/** Checks a record field by field, and its times against each other. */
export const consentRecordSchema = fields.superRefine((record, context) => {
  for (const { field, message } of contradictionsIn(record)) {
    context.addIssue({ code: 'custom', path: [field], message });
  }
});

export type ConsentTerms = Pick<ConsentRecord, 'legalBasis' | 'grantedAt' | 'withdrawnAt' | 'expiresAt'>;

/** What cannot be true of a record's times together; null where they fit. */
export function contradictionsIn(terms: ConsentTerms): { field: keyof ConsentTerms; message: string }[] {
  const found: { field: keyof ConsentTerms; message: string }[] = [];
  const { legalBasis, grantedAt, withdrawnAt, expiresAt } = terms;
  if (withdrawnAt !== null && !endsOnWithdrawal(legalBasis)) {
    const message = `must be empty: ${legalBasis} is not withdrawn (GDPR Art. 7(3), 21); say with expiresAt when it ends`;
    found.push({ field: 'withdrawnAt', message });
  } else if (withdrawnAt !== null && withdrawnAt < grantedAt) {
    found.push({ field: 'withdrawnAt', message: 'must not be before grantedAt' });
  }
  if (expiresAt !== null && expiresAt <= grantedAt) {
    found.push({ field: 'expiresAt', message: 'must be after grantedAt' });
  }
  return found;
}

/**
 * The record of a withdrawal or an objection, to be added after the grant that it ends.
 * @param times `withdrawnAt` and `recordedAt` in ms since 1970
 * @throws HybridRoutingError `invalid_input` where the basis is not one that the subject's word ends
 */
export function withdrawalOf(
  grant: ConsentRecord,
  times: { withdrawnAt: number; recordedAt: number; evidence: string },
): ConsentRecord {
  const record = { ...grant, ...times };
  const [problem] = contradictionsIn(record);
  if (problem === undefined) return record;
  throw new HybridRoutingError(
    'invalid_input',
    `${problem.field}: ${problem.message}`,
    'Give a withdrawal of consent or an objection, at or after the grant; another basis ends by a record with expiresAt.',
  );
}
