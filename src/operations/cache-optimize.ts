import { z } from 'zod';
import { defineOperation } from './operation.ts';

/** There is no response cache yet, and the answer says so: null is "not measured", never 0. */
export const cacheOptimize = defineOperation({
  name: 'cache_optimize',
  inLockdown: true,
  input: z.strictObject({
    action: z.enum(['stats']).default('stats').describe('stats: what the response cache holds and saves.'),
  }),
  output: z.object({
    action: z.literal('stats'),
    status: z.literal('not_assessed'),
    enabled: z.boolean(),
    hitRatePercent: z.number().nullable(),
    targetPercent: z.number(),
    entries: z.int().nullable(),
    bytes: z.int().nullable(),
    reason: z.string(),
    simulated: z.boolean(),
  }),
  async run({ config }, { action }) {
    return {
      action,
      status: 'not_assessed' as const,
      enabled: false,
      hitRatePercent: null,
      targetPercent: 80, // the KPI table's target
      entries: null,
      bytes: null,
      reason: 'This version has no response cache: every operation is answered by a path.',
      simulated: config.simulate,
    };
  },
});
