import { HybridRoutingError, messageOf } from '../../config/errors.ts';
import { type Plan, type PlanStatus, statusOf } from './plan.ts';
import { shownPlanId } from './plan-id.ts';
import type { TokenCheck } from './token.ts';

const again = 'Call again without confirm for a new plan.';

/** A token that confirms nothing. Says no more than an agent that made an honest mistake needs. */
export function invalidToken(why: Exclude<TokenCheck, { valid: true }>['why'] | 'used'): HybridRoutingError {
  return new HybridRoutingError('confirmation_invalid', `confirm: ${reasons[why]}`, again);
}

const reasons = {
  foreign: 'is no token of this caller for this action and its present effect, or is not the whole of one',
  arguments: 'the arguments differ from those of the plan',
  expired: 'the token has expired',
  used: 'the token was used before',
} as const;

/** What was asked belongs to another call, or was answered before. */
export function invalidQuestion(why: keyof typeof reasons): HybridRoutingError {
  const message = `requestState: ${reasons[why].replaceAll('plan', 'question').replaceAll('token', 'question')}`;
  return new HybridRoutingError('confirmation_invalid', message, 'Call again to be asked anew.');
}

export function declined(what: string): HybridRoutingError {
  const remedy = 'Nothing was changed. Ask the user what to do instead; do not repeat the call unasked.';
  return new HybridRoutingError('confirmation_declined', `the user ${what}`, remedy);
}

/** Where what was used before cannot be looked up, nothing counts as confirmed. */
export function unavailable(cause: unknown): HybridRoutingError {
  const message = `the store that knows the used tokens does not answer (${messageOf(cause)})`;
  return new HybridRoutingError('confirmation_unavailable', message, again, { cause });
}

export function tooManyPlans(count: number): HybridRoutingError {
  const message = `${count} plans of this caller wait for approval`;
  const remedy = 'Have an operator approve or reject them (hybrid-routing-mcp admin plans), or wait until they expire.';
  return new HybridRoutingError('too_many_plans', message, remedy);
}

export function unknownPlan(): HybridRoutingError {
  const remedy = 'Look at the open ones: hybrid-routing-mcp admin plans.';
  return new HybridRoutingError('plan_unknown', 'no plan has this id, or it expired some time ago', remedy);
}

/** A plan that is not in the state that a call needs. */
export function planNot(id: string, plan: Plan, now: number): HybridRoutingError {
  const status = statusOf(plan, now);
  const { code, what, remedy } = standings[status];
  return new HybridRoutingError(code, `plan ${shownPlanId(id)} ${what}`, remedy);
}

const standings: Record<PlanStatus, { code: string; what: string; remedy: string }> = {
  open: {
    code: 'approval_pending',
    what: 'is not approved yet',
    remedy: 'Have an operator approve it (hybrid-routing-mcp admin approve), then repeat this call unchanged.',
  },
  approved: {
    code: 'plan_approved',
    what: 'is approved already',
    remedy: 'Have the agent repeat its call with confirm.',
  },
  expired: { code: 'plan_expired', what: 'has expired', remedy: again },
  rejected: {
    code: 'plan_rejected',
    what: 'was rejected by an operator',
    remedy: 'Nothing was changed. Ask the operator what to do instead; do not ask for the same again.',
  },
  used: { code: 'plan_used', what: 'was used before', remedy: again },
};

export function approvalRefused(message: string): HybridRoutingError {
  const remedy = 'Have it approved by another person with that scope, or at the command line of the host.';
  return new HybridRoutingError('approval_refused', message, remedy);
}
