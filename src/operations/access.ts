import { HybridRoutingError, messageOf } from '../config/errors.ts';
import { auditedCaller, type Caller } from '../support/caller.ts';
import type { OperationContext } from './operation.ts';

interface Access {
  /** Name of the operation. */
  name: string;
  input: unknown;
  caller: Caller;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** What it threw, or null where it was done. */
  thrown: unknown;
}

/** Arguments that say what of a tool was used: words of an enumeration, never free text. */
const telling = ['action', 'report', 'depth', 'route', 'enable', 'dryRun'] as const;

/** Writes the access row of a call. Not waited for: what changes something has a row of its own, which is. */
export function recordAccess(context: OperationContext, { name, input, caller, startedAt, thrown }: Access): void {
  const { audit, wallClock, logger } = context;
  const body = {
    operation: name,
    arguments: tellingArguments(input),
    caller: auditedCaller(caller),
    outcome: thrown === null ? 'done' : thrown instanceof HybridRoutingError ? 'refused' : 'failed',
    code: thrown instanceof HybridRoutingError ? thrown.code : null,
    durationMs: Math.max(0, Math.round(wallClock() - startedAt)),
  };
  audit.append('ACCESS', body).catch((fault: unknown) => {
    const fields = { component: 'bedrock-support', operation: name, outcome: body.outcome, cause: messageOf(fault) };
    logger.error({ ...fields, event: 'SECURITY' }, 'SECURITY access has no audit row');
  });
}

function tellingArguments(input: unknown): Record<string, unknown> {
  if (typeof input !== 'object' || input === null) return {};
  const given = new Map<string, unknown>(Object.entries(input));
  return Object.fromEntries(
    telling
      .map((name) => [name, given.get(name)] as const)
      .filter(([, value]) => typeof value === 'boolean' || (typeof value === 'string' && /^\w{1,40}$/.test(value))),
  );
}
