import { z } from 'zod';
import { type AnyAction, defineAction, type Route } from './action.ts';
import { toolOperation } from './tool-operation.ts';

const names = ['stats', 'optimize', 'cleanup', 'warmup'] as const;

/** There is no response cache yet, and the answers say so: null is "not measured", never 0. */
function action(name: (typeof names)[number], method: Route['method'], summary: string): AnyAction {
  return defineAction({
    name,
    brief: summary,
    scopes: [name === 'stats' ? 'viewer' : 'operator'],
    // Nothing is cached, so nothing can be changed.
    risk: 'read',
    inLockdown: true,
    input: z.strictObject({}),
    routes: [{ method, path: `/admin/cache/${name}`, summary: `Response cache: ${summary}.`, undo: null }],
    run: async ({ config }) => ({
      status: 'not_assessed',
      applied: false,
      enabled: false,
      hitRatePercent: null,
      targetPercent: 80, // the KPI table's target
      entries: null,
      bytes: null,
      reason: 'This version has no response cache: every operation is answered by a path.',
      simulated: config.simulate,
    }),
  });
}

export const cacheOptimize = toolOperation({
  name: 'cache_optimize',
  by: 'action',
  byDefault: 'stats',
  about: 'stats: what it holds and saves; the others: not_assessed, nothing is cached',
  actions: [
    action('stats', 'GET', 'what it holds and saves'),
    action('optimize', 'POST', 'size and lifetime for the target hit rate'),
    action('cleanup', 'POST', 'drop what is expired or stale'),
    action('warmup', 'POST', 'fill it before the traffic comes'),
  ],
  output: z.object({
    action: z.enum(names),
    status: z.literal('not_assessed'),
    applied: z.boolean(),
    enabled: z.boolean(),
    hitRatePercent: z.number().nullable(),
    targetPercent: z.number(),
    entries: z.int().nullable(),
    bytes: z.int().nullable(),
    reason: z.string(),
    simulated: z.boolean(),
  }),
});
