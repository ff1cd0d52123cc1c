import { blockProblem, networkOf } from '../access/networks.ts';
import { HybridRoutingError } from '../config/errors.ts';
import { overlap } from '../config/ip.ts';
import { auditedCaller, type Caller } from '../support/caller.ts';
import type { AdminResult } from './admin-result.ts';
import type { OperationContext } from './operation.ts';
import { heldBy, put } from './switch-mode.ts';

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
  // Wider and narrower blocks stand for themselves: this one's end does not end them.
  const others = networks.list().filter((block) => block.network !== network && overlap(block.network, network));
  if (planned) {
    const { trustedProxies } = config.http;
    const problem = blockProblem(network, { caller: caller.identity?.address ?? null, trustedProxies });
    if (problem !== null) throw new HybridRoutingError('invalid_input', `ip: ${problem}`, 'Name a narrower network.');
  }
  const scope = dryRun
    ? context.scope()
    : await put(caller, true, planned, {
        replace: () => (planned ? networks.block(network, planned) : networks.unblock(network)),
        extend: (longer) => networks.extendBlock(network, longer),
        held: () => networks.entry(network) !== null,
        scope: context.scope,
      });
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
    before: { [network]: standing(before, others) },
    after: { [network]: standing(planned, others) },
    effect: { [network]: planned || others.length > 0 ? 'every HTTP request is refused with 403' : 'is served' },
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

/** A network as it stands: by its own block, and by those that it overlaps with. */
function standing(own: { expiresAt: number } | null, others: readonly { network: string }[]): string {
  const named = others.map((block) => block.network).slice(0, shownBlocks);
  const more = others.length > shownBlocks ? ` and ${others.length - shownBlocks} more` : '';
  const by = named.length > 0 ? `refused by ${named.join(', ')}${more}` : '';
  if (!own) return by === '' ? 'served' : by;
  return [`blocked until ${new Date(own.expiresAt).toISOString()}`, by].filter(Boolean).join(', also ');
}

const shownBlocks = 3;
