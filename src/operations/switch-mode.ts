import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import { operationTypes, type PathName } from '../config/operation-types.ts';
import {
  type ActiveMode,
  type ActiveModes,
  admitsType,
  drainedPath,
  type ModeName,
  secondsLeft,
} from '../routing/modes.ts';
import type { StateScope } from '../store/shared-state.ts';
import { auditedCaller, type Caller } from '../support/caller.ts';
import type { Route } from './action.ts';
import type { AdminResult } from './admin-result.ts';
import type { NextCall } from './next-call.ts';
import type { OperationContext } from './operation.ts';

/** What no duration is given for holds as long as this, in seconds. */
const defaultSeconds = 3_600;

/** The arguments that every mode has. */
export const switchShape = {
  enable: z.boolean().optional().describe('A mode on or off.'),
  reason: z.string().trim().min(3).max(500).optional().describe('Why; needed to enable.'),
  durationSeconds: z.int().min(1).max(86_400).optional().describe('Until the mode ends by itself. Default: 3600.'),
  dryRun: z.boolean().default(false).describe('Show the effect only.'),
};

export interface Switch {
  /** The tool that switches it, for the undo. */
  tool: 'system_admin' | 'security_response';
  mode: ModeName;
  enable?: boolean | undefined;
  reason?: string | undefined;
  durationSeconds?: number | undefined;
  path?: PathName | undefined;
  dryRun: boolean;
  caller: Caller;
}

type Way = Pick<Route, 'path' | 'summary'>;

/** The two routes of a switch, each the other's undo. */
export function switchRoutes(on: Way, off: Way): Route[] {
  const method = 'POST';
  return [
    { method, ...on, fixed: { enable: true }, defaults: { reason: 'no reason given' }, undo: off.path },
    { method, ...off, fixed: { enable: false }, undo: on.path },
  ];
}

/** The routes of a mode. @param words the ends of its path: on, off; empty for the path itself */
export function modeRoutes(path: string, [on, off]: readonly [string, string], title: string): Route[] {
  const at = (word: string) => (word === '' ? path : `${path}/${word}`);
  return switchRoutes(
    { path: at(on), summary: `${title} on, until it expires.` },
    { path: at(off), summary: `${title} off.` },
  );
}

/** Whether an order ends a protection that is in force, or makes it end sooner. @param now milliseconds since 1970 */
export function shortens(
  { enable, durationSeconds }: Pick<Switch, 'enable' | 'durationSeconds'>,
  active: { expiresAt: number } | null,
  now: number,
): boolean {
  if (!active) return false;
  return enable === false || now + (durationSeconds ?? defaultSeconds) * 1_000 < active.expiresAt;
}

/** Puts a mode in force or ends it, or with dryRun tells what that would do. */
export async function switchMode(context: OperationContext, order: Switch): Promise<AdminResult> {
  const { modes, wallClock, logger, config, audit } = context;
  const { mode, dryRun } = order;
  const now = wallClock();
  const active = modes.current();
  const reason = order.reason === undefined ? undefined : await context.cleared(order.reason);
  const planned = plan({ ...order, reason }, now);
  const scope = dryRun
    ? context.scope()
    : await put(order.caller, mode === 'lockdown', planned, {
        replace: () => modes.replace(mode, planned),
        extend: (longer) => modes.extend(mode, longer),
        held: () => modes.current()[mode] !== null,
        scope: context.scope,
      });
  if (!dryRun) {
    // The reason is an operator's free text: it is shown on request, not logged.
    const fields = { component: 'bedrock-support', mode, enabled: planned !== null, path: planned?.path };
    logger.warn({ ...fields, ...(mode === 'lockdown' ? { event: 'SECURITY' } : {}) }, `${mode} mode changed`);
    await audit.append('MODE', {
      mode,
      active: planned,
      before: active[mode],
      scope,
      caller: auditedCaller(order.caller),
    });
  }
  return {
    applied: !dryRun,
    before: { [mode]: shown(active[mode]) },
    after: { [mode]: shown(planned) },
    effect: effectOf(context, { ...active, [mode]: planned }),
    expiresAt: planned && new Date(planned.expiresAt).toISOString(),
    scope,
    next: nextOf(order, active[mode], now),
    simulated: config.simulate,
  };
}

interface Putting<Held> {
  replace: () => Promise<StateScope>;
  extend: (held: Held) => Promise<StateScope | null>;
  /** Whether something is in force. */
  held: () => boolean;
  scope: () => StateScope;
}

/**
 * Puts what is planned in force. An agent's own token raises a protection and no more: what a person has put there meanwhile,
 * and for longer, stays.
 * @throws HybridRoutingError
 */
export async function put<Held>(
  { confirmed }: Caller,
  protects: boolean,
  planned: Held | null,
  { replace, extend, held, scope }: Putting<Held>,
): Promise<StateScope> {
  if (!protects || confirmed?.how !== 'token') return replace();
  // There was nothing to lift when the token was taken.
  const put = planned !== null ? await extend(planned) : held() ? null : scope();
  if (put !== null) return put;
  throw new HybridRoutingError(
    'confirmation_invalid',
    'confirm: the protection that is in force now lasts longer than this one',
    'Leave it as it is, or call again without confirm: a person must then agree.',
  );
}

function plan({ path, ...order }: Switch, now: number): ActiveMode | null {
  const held = heldBy(order, now, `${order.mode} mode`);
  return held && { ...held, path: path ?? null };
}

type Order = Pick<Switch, 'enable' | 'reason' | 'durationSeconds'>;

/**
 * What an order puts in force, and until when; null where it ends it. @param now milliseconds since 1970
 * @throws HybridRoutingError where it does not say which, or why
 */
export function heldBy({ enable, reason, durationSeconds }: Order, now: number, what: string) {
  if (enable === undefined) {
    throw new HybridRoutingError('invalid_input', 'enable: is missing', 'Give enable: true to begin, false to end.');
  }
  if (!enable) return null;
  if (reason === undefined) {
    throw new HybridRoutingError('invalid_input', 'reason: is missing', `Say why ${what} is needed.`);
  }
  return { reason, since: now, expiresAt: now + (durationSeconds ?? defaultSeconds) * 1_000 };
}

function shown(mode: ActiveMode | null) {
  if (!mode) return null;
  const { reason, since, expiresAt, path } = mode;
  const times = { since: new Date(since).toISOString(), expiresAt: new Date(expiresAt).toISOString() };
  return { reason, ...times, ...(path === null ? {} : { path }) };
}

/** What each operation type would meet with these modes in force. */
function effectOf({ router, overrides }: OperationContext, modes: ActiveModes): Record<string, string> {
  return Object.fromEntries(
    operationTypes.map((type) => {
      const refusal = admitsType(modes, type);
      if (refusal) return [type, `refused (${refusal.mode})`];
      const { primary, fallback } = router.decide(type, { override: overrides.current(), drained: drainedPath(modes) });
      return [type, `${primary ?? 'none'}, then ${fallback ?? 'none'}`];
    }),
  );
}

function nextOf(order: Switch, previous: ActiveMode | null, now: number): NextCall[] {
  const { tool, mode, enable, reason, durationSeconds, path, dryRun } = order;
  const call = (mine: Omit<Partial<Switch>, 'tool' | 'caller'>, why: string) => {
    const given = Object.entries({ action: mode, ...mine }).filter(([, value]) => value !== undefined);
    return { tool, arguments: Object.fromEntries(given), why };
  };
  if (dryRun) return [call({ enable, reason, durationSeconds, path }, 'apply it')];
  if (previous) {
    const again = {
      reason: previous.reason,
      durationSeconds: secondsLeft(previous, now),
      path: previous.path ?? undefined,
    };
    return [call({ enable: true, ...again }, 'undo: the mode as it was')];
  }
  return enable ? [call({ enable: false }, 'undo')] : [];
}
