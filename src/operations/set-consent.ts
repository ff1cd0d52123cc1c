import { z } from 'zod';
import { evaluateConsent } from '../compliance/consent/evaluate.ts';
import {
  type ConsentRecord,
  consentRecordSchema,
  legalBasisSchema,
  withdrawalOf,
} from '../compliance/consent/record.ts';
import { HybridRoutingError } from '../config/errors.ts';
import { auditedCaller, type Caller } from '../support/caller.ts';
import type { AdminResult } from './admin-result.ts';
import type { OperationContext } from './operation.ts';

/** Formats are checked with the record, so that an agent's tool list need not hold them. */
export const consentOrderSchema = z.strictObject({
  subject: z.string(),
  purpose: z.string(),
  decision: z.enum(['grant', 'withdraw']),
  legalBasis: legalBasisSchema.default('consent'),
  noticeVersion: z.string().optional().describe('Needed to grant.'),
  expiresAt: z.string().optional().describe('ISO 8601'),
  evidence: z.string().default('').describe('Where the proof is.'),
});
type ConsentOrder = z.output<typeof consentOrderSchema>;

interface Order {
  consent?: ConsentOrder | undefined;
  dryRun: boolean;
  caller: Caller;
}

/** Records a grant, or a withdrawal of the grant in force. No answer or row names the person. */
export async function setConsent(context: OperationContext, { consent, dryRun, caller }: Order): Promise<AdminResult> {
  if (!consent) {
    throw new HybridRoutingError(
      'invalid_input',
      'consent: is missing',
      'Give consent with subject, purpose and decision.',
    );
  }
  const { state, wallClock, audit, config } = context;
  const { subject: identifier, purpose, decision } = consent;
  const now = wallClock();
  const known = await state.subjects.find(identifier);
  const records = known ? await state.consents.of(known) : [];
  const record = recordOf(consent, records, now);
  if (!dryRun) {
    const subject = await state.consents.add({ ...record, subject: identifier });
    await audit.append('CONSENT', {
      decision,
      subject: { id: subject.id, sealed: subject.seal(identifier) },
      purpose,
      legalBasis: record.legalBasis,
      noticeVersion: record.noticeVersion,
      expiresAt: record.expiresAt,
      caller: auditedCaller(caller),
    });
  }
  const status = (all: readonly ConsentRecord[]) => {
    const evaluation = evaluateConsent(all, purpose, now);
    return evaluation.status === 'valid' ? `valid (${evaluation.record.legalBasis})` : evaluation.kind;
  };
  return {
    applied: !dryRun,
    before: { [purpose]: status(records) },
    after: { [purpose]: status([...records, record]) },
    effect: {
      subject: known ? known.id : 'new: nobody was known by this identifier',
      [purpose]: 'holds for every operation that names this subject and purpose, from now on',
    },
    expiresAt: record.expiresAt === null ? null : new Date(record.expiresAt).toISOString(),
    scope: context.scope(),
    next: dryRun
      ? [{ tool: 'system_admin', arguments: { action: 'consent', consent: { ...consent } }, why: 'apply it' }]
      : [{ tool: 'compliance_report', arguments: { report: 'consent' }, why: 'see what is recorded' }],
    simulated: config.simulate,
  };
}

function recordOf(consent: ConsentOrder, records: readonly ConsentRecord[], now: number): ConsentRecord {
  const { purpose, decision, legalBasis, noticeVersion, expiresAt, evidence, subject } = consent;
  if (decision === 'withdraw') {
    const grants = records.filter((record) => record.purpose === purpose && record.legalBasis === legalBasis);
    const last = grants.toSorted((a, b) => b.grantedAt - a.grantedAt)[0];
    if (last) return withdrawalOf(last, { withdrawnAt: now, recordedAt: now, evidence });
    const message = `consent.purpose: no grant of ${legalBasis} for the purpose ${purpose} is recorded for this subject`;
    throw new HybridRoutingError('invalid_input', message, 'Check subject, purpose and legalBasis.');
  }
  if (noticeVersion === undefined) {
    throw new HybridRoutingError(
      'invalid_input',
      'consent.noticeVersion: is missing',
      'Name the version of the privacy notice that the person saw.',
    );
  }
  const end = expiresAt === undefined ? null : timeOf(expiresAt);
  const record = { subject, purpose, legalBasis, noticeVersion, evidence, grantedAt: now, recordedAt: now };
  const checked = consentRecordSchema.safeParse({ ...record, withdrawnAt: null, expiresAt: end });
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  // The value stays out of the message: it may be a name or an address.
  throw badField(issue?.path.join('.') ?? '', issue?.message ?? '');
}

function timeOf(text: string): number {
  const time = z.iso.datetime({ offset: true }).safeParse(text);
  if (!time.success)
    throw badField('expiresAt', 'must be an ISO 8601 time with its zone, such as 2027-05-01T00:00:00Z');
  return Date.parse(time.data);
}

function badField(field: string, problem: string): HybridRoutingError {
  return new HybridRoutingError('invalid_input', `consent.${field}: ${problem}`, 'Correct it and call again.');
}
