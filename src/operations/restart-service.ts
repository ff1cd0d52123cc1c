import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import { type Restartable, restartables } from '../routing/restarts.ts';
import { auditedCaller, type Caller } from '../support/caller.ts';
import { defineAction } from './action.ts';
import type { AdminResult } from './admin-result.ts';
import type { OperationContext } from './operation.ts';
import { switchShape } from './switch-mode.ts';

const everything = 'hybrid-routing';

const inputSchema = z.strictObject({
  service: z
    .enum([...restartables, everything])
    .optional()
    .describe('To restart.'),
  dryRun: switchShape.dryRun,
});
type Order = z.output<typeof inputSchema>;

const effects: Record<Restartable, string> = {
  'direct-bedrock': 'a new client: new sockets, credentials read again; calls in flight end on the old one',
  'mcp-router': 'new sessions and processes of upstreams; calls to a process are cut off, and fall back',
  'intelligent-router': 'breakers close, and what health, retries and hedges have counted is forgotten',
};

export const restartService = defineAction({
  name: 'restart_service',
  brief: 'reconnect service, in process',
  scopes: ['operator'],
  risk: 'write',
  input: inputSchema,
  routes: [
    {
      method: 'POST',
      path: '/admin/services/{service}/restart',
      summary: 'Restart a component inside every process on the state: no process and no task is restarted.',
      undo: null,
    },
  ],
  run: restart,
});

async function restart(context: OperationContext, { service, dryRun }: Order, caller: Caller): Promise<AdminResult> {
  if (service === undefined) {
    const known = [...restartables, everything].join(', ');
    throw new HybridRoutingError('invalid_input', 'service: is missing', `Give service: ${known}.`);
  }
  const { restarts, logger, audit, config } = context;
  // The router comes last: what the others' restart has cut off is forgotten with the rest.
  const names = restartables.filter((name) => service === everything || service === name);
  const before = standings(context, names);
  const scope = dryRun ? context.scope() : await restarts.order(names);
  if (!dryRun) {
    logger.warn({ component: 'intelligent-router', service }, 'components restarted inside the process');
    const row = { setting: 'restart', service, before, scope, caller: auditedCaller(caller) };
    await audit.append('CONFIGURATION', row);
  }
  return {
    applied: !dryRun,
    before,
    after: dryRun ? before : standings(context, names),
    effect: {
      ...Object.fromEntries(names.map((name) => [name, effects[name]])),
      processes: `none is restarted; for new tasks a person runs: ${newDeployment}`,
    },
    expiresAt: null,
    scope,
    // There is no undo: what is made anew is as good as what was there.
    next: dryRun
      ? [{ tool: 'system_admin', arguments: { action: 'restart_service', service }, why: 'apply it' }]
      : [{ tool: 'health_check', arguments: { depth: 'detailed' }, why: 'see whether it works' }],
    simulated: config.simulate,
  };
}

const newDeployment = 'aws ecs update-service --cluster CLUSTER --service SERVICE --force-new-deployment';

/** How each component of this process stands, in a word or two. */
function standings({ paths, health }: OperationContext, names: readonly Restartable[]): Record<string, unknown> {
  const of: Record<Restartable, () => unknown> = {
    'direct-bedrock': () => health.component('direct-bedrock').status,
    'mcp-router': () => paths.mcp.state().details.upstreams ?? {},
    'intelligent-router': () => health.component('intelligent-router').status,
  };
  return Object.fromEntries(names.map((name) => [name, of[name]()]));
}
