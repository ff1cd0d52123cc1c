import { z } from 'zod';
import { scopeSchema } from '../../config/scopes.ts';

/** Life of a token that an agent hands back by itself, in seconds. */
export const tokenSeconds = 120;
/** Life of a question put to a person through the client, in seconds. */
export const questionSeconds = 600;
/** How long a plan waits for an operator's approval, in seconds. */
export const approvalSeconds = 900;
/** How long an approval holds, in seconds: the person has to go back to the agent and say so. */
export const approvedSeconds = 300;
/** Plans of one caller that may wait at a time: a person who is flooded with them approves anything. */
export const openPlansEach = 10;

/**
 * What a write does to a protection in force. `lowers` needs a person: lifting or shortening one, and what cannot be undone.
 * null: an ordinary write.
 */
export const protectionSchema = z.enum(['raises', 'lowers']).nullable();
export type Protection = z.infer<typeof protectionSchema>;

/** A write that asks to be confirmed. */
export interface Write {
  /** Who asks: tokens and plans are of use to this caller alone. */
  principal: string;
  /** The operator action, by its name in the registry. */
  action: string;
  /** Scope that the action needs, and that whoever approves it must have. */
  scope: z.infer<typeof scopeSchema>;
  /** As the action's schema gives them, defaults filled in; `confirm` is left out of account. */
  arguments: Readonly<Record<string, unknown>>;
  protection: Protection;
  reversible: boolean;
  /** What it would do, for a person: cleared of personal data, since it is stored and shown. */
  summary: string;
}

/** How a write was confirmed, for its audit row: by the person at the client, by the agent's token alone, or by an operator. */
export type Confirmed =
  | { how: 'elicitation' }
  | { how: 'token'; planId: string }
  | { how: 'approval'; planId: string; by: string; transport: string; approvedAt: number };

const settledSchema = z.object({
  /** The operator's principal; where it was used, the caller's. */
  by: z.string(),
  transport: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
});

/** A plan that needs a person's approval, as it is stored: never the arguments, which may name a person. */
export const planSchema = z.object({
  principal: z.string(),
  action: z.string(),
  scope: scopeSchema,
  /** Of the arguments, under the confirmation key: a plain hash of a name could be guessed. */
  digest: z.string(),
  protection: protectionSchema,
  reversible: z.boolean(),
  summary: z.string(),
  /** Milliseconds since 1970, as the times below. */
  madeAt: z.number(),
  /** Until then it can be approved. */
  approveBefore: z.number(),
  /** Until then its token is valid, and the plan is remembered. */
  expiresAt: z.number(),
  approved: settledSchema.nullable(),
  rejected: settledSchema.nullable(),
  used: settledSchema.nullable(),
});
export type Plan = z.infer<typeof planSchema>;

export type PlanStatus = 'open' | 'approved' | 'expired' | 'rejected' | 'used';

/** How a plan stands at a time, in ms since 1970. */
export function statusOf({ approved, rejected, used, approveBefore }: Plan, now: number): PlanStatus {
  if (used) return 'used';
  if (rejected) return 'rejected';
  if (approved) return now < approvedUntil(approved) ? 'approved' : 'expired';
  return now < approveBefore ? 'open' : 'expired';
}

/** When an approval ends, in ms since 1970. */
export function approvedUntil({ at }: { at: number }): number {
  return at + approvedSeconds * 1_000;
}
