import { planNot, tooManyPlans, unknownPlan } from './failures.ts';
import {
  approvalSeconds,
  approvedSeconds,
  type Confirmed,
  openPlansEach,
  type Plan,
  statusOf,
  type Write,
} from './plan.ts';
import type { PlanEntries } from './plan-book.ts';
import { newPlanId, shownPlanId } from './plan-id.ts';

interface Opening {
  write: Write;
  /** Of its arguments. */
  digest: string;
  /** Milliseconds since 1970. */
  now: number;
}

interface Waiting {
  id: string;
  plan: Plan;
  status: 'open' | 'approved';
}

/**
 * The plan of a write that waits for a person: the one that it has, or a new one.
 * @throws HybridRoutingError plan_rejected, too_many_plans
 */
export async function openPlan(entries: PlanEntries, { write, digest, now }: Opening): Promise<Waiting> {
  const mine = (await entries.plans()).filter(([, { principal }]) => principal === write.principal);
  for (const [id, plan] of mine) {
    const { action, protection } = plan;
    if (plan.digest !== digest || action !== write.action || protection !== write.protection) continue;
    const status = statusOf(plan, now);
    // Until it is forgotten, so that nobody is asked again and again.
    if (status === 'rejected') throw planNot(id, plan, now);
    if (status === 'open' || status === 'approved') return { id, plan, status };
  }
  const open = mine.filter(([, plan]) => statusOf(plan, now) === 'open').length;
  if (open >= openPlansEach) throw tooManyPlans(open);
  const [id, plan] = [newPlanId(), newPlan(write, digest, now)];
  await entries.putPlan(id, plan);
  return { id, plan, status: 'open' };
}

interface Use {
  id: string;
  /** The caller's principal. */
  by: string;
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * Uses an approval, once.
 * @throws HybridRoutingError approval_pending, plan_rejected, plan_expired, plan_used, plan_unknown
 */
export async function usePlan(entries: PlanEntries, { id, by, now }: Use): Promise<Confirmed> {
  const plan = await entries.plan(id);
  if (!plan) throw unknownPlan();
  const { approved } = plan;
  if (!approved || statusOf(plan, now) !== 'approved') throw planNot(id, plan, now);
  await entries.putPlan(id, { ...plan, used: { by, transport: 'mcp', at: now } });
  const { by: approvedBy, transport, at } = approved;
  return { how: 'approval', planId: shownPlanId(id), by: approvedBy, transport, approvedAt: at };
}

function newPlan(write: Write, digest: string, now: number): Plan {
  const { principal, action, scope, protection, reversible, summary } = write;
  const approveBefore = now + approvalSeconds * 1_000;
  const times = { madeAt: now, approveBefore, expiresAt: approveBefore + approvedSeconds * 1_000 };
  const standing = { approved: null, rejected: null, used: null };
  return { principal, action, scope, digest, protection, reversible, summary, ...times, ...standing };
}
