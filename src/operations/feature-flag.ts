import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import { type FlagName, type FlagSetting, type FlagView, flagNameSchema, flags } from '../routing/feature-flags.ts';
import type { Held } from '../store/shared-state.ts';
import { auditedCaller, type Caller } from '../support/caller.ts';
import { defineAction } from './action.ts';
import type { AdminResult } from './admin-result.ts';
import type { NextCall } from './next-call.ts';
import type { OperationContext } from './operation.ts';
import { switchShape } from './switch-mode.ts';

const inputSchema = z.strictObject({
  ...switchShape,
  flag: flagNameSchema.optional().describe('For feature_flag.'),
  enable: z.boolean().optional().describe('A mode or flag on or off; flag default: leave out.'),
  durationSeconds: switchShape.durationSeconds.describe('Until it ends by itself. Default: 3600; flag: never.'),
});
type Order = z.output<typeof inputSchema>;

export const featureFlag = defineAction({
  name: 'feature_flag',
  brief: 'switch flag',
  scopes: ['operator'],
  risk: 'write',
  input: inputSchema,
  routes: [
    {
      method: 'POST',
      path: '/admin/feature-flags/{flag}',
      summary: 'Switch a feature flag on or off, for a time or for good; without enable it is as by default again.',
      undo: '/admin/feature-flags/{flag}',
    },
  ],
  run: setFlag,
});

async function setFlag(context: OperationContext, order: Order, caller: Caller): Promise<AdminResult> {
  const { flags: features, wallClock, logger, audit, config } = context;
  const { dryRun, enable } = order;
  const flag = flagOf(order);
  const now = wallClock();
  const reason = order.reason === undefined ? null : await context.cleared(order.reason);
  const setting = enable === undefined ? null : { enabled: enable, reason, since: now };
  const expiresAt = order.durationSeconds === undefined ? null : now + order.durationSeconds * 1_000;
  const [held, before] = [features.setting(flag), await features.view(flag)];
  const after: FlagView = setting
    ? { ...before, value: setting.enabled, source: 'operator', reason, expiresAt }
    : await features.view(flag, { asIfUnset: true });
  const scope = dryRun ? context.scope() : await features.set(flag, setting, expiresAt);
  if (!dryRun) {
    // The reason is an operator's free text: it is shown on request, not logged.
    logger.warn({ component: 'intelligent-router', flag, enabled: after.value, expiresAt }, 'feature flag changed');
    const row = { setting: 'feature_flag', flag, active: setting && { ...setting, expiresAt }, before: held, scope };
    await audit.append('CONFIGURATION', { ...row, caller: auditedCaller(caller) });
  }
  return {
    applied: !dryRun,
    before: { [flag]: shown(before) },
    after: { [flag]: shown(after) },
    effect: { [flag]: `while on, ${flags[flag].description}`, holds: holds(after) },
    expiresAt: after.expiresAt === null ? null : new Date(after.expiresAt).toISOString(),
    scope,
    next: nextOf({ ...order, flag }, held, now),
    simulated: config.simulate,
  };
}

/** @throws HybridRoutingError for what does not go together */
function flagOf({ flag, enable, durationSeconds }: Order): FlagName {
  if (flag === undefined) {
    throw new HybridRoutingError(
      'invalid_input',
      'flag: is missing',
      `Give flag: ${flagNameSchema.options.join(', ')}.`,
    );
  }
  if (enable === undefined && durationSeconds !== undefined) {
    throw new HybridRoutingError(
      'invalid_input',
      'durationSeconds: does not go with a flag that is set back to its default',
      'Give enable as well, or leave durationSeconds out.',
    );
  }
  return flag;
}

function holds({ source, expiresAt }: FlagView): string {
  if (source !== 'operator') return 'until somebody switches it';
  return expiresAt === null ? 'for good, until somebody switches it' : 'until it expires; then it is as by default';
}

/** One flag for a reader: its value and who says so, with reason and end where an operator set it. */
function shown({ value, default: byDefault, source, reason, expiresAt }: FlagView) {
  const end = expiresAt === null ? null : new Date(expiresAt).toISOString();
  return { value, default: byDefault, source, ...(source === 'operator' ? { reason, expiresAt: end } : {}) };
}

function nextOf(order: Order & { flag: FlagName }, held: Held<FlagSetting> | null, now: number): NextCall[] {
  const { flag, enable, reason, durationSeconds, dryRun } = order;
  const call = (mine: Partial<Order>, why: string) => {
    const given = Object.entries({ action: 'feature_flag', flag, ...mine }).filter(([, value]) => value !== undefined);
    return { tool: 'system_admin', arguments: Object.fromEntries(given), why };
  };
  if (dryRun) return [call({ enable, reason, durationSeconds }, 'apply it')];
  if (!held) return enable === undefined ? [] : [call({}, 'undo: back to the default')];
  const { value, expiresAt } = held;
  const left = expiresAt === null ? undefined : Math.max(1, Math.ceil((expiresAt - now) / 1_000));
  const again = { enable: value.enabled, reason: value.reason ?? undefined, durationSeconds: left };
  return [call(again, 'undo: the flag as it was set')];
}
