import { pathNames } from '../config/operation-types.ts';
import { auditedCaller, type Caller } from '../support/caller.ts';
import type { AdminResult } from './admin-result.ts';
import type { OperationContext } from './operation.ts';

/** Closes the circuit breakers of a path, or of both, and forgets why the path was left. */
export async function resetBreakers(
  context: OperationContext,
  path: 'direct' | 'mcp' | 'both',
  { dryRun, caller }: { dryRun: boolean; caller: Caller },
): Promise<AdminResult> {
  const { paths, resets, logger, config, audit } = context;
  const names = pathNames.filter((name) => path === 'both' || path === name);
  const states = () =>
    Object.fromEntries(
      names.flatMap((name) =>
        Object.entries(paths[name].state().breakers).map(([breaker, { state }]) => [breaker, state]),
      ),
    );
  const before = states();
  const scope = dryRun ? context.scope() : await resets.order(names);
  if (!dryRun) {
    logger.warn({ component: 'intelligent-router', path }, 'circuit breakers reset');
    const row = { setting: 'circuit_breakers', path, before, scope, caller: auditedCaller(caller) };
    await audit.append('CONFIGURATION', row);
  }
  const apply = { action: 'circuit_breaker_reset', path };
  return {
    applied: !dryRun,
    before,
    after: Object.fromEntries(Object.keys(before).map((breaker) => [breaker, 'closed'])),
    effect: Object.fromEntries(names.map((name) => [name, 'taken to work until its calls fail again'])),
    expiresAt: null,
    scope,
    // There is no undo: a breaker whose service still fails opens again by itself.
    next: dryRun
      ? [{ tool: 'system_admin', arguments: apply, why: 'apply it' }]
      : [{ tool: 'health_check', arguments: { depth: 'detailed' }, why: 'see whether the path works' }],
    simulated: config.simulate,
  };
}
