import { blockProblem, networkOf } from '../access/networks.ts';
import { HybridRoutingError } from '../config/errors.ts';
import { auditedCaller, type Caller } from '../support/caller.ts';
import type { AdminResult } from './admin-result.ts';
import type { OperationContext } from './operation.ts';
import { heldBy } from './switch-mode.ts';

interface Order {
  ip?: string | undefined;
  enable?: boolean | undefined;
  reason?: string | undefined;
  durationSeconds?: number | undefined;
  dryRun: boolean;
}

/** Refuses an address or a network over HTTP, or serves it again. */
export async function blockAddress(context: OperationContext, order: Order, caller: Caller): Promise<AdminResult> {
  const { networks, wallClock, logger, config, audit } = context;
  const { enable, durationSeconds, dryRun } = order;
  const network = networkOf(given(order.ip));
  const now = wallClock();
  const reason = order.reason === undefined ? undefined : await context.cleared(order.reason);
  const planned = heldBy({ enable, reason, durationSeconds }, now, 'a block');
  const before = networks.entry(network);
  if (planned) {
    const { trustedProxies } = config.http;
    const problem = blockProblem(network, { caller: caller.identity?.address ?? null, trustedProxies });
    if (problem !== null) throw new HybridRoutingError('invalid_input', `ip: ${problem}`, 'Name a narrower network.');
  }
  const scope = dryRun
    ? context.scope()
    : await (planned ? networks.block(network, planned) : networks.unblock(network));
  if (!dryRun) {
    const fields = { component: 'bedrock-support', event: 'SECURITY', blocked: planned !== null } as const;
    logger.warn(fields, 'SECURITY block list changed');
    const row = { setting: 'block_list', network, block: planned, before, scope };
    await audit.append('CONFIGURATION', { ...row, caller: auditedCaller(caller) });
  }
  const call = (on: boolean, why: string) => ({
    tool: 'security_response',
    arguments: { action: 'block_ip', ip: network, enable: on, ...(on ? { reason: reason ?? before?.reason } : {}) },
    why,
  });
  return {
    applied: !dryRun,
    before: { [network]: before ? 'blocked' : 'served' },
    after: { [network]: planned ? 'blocked' : 'served' },
    effect: { [network]: planned ? 'every HTTP request is refused with 403' : 'is served again' },
    expiresAt: planned && new Date(planned.expiresAt).toISOString(),
    scope,
    next: dryRun ? [call(planned !== null, 'apply it')] : planned || before ? [call(planned === null, 'undo')] : [],
    simulated: config.simulate,
  };
}

function given(ip: string | undefined): string {
  if (ip !== undefined) return ip;
  throw new HybridRoutingError(
    'invalid_input',
    'ip: is missing',
    'Give an address or a network such as 203.0.113.0/24.',
  );
}
