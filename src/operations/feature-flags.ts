import { z } from 'zod';
import { flags } from '../routing/feature-flags.ts';
import { defineAction } from './action.ts';
import { toolOperation } from './tool-operation.ts';

const flagSchema = z.object({
  name: z.string(),
  description: z.string(),
  value: z.boolean(),
  default: z.boolean(),
  source: z.enum(['operator', 'provider', 'default']),
  reason: z.string().nullable(),
  expiresAt: z.string().nullable(),
});

const list = defineAction({
  name: 'list',
  brief: 'every flag as it stands',
  scopes: ['viewer', 'operator', 'security'],
  risk: 'read',
  inLockdown: true,
  input: z.strictObject({}),
  routes: [
    { method: 'GET', path: '/admin/feature-flags', summary: 'Feature flags: value, default, who set it.', undo: null },
  ],
  async run({ flags: features, config }) {
    const views = await features.list();
    return {
      flags: views.map(({ expiresAt, ...view }) => ({
        ...view,
        description: flags[view.name].description,
        expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
      })),
      simulated: config.simulate,
    };
  },
});

/** A route and a command, no tool: a dry run of `feature_flag` shows an agent how a flag stands. */
export const featureFlags = toolOperation({
  name: 'feature_flags',
  by: 'action',
  byDefault: 'list',
  actions: [list],
  output: z.object({ action: z.string(), flags: z.array(flagSchema), simulated: z.boolean() }),
});
