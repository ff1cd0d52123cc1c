import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import { operationTypes } from '../config/operation-types.ts';
import type { RouteOverride } from '../routing/decide.ts';
import { stateScopes } from '../store/shared-state.ts';
import { auditedCaller } from '../support/caller.ts';
import { nextCallSchema } from './next-call.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { overrideSchema, shownOverride } from './override-view.ts';

const forcible = ['mcp', 'direct'] as const;

export const forceFallback = defineOperation({
  name: 'force_fallback',
  input: z.strictObject({
    route: z.enum([...forcible, 'auto']).describe('mcp or direct: first for every operation; auto: back to policy.'),
    reason: z.string().trim().min(3).max(500).optional().describe('Why; needed for mcp and direct.'),
    durationSeconds: z
      .int()
      .min(1)
      .max(86_400)
      .optional()
      .describe('Until it expires by itself. Default: routing.overrideSeconds (3600).'),
    dryRun: z.boolean().default(false).describe('Show the effect only.'),
  }),
  output: z.object({
    route: z.enum([...forcible, 'auto']),
    applied: z.boolean(),
    override: overrideSchema.nullable(),
    previous: overrideSchema.nullable(),
    effect: z.record(z.string(), z.string()).describe('Operation type: primary, then fallback'),
    scope: z.enum(stateScopes).describe('shared: every process on this state'),
    undo: nextCallSchema.nullable(),
    simulated: z.boolean(),
  }),
  async run(context, { route, reason, durationSeconds, dryRun }, caller) {
    const { overrides, config, wallClock, logger, audit } = context;
    if (route !== 'auto' && reason === undefined) {
      throw new HybridRoutingError('invalid_input', 'reason: is missing', `Say why everything should go to ${route}.`);
    }
    const now = wallClock();
    const why = await context.cleared(reason ?? '');
    const seconds = durationSeconds ?? config.routing.overrideSeconds;
    const planned = route === 'auto' ? null : { route, reason: why, setAt: now, expiresAt: now + seconds * 1_000 };
    const before = overrides.current();
    const previous = before && shownOverride(before, now);
    const effect = effectOf(context, planned);
    const scope = dryRun ? context.scope() : await overrides.replace(planned);
    if (!dryRun) {
      // The reason is an operator's free text: it is shown on request, not logged.
      logger.warn({ component: 'intelligent-router', route, seconds: planned && seconds }, 'route override changed');
      await audit.append('OVERRIDE', { route, override: planned, before, scope, caller: auditedCaller(caller) });
    }
    return {
      route,
      applied: !dryRun,
      override: planned && shownOverride(planned, now),
      previous,
      effect,
      scope,
      undo: dryRun ? null : undoOf(route, previous),
      simulated: config.simulate,
    };
  },
});

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
