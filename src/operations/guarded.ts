import { HybridRoutingError } from '../config/errors.ts';
import type { Scope } from '../config/scopes.ts';
import type { Caller } from '../support/caller.ts';
import { recordAccess } from './access.ts';
import type { OperationContext } from './operation.ts';

/** Who may use an operation, and when. */
export interface Rules {
  /** Any one of them is enough. */
  scopes: readonly Scope[];
  /** Whether it goes on in a lockdown: health, reads and the lift itself. route_operation refuses for itself. */
  inLockdown?: true | undefined;
  /** Whether its own audit row tells of the access too. */
  recordsItself?: true | undefined;
}

interface Use {
  /** Name of the operation. */
  name: string;
  rules: Rules;
  input: unknown;
  caller: Caller;
}

/** The one way into every operation: scope, lockdown, and the access log, in which every call has its row. */
export async function guarded<Result>(
  context: OperationContext,
  { name, rules, input, caller }: Use,
  work: () => Promise<Result>,
): Promise<Result> {
  await context.ready();
  const startedAt = context.wallClock();
  const record = (thrown: unknown) => {
    if (!rules.recordsItself) recordAccess(context, { name, input, caller, startedAt, thrown });
  };
  try {
    checkScope(name, rules, caller);
    checkLockdown(context, name, rules);
    const output = await work();
    record(null);
    return output;
  } catch (thrown) {
    record(thrown);
    throw thrown;
  }
}

/** A caller without the scope that it takes. */
export class ScopeError extends HybridRoutingError {
  /** Any one of them would do. */
  readonly needed: readonly Scope[];

  constructor(name: string, needed: readonly Scope[], has: readonly Scope[]) {
    const remedy =
      `Use a token with the scope ${needed.join(' or ')}; on stdio start the server with ` +
      `--allow ${needed.map(allowWord).join(' or ')}.`;
    super(
      'insufficient_scope',
      `${name} needs the scope ${needed.join(' or ')}; this caller has ${has.join(', ') || 'none'}`,
      remedy,
    );
    this.needed = needed;
  }
}

function allowWord(scope: Scope): string {
  return scope === 'operator' ? 'operate' : scope;
}

/** Whether one of the scopes is held; the server's own calls have no identity, and need none. */
export function mayUse({ scopes }: Rules, { identity }: Caller): boolean {
  return !identity || scopes.some((scope) => identity.scopes.includes(scope));
}

function checkScope(name: string, rules: Rules, caller: Caller): void {
  if (!mayUse(rules, caller)) throw new ScopeError(name, rules.scopes, caller.identity?.scopes ?? []);
}

function checkLockdown({ modes }: OperationContext, name: string, { inLockdown }: Rules): void {
  const { lockdown } = modes.current();
  if (!lockdown || inLockdown) return;
  throw new HybridRoutingError(
    'lockdown_mode',
    `lockdown is in force (${lockdown.reason}): ${name} is refused`,
    'To lift it call security_response {"action":"lockdown","enable":false}.',
  );
}
