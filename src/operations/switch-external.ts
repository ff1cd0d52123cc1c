import { auditedCaller, type Caller } from '../support/caller.ts';
import type { AdminResult } from './admin-result.ts';
import type { OperationContext } from './operation.ts';
import { heldBy, put } from './switch-mode.ts';

interface Order {
  enable?: boolean | undefined;
  reason?: string | undefined;
  durationSeconds?: number | undefined;
  dryRun: boolean;
}

/** Serves loopback and the listed networks alone, or every network again. */
export async function switchExternal(
  context: OperationContext,
  { enable, reason, durationSeconds, dryRun }: Order,
  caller: Caller,
): Promise<AdminResult> {
  const { networks, wallClock, logger, config, audit } = context;
  const now = wallClock();
  const why = reason === undefined ? undefined : await context.cleared(reason);
  const planned = heldBy({ enable, reason: why, durationSeconds }, now, 'to disable external access');
  const before = networks.external.current();
  const scope = dryRun
    ? context.scope()
    : await put(caller, true, planned, {
        replace: () => networks.external.replace(planned, planned?.expiresAt ?? null),
        extend: (longer) => networks.external.extend(longer, longer.expiresAt),
        held: () => networks.external.current() !== null,
        scope: context.scope,
      });
  if (!dryRun) {
    logger.warn(
      { component: 'bedrock-support', event: 'SECURITY', disabled: planned !== null },
      'SECURITY external access',
    );
    const row = { setting: 'external_access', disabled: planned, before, scope };
    await audit.append('CONFIGURATION', { ...row, caller: auditedCaller(caller) });
  }
  const listed = ['loopback', ...config.http.externalNetworks].join(', ');
  const call = (on: boolean, word: string) => ({
    tool: 'security_response',
    arguments: { action: 'disable_external', enable: on, ...(on ? { reason: why ?? before?.reason } : {}) },
    why: word,
  });
  return {
    applied: !dryRun,
    before: { external: standing(before) },
    after: { external: standing(planned) },
    effect: { http: planned ? `served: ${listed}; every other address is refused` : 'every network is served' },
    expiresAt: planned && new Date(planned.expiresAt).toISOString(),
    scope,
    next: dryRun
      ? [call(planned !== null, 'apply it')]
      : planned !== null || before
        ? [call(planned === null, 'undo')]
        : [],
    simulated: config.simulate,
  };
}

function standing(disabled: { expiresAt: number } | null): string {
  return disabled ? `disabled until ${new Date(disabled.expiresAt).toISOString()}` : 'enabled';
}
