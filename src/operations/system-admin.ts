import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import { pathNames } from '../config/operation-types.ts';
import { defineAction } from './action.ts';
import { adminResultShape } from './admin-result.ts';
import { featureFlag } from './feature-flag.ts';
import { resetBreakers } from './reset-breakers.ts';
import { restartService } from './restart-service.ts';
import { changeThresholds, thresholdsSchema } from './routing-config.ts';
import { consentOrderSchema, setConsent } from './set-consent.ts';
import { modeRoutes, switchMode, switchShape } from './switch-mode.ts';
import { toolOperation } from './tool-operation.ts';

const tool = 'system_admin';
const { dryRun } = switchShape;
const path = z
  .enum([...pathNames, 'both'])
  .optional()
  .describe('For reset (default both); to drain: direct or mcp.');
const operator = { scopes: ['operator'], risk: 'write' } as const;

const routingConfig = defineAction({
  ...operator,
  name: 'routing_config',
  brief: 'change thresholds, or take it back by rollbackId',
  input: z.strictObject({
    thresholds: thresholdsSchema.optional().describe('New values, for routing_config.'),
    rollbackId: z.string().min(1).max(100).optional().describe('Of the change to take back.'),
    dryRun,
  }),
  routes: [
    {
      method: 'POST',
      path: '/admin/routing/config',
      summary: 'Change the routing thresholds; answers the diff and a rollback id.',
      bodyIs: 'thresholds',
      undo: '/admin/routing/config/rollback',
    },
    {
      method: 'POST',
      path: '/admin/routing/config/rollback',
      summary: 'Take a change of the thresholds back, by its rollbackId.',
      undo: '/admin/routing/config/rollback',
    },
  ],
  run: (context, order, caller) => changeThresholds(context, { ...order, caller }),
});

const circuitBreakerReset = defineAction({
  ...operator,
  name: 'circuit_breaker_reset',
  brief: 'close breakers of path',
  input: z.strictObject({ path, dryRun }),
  routes: [
    {
      method: 'POST',
      path: '/admin/circuit-breaker/reset',
      summary: 'Close the circuit breakers; one whose service still fails opens again by itself.',
      undo: null,
    },
  ],
  run: (context, order, caller) => resetBreakers(context, order.path ?? 'both', { dryRun: order.dryRun, caller }),
});

const emergency = defineAction({
  ...operator,
  name: 'emergency',
  brief: 'refuse standard operations',
  input: z.strictObject(switchShape),
  routes: modeRoutes('/admin/emergency', ['enable', 'disable'], 'Emergency mode'),
  run: (context, order, caller) => switchMode(context, { ...order, tool, mode: 'emergency', caller }),
});

const maintenance = defineAction({
  ...operator,
  name: 'maintenance',
  brief: 'banner, background_task waits, or drain one path',
  input: z.strictObject({ ...switchShape, path }),
  routes: modeRoutes('/admin/maintenance', ['enable', 'disable'], 'Maintenance mode'),
  async run(context, order, caller) {
    const { path: drained } = order;
    if (drained === 'both') {
      throw new HybridRoutingError('invalid_input', 'path: is both', 'Name one path, or none for the whole router.');
    }
    return switchMode(context, { ...order, tool, mode: 'maintenance', path: drained, caller });
  },
});

const consent = defineAction({
  ...operator,
  name: 'consent',
  brief: 'record a grant or withdrawal',
  input: z.strictObject({ consent: consentOrderSchema.optional().describe('For consent.'), dryRun }),
  routes: [
    {
      method: 'POST',
      path: '/admin/compliance/consent',
      summary: 'Record that a person grants or withdraws consent for a purpose.',
      bodyIs: 'consent',
      undo: '/admin/compliance/consent',
    },
  ],
  run: (context, order, caller) => setConsent(context, { ...order, caller }),
});

// The last one's words stand for the arguments that a flag shares with the modes.
const actions = [routingConfig, circuitBreakerReset, restartService, emergency, maintenance, consent, featureFlag];

export const systemAdmin = toolOperation({
  name: tool,
  by: 'action',
  actions,
  output: z.object({ action: z.string(), rollbackId: z.string().nullable().default(null), ...adminResultShape }),
});
