import type { HybridRoutingError } from '../config/errors.ts';
import { StoreError } from '../store/store-error.ts';
import { HttpError } from './http-error.ts';

/** The HTTP status of each error code; a code that is not here is our fault: 500. */
const statusOfCode: Readonly<Record<string, number>> = {
  invalid_input: 400,
  invalid_request: 400,
  cancelled: 400,
  insufficient_scope: 403,
  not_found: 404,
  too_large: 413,
  confirmation_required: 409,
  confirmation_invalid: 409,
  confirmation_declined: 403,
  confirmation_unavailable: 503,
  approval_pending: 409,
  approval_refused: 403,
  plan_approved: 409,
  plan_rejected: 409,
  plan_used: 409,
  plan_expired: 410,
  plan_unknown: 404,
  too_many_plans: 429,
  emergency_mode: 503,
  lockdown_mode: 503,
  maintenance_mode: 503,
  overloaded: 503,
  shutting_down: 503,
  unavailable: 503,
  audit_full: 503,
};

/** The status that an error is answered with. */
export function statusOf(error: HybridRoutingError): number {
  if (error instanceof HttpError) return error.status;
  if (error instanceof StoreError) return error.away ? 503 : 500;
  if (Object.hasOwn(statusOfCode, error.code)) return statusOfCode[error.code] ?? 500;
  // An argument of one operation, in its own words: audit_range_invalid, audit_key_invalid.
  return error.code.endsWith('_invalid') && error.code !== 'config_invalid' ? 400 : 500;
}
