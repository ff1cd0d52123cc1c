import { StoreError } from '../../store/store-error.ts';
import type { CallerIdentity } from '../../support/caller.ts';
import type { ConfirmationParts } from './confirmations.ts';
import { approvalRefused, planNot, unknownPlan } from './failures.ts';
import { type Plan, type PlanStatus, statusOf } from './plan.ts';
import { parsePlanId, shownPlanId } from './plan-id.ts';

/** Who decides. */
export type Approver = Pick<CallerIdentity, 'transport' | 'principal' | 'scopes'>;

/** A plan as operators see it. */
export interface ShownPlan {
  /** `P-XXXX-XXXX`. */
  id: string;
  action: string;
  summary: string;
  principal: string;
  scope: Plan['scope'];
  reversible: boolean;
  status: PlanStatus;
  ageSeconds: number;
  /** When it can no longer be approved, in ms since 1970. */
  approveBefore: number;
}

/** The operator's side: what waits for a person, and the decision. Not for agents: no MCP tool leads here. */
export class Approvals {
  readonly #parts: Omit<ConfirmationParts, 'keys'>;

  constructor(parts: Omit<ConfirmationParts, 'keys'>) {
    this.#parts = parts;
  }

  /** What waits for approval, or is approved and not used yet, oldest first. `missing`: why the shared ones cannot be read. */
  async pending(): Promise<{ plans: ShownPlan[]; missing: string | null }> {
    const { books, wallClock } = this.#parts;
    const here = await books.process.read((entries) => entries.plans());
    const { shared, missing } = await books.shared
      .read((entries) => entries.plans())
      .then(
        (plans) => ({ shared: plans, missing: null }),
        (thrown: unknown) => {
          if (thrown instanceof StoreError) return { shared: [], missing: thrown.message };
          throw thrown;
        },
      );
    const now = wallClock();
    const plans = [...here, ...shared]
      .map(([id, plan]) => shown(id, plan, now))
      .filter(({ status }) => status === 'open' || status === 'approved')
      .sort((one, other) => other.ageSeconds - one.ageSeconds);
    return { plans, missing };
  }

  /**
   * Lets the agent go on with a plan, once.
   * @throws HybridRoutingError plan_unknown, plan_expired, plan_approved, plan_rejected, plan_used; approval_refused where
   *   the approver is the one who asked, or may not do it himself; StoreError
   */
  async approve(planId: string, approver: Approver): Promise<ShownPlan> {
    return this.#decide(planId, (id, plan, now) => {
      refuseApprover(plan, approver);
      if (statusOf(plan, now) !== 'open') throw planNot(id, plan, now);
      return { ...plan, approved: decision(approver, now) };
    });
  }

  /** Ends a plan, approved or not. @throws as approve() does */
  async reject(planId: string, approver: Approver): Promise<ShownPlan> {
    return this.#decide(planId, (id, plan, now) => {
      refuseScope(plan, approver);
      const status = statusOf(plan, now);
      if (status !== 'open' && status !== 'approved') throw planNot(id, plan, now);
      return { ...plan, rejected: decision(approver, now) };
    });
  }

  async #decide(planId: string, decide: (id: string, plan: Plan, now: number) => Plan): Promise<ShownPlan> {
    const id = parsePlanId(planId);
    if (id === null) throw unknownPlan();
    const { books, wallClock } = this.#parts;
    for (const book of [books.process, books.shared]) {
      const decided = await book.change(async (entries) => {
        const plan = await entries.plan(id);
        if (!plan) return null;
        const now = wallClock();
        const next = decide(id, plan, now);
        await entries.putPlan(id, next);
        return shown(id, next, now);
      });
      if (decided) return decided;
    }
    throw unknownPlan();
  }
}

function refuseApprover(plan: Plan, approver: Approver): void {
  // On stdio it is the agent's own client that speaks.
  if (approver.transport === 'stdio') throw approvalRefused('a client on stdio cannot approve a plan');
  if (approver.principal === plan.principal) {
    throw approvalRefused(`${approver.principal} made the plan, and cannot approve it`);
  }
  refuseScope(plan, approver);
}

function refuseScope({ scope, action }: Plan, { scopes }: Approver): void {
  if (!scopes.includes(scope)) throw approvalRefused(`${action} needs the scope ${scope}`);
}

function decision({ principal, transport }: Approver, at: number) {
  return { by: principal, transport, at };
}

function shown(id: string, plan: Plan, now: number): ShownPlan {
  const { action, summary, principal, scope, reversible, madeAt, approveBefore } = plan;
  const ageSeconds = Math.max(0, Math.round((now - madeAt) / 1_000));
  const what = { action, summary, principal, scope, reversible };
  return { id: shownPlanId(id), ...what, status: statusOf(plan, now), ageSeconds, approveBefore };
}
