import { z } from 'zod';
import { auditedCaller, type Caller, type CallerIdentity } from '../support/caller.ts';
import { type AnyAction, defineAction } from './action.ts';
import type { ShownPlan } from './confirmation/approvals.ts';
import type { OperationContext } from './operation.ts';
import { toolOperation } from './tool-operation.ts';

const planSchema = z.object({
  id: z.string(),
  action: z.string(),
  summary: z.string(),
  principal: z.string(),
  scope: z.string(),
  reversible: z.boolean(),
  status: z.string(),
  ageSeconds: z.number(),
  approveBefore: z.string(),
});

const plan = z.string().max(40).describe('Id of the plan, P-XXXX-XXXX.');
// Who may decide depends on the plan: its own scope is asked for then.
const operators = ['operator', 'security'] as const;

const pending = defineAction({
  name: 'pending',
  brief: 'what agents want to do that waits for a person',
  scopes: ['viewer', ...operators],
  risk: 'read',
  inLockdown: true,
  input: z.strictObject({}),
  routes: [{ method: 'GET', path: '/admin/plans', summary: 'Plans of agents that wait for a person.', undo: null }],
  async run({ approvals }) {
    const { plans, missing } = await approvals.pending();
    return { plans: plans.map(shown), missing };
  },
});

function decision(name: 'approve' | 'reject', summary: string, undo: string | null): AnyAction {
  return defineAction({
    name,
    brief: summary,
    scopes: operators,
    risk: 'write',
    inLockdown: true,
    input: z.strictObject({ plan }),
    routes: [
      {
        method: 'POST',
        path: `/admin/${name}/{plan}`,
        summary: `${summary}. Nobody decides on a plan of their own.`,
        undo,
      },
    ],
    run: (context, { plan: id }, caller) => decide(context, name, id, caller),
  });
}

/** For people alone: no tool leads here. */
export const planDecisions = toolOperation({
  name: 'plans',
  by: 'action',
  actions: [
    pending,
    decision('approve', 'Let the agent go on with its plan, once', '/admin/reject/{plan}'),
    decision('reject', 'End a plan of an agent, approved or not', null),
  ],
  output: z.object({ action: z.string(), plans: z.array(planSchema), missing: z.string().nullable() }),
});

/** The server itself decides on nothing. */
const nobody: CallerIdentity = { transport: 'stdio', client: null, principal: '', scopes: [], address: null };

async function decide(context: OperationContext, name: 'approve' | 'reject', id: string, caller: Caller) {
  const { approvals, audit } = context;
  const decided = await approvals[name](id, caller.identity ?? nobody);
  const row = { setting: 'plan', decision: name, plan: decided.id, action: decided.action, of: decided.principal };
  await audit.append('CONFIGURATION', { ...row, caller: auditedCaller(caller) });
  return { plans: [shown(decided)], missing: null };
}

function shown({ approveBefore, ...rest }: ShownPlan) {
  return { ...rest, approveBefore: new Date(approveBefore).toISOString() };
}
