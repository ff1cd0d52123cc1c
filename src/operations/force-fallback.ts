import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import { operationTypes } from '../config/operation-types.ts';
import type { RouteOverride } from '../routing/decide.ts';
import { stateScopes } from '../store/shared-state.ts';
import { auditedCaller, type Caller } from '../support/caller.ts';
import { defineAction } from './action.ts';
import { nextCallSchema } from './next-call.ts';
import type { OperationContext } from './operation.ts';
import { overrideSchema, shownOverride } from './override-view.ts';
import { toolOperation } from './tool-operation.ts';

const routes = ['mcp', 'direct', 'auto'] as const;
type Forced = (typeof routes)[number];

const reason = z.string().trim().min(3).max(500).optional().describe('Why; needed for mcp and direct.');
const durationSeconds = z
  .int()
  .min(1)
  .max(86_400)
  .optional()
  .describe('Until it expires by itself. Default: routing.overrideSeconds (3600).');
const dryRun = z.boolean().default(false).describe('Show the effect only.');

/** The answer itself shows its fields. */
const brief = { brief: true };

const byHttp = { reason: 'no reason given' };
const back = '/admin/routing/auto';

const force = (route: 'mcp' | 'direct', fallback: string) =>
  defineAction({
    name: route,
    brief: `${route} first for every operation, ${fallback} stays the fallback`,
    scopes: ['operator'],
    risk: 'write',
    input: z.strictObject({ reason, durationSeconds, dryRun }),
    routes: [
      {
        method: 'POST',
        path: `/admin/routing/force-${route}`,
        summary: `Send every operation to ${route} first, until it expires.`,
        defaults: byHttp,
        undo: back,
      },
    ],
    run: (context, order, caller) => replaceOverride(context, { route, ...order }, caller),
  });

const auto = defineAction({
  name: 'auto',
  brief: 'back to policy',
  scopes: ['operator'],
  risk: 'write',
  input: z.strictObject({ dryRun }),
  routes: [{ method: 'POST', path: back, summary: 'Back to routing by policy.', undo: '/admin/routing/force-mcp' }],
  run: (context, order, caller) => replaceOverride(context, { route: 'auto', ...order }, caller),
});

export const forceFallback = toolOperation({
  name: 'force_fallback',
  by: 'route',
  about: 'mcp or direct: first for every operation; auto: back to policy',
  actions: [force('mcp', 'direct'), force('direct', 'mcp'), auto],
  output: z.object({
    route: z.enum(routes),
    applied: z.boolean(),
    override: overrideSchema.meta(brief).nullable(),
    previous: overrideSchema.meta(brief).nullable(),
    effect: z.record(z.string(), z.string()),
    scope: z.enum(stateScopes),
    undo: nextCallSchema.nullable(),
    simulated: z.boolean(),
  }),
});

interface Order {
  route: Forced;
  reason?: string | undefined;
  durationSeconds?: number | undefined;
  dryRun: boolean;
}

async function replaceOverride(context: OperationContext, order: Order, caller: Caller) {
  const { overrides, config, wallClock, logger, audit } = context;
  const { route, reason: given, dryRun: dry } = order;
  if (route !== 'auto' && given === undefined) {
    throw new HybridRoutingError('invalid_input', 'reason: is missing', `Say why everything should go to ${route}.`);
  }
  const now = wallClock();
  const why = await context.cleared(given ?? '');
  const seconds = order.durationSeconds ?? config.routing.overrideSeconds;
  const planned = route === 'auto' ? null : { route, reason: why, setAt: now, expiresAt: now + seconds * 1_000 };
  const before = overrides.current();
  const previous = before && shownOverride(before, now);
  const effect = effectOf(context, planned);
  const scope = dry ? context.scope() : await overrides.replace(planned);
  if (!dry) {
    // The reason is an operator's free text: it is shown on request, not logged.
    logger.warn({ component: 'intelligent-router', route, seconds: planned && seconds }, 'route override changed');
    await audit.append('OVERRIDE', { route, override: planned, before, scope, caller: auditedCaller(caller) });
  }
  return {
    applied: !dry,
    override: planned && shownOverride(planned, now),
    previous,
    effect,
    scope,
    undo: dry ? null : undoOf(route, previous),
    simulated: config.simulate,
  };
}

type Shown = z.infer<typeof overrideSchema>;

/** What each operation type would do with the override in force. */
function effectOf({ router }: OperationContext, override: RouteOverride | null) {
  return Object.fromEntries(
    operationTypes.map((type) => {
      const { primary, fallback } = router.decide(type, { override });
      return [type, `${primary ?? 'none'}, then ${fallback ?? 'none'}`];
    }),
  );
}

function undoOf(route: string, previous: Shown | null) {
  if (route !== 'auto') {
    return { tool: 'force_fallback', arguments: { route: 'auto' }, why: 'back to routing by policy' };
  }
  if (!previous) return null;
  const { reason, remainingSeconds } = previous;
  const again = { route: previous.route, reason, durationSeconds: remainingSeconds };
  return { tool: 'force_fallback', arguments: again, why: 'the override that was in force' };
}
