import type { z } from 'zod';
import { type ConsentConfig, purposeSchema } from '../../config/consent-schema.ts';
import { HybridRoutingError } from '../../config/errors.ts';
import type { OperationType } from '../../config/operation-types.ts';
import type { ConsentEvaluation } from './evaluate.ts';
import { subjectSchema } from './record.ts';

/** What an operation says of the person whose data it holds. */
export interface ConsentRequest {
  type: OperationType;
  /** Identifier of the data subject. */
  subject?: string | undefined;
  purpose?: string | undefined;
}

type EvaluationKind = Extract<ConsentEvaluation, { status: 'violation' }>['kind'];

export interface ConsentViolation {
  /** Beside the evaluation's own: no subject named where one is needed, a purpose outside the list, no answer at all. */
  kind: EvaluationKind | 'not_named' | 'purpose_not_allowed' | 'not_evaluated';
  message: string;
  remedy: string;
}

/** A violation that is only logged has `allow` true. */
export interface ConsentDecision {
  allow: boolean;
  violation: ConsentViolation | null;
}

/** An operation that is refused for want of a legal basis; `kind` says which want. */
export class ConsentError extends HybridRoutingError {
  readonly kind: ConsentViolation['kind'];

  constructor({ kind, message, remedy }: ConsentViolation) {
    super('consent_violation', message, remedy);
    this.kind = kind;
  }
}

/**
 * What must be looked up and evaluated before the gate; null where nothing is.
 * @throws HybridRoutingError `invalid_input`, naming the field, where one of the two is missing or not well formed
 */
export function consentQuestion(
  policy: ConsentConfig,
  request: ConsentRequest,
): { subject: string; purpose: string } | null {
  const { subject, purpose } = pairOf(request);
  return policy.mode === 'off' || subject === undefined ? null : { subject, purpose };
}

/**
 * Whether the operation may go on. Fails closed: where a subject is named and `evaluation` is null (the records could
 * not be read), that is a violation like any other.
 * @throws HybridRoutingError `invalid_input`, naming the field, where one of the two is missing or not well formed
 */
export function consentGate(
  policy: ConsentConfig,
  request: ConsentRequest,
  evaluation: ConsentEvaluation | null,
): ConsentDecision {
  const question = consentQuestion(policy, request);
  if (policy.mode === 'off') return { allow: true, violation: null };
  const violation = question === null ? unnamed(policy, request) : answered(policy, question.purpose, evaluation);
  return { allow: violation === null || policy.mode === 'log', violation };
}

type Pair = { subject: string; purpose: string } | { subject?: undefined; purpose?: undefined };

function pairOf({ subject, purpose }: ConsentRequest): Pair {
  if (subject !== undefined && purpose !== undefined) {
    checkForm('subject', subject, subjectSchema);
    checkForm('purpose', purpose, purposeSchema);
    return { subject, purpose };
  }
  if (subject === undefined && purpose === undefined) return {};
  const [missing, given] = subject === undefined ? ['subject', 'purpose'] : ['purpose', 'subject'];
  throw new HybridRoutingError(
    'invalid_input',
    `${missing}: is missing, and ${given} is given`,
    'Give both: subject, the identifier of the person, and purpose, what the data is processed for. Or neither.',
  );
}

/** The value stays out of the message: it may be a name or an address. */
function checkForm(field: 'subject' | 'purpose', value: string, schema: z.ZodString): void {
  const { error } = schema.safeParse(value);
  if (error === undefined) return;
  const message = `${field}: ${error.issues[0]?.message}`;
  throw new HybridRoutingError('invalid_input', message, `Give ${field} as it stands in the consent records.`);
}

function unnamed(policy: ConsentConfig, { type }: ConsentRequest): ConsentViolation | null {
  if (!policy.requireFor.includes(type)) return null;
  return {
    kind: 'not_named',
    message: `Operations of type ${type} must name the data subject and the purpose, and this one names neither`,
    remedy: 'Give subject, the identifier of the person, and purpose; consent.requireFor holds the types concerned.',
  };
}

function answered(
  { purposes }: ConsentConfig,
  purpose: string,
  evaluation: ConsentEvaluation | null,
): ConsentViolation | null {
  if (purposes !== undefined && !purposes.includes(purpose)) {
    return {
      kind: 'purpose_not_allowed',
      message: 'purpose: is none of those that consent.purposes allows',
      remedy: `Give one of ${purposes.join(', ')}, or have the operator add yours.`,
    };
  }
  if (evaluation === null) {
    return {
      kind: 'not_evaluated',
      message: `Whether there is a legal basis for the purpose "${purpose}" could not be found out`,
      remedy: 'Try again when the consent records can be read; health_check shows the state of the store.',
    };
  }
  if (evaluation.status === 'valid') return null;
  const { kind, message, remedy } = evaluation;
  return { kind, message, remedy };
}
