import { type ConsentRecord, endsOnWithdrawal } from './record.ts';

type ViolationKind = 'no_record' | 'withdrawn' | 'expired' | 'wrong_purpose';

export type ConsentEvaluation =
  /** `record` is the one in force that lasts longest. */
  | { status: 'valid'; record: ConsentRecord }
  | { status: 'violation'; kind: ViolationKind; message: string; remedy: string };

/**
 * Whether one subject's records allow a purpose now. Each legal basis stands for itself: a withdrawn consent ends the
 * consents for this purpose that were given up to that moment, and leaves a contract for the same purpose alone.
 * Edges: in force from `grantedAt` on, and no longer at `withdrawnAt` or `expiresAt`; a grant in the same millisecond as
 * a withdrawal is withdrawn. The order of the records does not matter. No text names the subject.
 * @param records all records of one subject
 * @param now ms since 1970
 */
export function evaluateConsent(records: readonly ConsentRecord[], purpose: string, now: number): ConsentEvaluation {
  const begun = records.filter(({ grantedAt }) => grantedAt <= now);
  const withdrawals = lastWithdrawals(begun, now);
  const inForce = begun.filter((record) => isInForce(record, withdrawals, now));
  const record = longestOf(inForce.filter((candidate) => candidate.purpose === purpose));
  if (record !== undefined) return { status: 'valid', record };
  const own = begun.filter((candidate) => candidate.purpose === purpose);
  if (own.length > 0) return ended(own, purpose, withdrawals);
  return inForce.length > 0 ? wrongPurpose(purpose) : noRecord(purpose);
}

/** The latest moment at which the subject ended a basis for a purpose. */
type Withdrawals = ReadonlyMap<string, number>;

// A purpose has no blanks, so no two of these keys are alike.
const basisOf = ({ legalBasis, purpose }: ConsentRecord) => `${legalBasis} ${purpose}`;

function lastWithdrawals(begun: readonly ConsentRecord[], now: number): Withdrawals {
  const last = new Map<string, number>();
  for (const record of begun) {
    const { withdrawnAt, legalBasis } = record;
    if (withdrawnAt === null || withdrawnAt > now || !endsOnWithdrawal(legalBasis)) continue;
    const key = basisOf(record);
    last.set(key, Math.max(withdrawnAt, last.get(key) ?? withdrawnAt));
  }
  return last;
}

function isWithdrawn(record: ConsentRecord, withdrawals: Withdrawals): boolean {
  const withdrawnAt = withdrawals.get(basisOf(record));
  return withdrawnAt !== undefined && record.grantedAt <= withdrawnAt;
}

function isInForce(record: ConsentRecord, withdrawals: Withdrawals, now: number): boolean {
  return (record.expiresAt === null || now < record.expiresAt) && !isWithdrawn(record, withdrawals);
}

function longestOf(records: readonly ConsentRecord[]): ConsentRecord | undefined {
  const endOf = ({ expiresAt }: ConsentRecord) => expiresAt ?? Number.POSITIVE_INFINITY;
  const [first, ...rest] = records;
  if (first === undefined) return undefined;
  return rest.reduce((best, record) => {
    const longer = endOf(record) === endOf(best) ? record.grantedAt > best.grantedAt : endOf(record) > endOf(best);
    return longer ? record : best;
  }, first);
}

/** A withdrawal outweighs an expiry: the subject has said no, and has said nothing else on that basis since. */
function ended(own: readonly ConsentRecord[], purpose: string, withdrawals: Withdrawals): ConsentEvaluation {
  const lastGrants = new Map<string, ConsentRecord>();
  for (const record of own) {
    const last = lastGrants.get(basisOf(record));
    if (last === undefined || record.grantedAt > last.grantedAt) lastGrants.set(basisOf(record), record);
  }
  const refused = [...lastGrants.values()].find((record) => isWithdrawn(record, withdrawals));
  return refused === undefined ? expired(purpose) : withdrawn(refused);
}

function withdrawn({ legalBasis, purpose }: ConsentRecord): ConsentEvaluation {
  return violation(
    'withdrawn',
    legalBasis === 'consent'
      ? `Consent to the purpose "${purpose}" was withdrawn`
      : `The data subject has objected to the purpose "${purpose}" (${legalBasis})`,
    'Do not process for this purpose. Only a new grant, recorded with a later grantedAt, makes it lawful again.',
  );
}

const expired = (purpose: string) =>
  violation(
    'expired',
    `The legal basis for the purpose "${purpose}" has expired`,
    'Leave the operation undone, or ask the data subject with the current notice and record the new grant.',
  );

const wrongPurpose = (purpose: string) =>
  violation(
    'wrong_purpose',
    `The data subject's legal bases are for other purposes than "${purpose}"`,
    'Name the purpose that the subject was told of, or ask for this one and record the grant.',
  );

const noRecord = (purpose: string) =>
  violation(
    'no_record',
    `No legal basis for the purpose "${purpose}" is recorded for the data subject`,
    'Record or import the grant before the operation; check that subject is the identifier that the grant was recorded under.',
  );

function violation(kind: ViolationKind, message: string, remedy: string): ConsentEvaluation {
  return { status: 'violation', kind, message, remedy };
}
