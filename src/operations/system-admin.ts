import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import { pathNames } from '../config/operation-types.ts';
import { adminResultShape } from './admin-result.ts';
import { defineOperation } from './operation.ts';
import { resetBreakers } from './reset-breakers.ts';
import { changeThresholds, thresholdsSchema } from './routing-config.ts';
import { consentOrderSchema, setConsent } from './set-consent.ts';
import { switchMode, switchShape } from './switch-mode.ts';

const actionSchema = z.enum(['routing_config', 'circuit_breaker_reset', 'emergency', 'maintenance', 'consent']);
type Action = z.infer<typeof actionSchema>;

const inputSchema = z.strictObject({
  action: actionSchema.describe(
    'routing_config: change thresholds, or take it back by rollbackId; circuit_breaker_reset: close breakers of path; ' +
      'emergency: refuse standard operations; maintenance: banner, background_task waits, or drain one path; consent: record a grant or withdrawal.',
  ),
  thresholds: thresholdsSchema.optional().describe('New values, for routing_config.'),
  rollbackId: z.string().min(1).max(100).optional().describe('Of the change to take back.'),
  path: z
    .enum([...pathNames, 'both'])
    .optional()
    .describe('For reset (default both); to drain: direct or mcp.'),
  consent: consentOrderSchema.optional().describe('For consent.'),
  ...switchShape,
});

/** The arguments that an action takes besides `action` and `dryRun`: any other is refused, not ignored. */
const taken: Record<Action, readonly string[]> = {
  routing_config: ['thresholds', 'rollbackId'],
  circuit_breaker_reset: ['path'],
  emergency: ['enable', 'reason', 'durationSeconds'],
  maintenance: ['enable', 'reason', 'durationSeconds', 'path'],
  consent: ['consent'],
};

export const systemAdmin = defineOperation({
  name: 'system_admin',
  input: inputSchema,
  output: z.object({ action: actionSchema, rollbackId: z.string().nullable(), ...adminResultShape }),
  async run(context, input, caller) {
    checkArguments(input);
    const { action, path, enable, reason, durationSeconds, dryRun } = input;
    const order = { tool: 'system_admin', enable, reason, durationSeconds, dryRun, caller } as const;
    switch (action) {
      case 'routing_config':
        return {
          action,
          ...(await changeThresholds(context, {
            thresholds: input.thresholds,
            rollbackId: input.rollbackId,
            dryRun,
            caller,
          })),
        };
      case 'circuit_breaker_reset':
        return { action, rollbackId: null, ...(await resetBreakers(context, path ?? 'both', { dryRun, caller })) };
      case 'consent':
        return { action, rollbackId: null, ...(await setConsent(context, { consent: input.consent, dryRun, caller })) };
      case 'emergency':
        return { action, rollbackId: null, ...(await switchMode(context, { ...order, mode: action })) };
      case 'maintenance': {
        if (path === 'both') {
          throw new HybridRoutingError(
            'invalid_input',
            'path: is both',
            'Name one path, or none for the whole router.',
          );
        }
        return { action, rollbackId: null, ...(await switchMode(context, { ...order, mode: action, path })) };
      }
    }
  },
});

function checkArguments({ action, dryRun: _, ...rest }: z.output<typeof inputSchema>): void {
  const strange = Object.entries(rest).find(([name, value]) => value !== undefined && !taken[action].includes(name));
  if (strange) {
    throw new HybridRoutingError(
      'invalid_input',
      `${strange[0]}: does not go with action ${action}`,
      `It takes ${taken[action].join(', ')} and dryRun.`,
    );
  }
}
