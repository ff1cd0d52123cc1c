import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import { routingSchema } from '../config/schema.ts';
import type { Thresholds } from '../routing/routing-settings.ts';
import { RoutingSettings } from '../routing/routing-settings.ts';
import type { AdminResult } from './admin-result.ts';
import type { OperationContext } from './operation.ts';

const { directBedrockLatencyThreshold, mcpLatencyThreshold, fallbackAggressiveness } = routingSchema.shape;

/** The ranges of the configuration, without its defaults: what is not named stays as it is. */
export const thresholdsSchema = z
  .strictObject({
    directBedrockLatencyThreshold: directBedrockLatencyThreshold.unwrap().optional().describe('ms'),
    mcpLatencyThreshold: mcpLatencyThreshold.unwrap().optional().describe('ms'),
    fallbackAggressiveness: fallbackAggressiveness.unwrap().optional().describe('Higher leaves a path sooner.'),
  })
  .refine((thresholds) => Object.keys(thresholds).length > 0, 'must name at least one threshold');

interface Order {
  thresholds: z.infer<typeof thresholdsSchema> | undefined;
  rollbackId: string | undefined;
  dryRun: boolean;
}

/** Changes the routing thresholds, or takes a change back. */
export function changeThresholds(context: OperationContext, { thresholds, rollbackId, dryRun }: Order) {
  const { settings, logger, config } = context;
  if ((thresholds === undefined) === (rollbackId === undefined)) {
    throw new HybridRoutingError(
      'invalid_input',
      thresholds === undefined ? 'thresholds: is missing' : 'thresholds: given together with rollbackId',
      'Give either thresholds, or the rollbackId of a change to take back.',
    );
  }
  const before = settings.current;
  const patch = rollbackId === undefined ? given(thresholds) : settings.previous(rollbackId);
  const change = dryRun ? null : settings.change(patch);
  const after = { ...before, ...patch };
  if (change) logger.warn({ component: 'intelligent-router', ...change }, 'routing thresholds changed');
  const applying = rollbackId === undefined ? { thresholds: { ...patch } } : { rollbackId };
  const undoing = change ? { rollbackId: change.rollbackId } : applying;
  const result: AdminResult = {
    applied: !dryRun,
    before: { ...before },
    after,
    effect: effectOf(after),
    expiresAt: null,
    scope: 'this_process',
    next: [
      {
        tool: 'system_admin',
        arguments: { action: 'routing_config', ...undoing },
        why: change ? 'undo' : 'apply it',
      },
    ],
    simulated: config.simulate,
  };
  return { ...result, rollbackId: change?.rollbackId ?? null };
}

function given(thresholds: Order['thresholds'] = {}): Partial<Thresholds> {
  const { directBedrockLatencyThreshold: direct, mcpLatencyThreshold: mcp, fallbackAggressiveness: a } = thresholds;
  return {
    ...(direct === undefined ? {} : { directBedrockLatencyThreshold: direct }),
    ...(mcp === undefined ? {} : { mcpLatencyThreshold: mcp }),
    ...(a === undefined ? {} : { fallbackAggressiveness: a }),
  };
}

/** When a path is left with these thresholds, in words. */
function effectOf(thresholds: Thresholds): Record<string, string> {
  const bad = new RoutingSettings(thresholds).badCalls();
  const rule = (ms: number) => `left at ${bad} of its last 20 calls failed or over ${ms} ms`;
  return {
    direct: rule(thresholds.directBedrockLatencyThreshold),
    mcp: rule(thresholds.mcpLatencyThreshold),
  };
}
