import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import { thresholdRanges } from '../config/schema.ts';
import { badCallsAt, type Thresholds } from '../routing/routing-settings.ts';
import { auditedCaller, type Caller } from '../support/caller.ts';
import type { AdminResult } from './admin-result.ts';
import type { OperationContext } from './operation.ts';

/** The ranges of the configuration, without its defaults: what is not named stays as it is. */
export const thresholdsSchema = z
  .strictObject({
    directBedrockLatencyThreshold: thresholdRanges.directBedrockLatencyThreshold.optional().describe('ms'),
    mcpLatencyThreshold: thresholdRanges.mcpLatencyThreshold.optional().describe('ms'),
    fallbackAggressiveness: thresholdRanges.fallbackAggressiveness.optional().describe('Higher leaves a path sooner.'),
  })
  .refine((thresholds) => Object.keys(thresholds).length > 0, 'must name at least one threshold');

interface Order {
  thresholds?: z.infer<typeof thresholdsSchema> | undefined;
  rollbackId?: string | undefined;
  dryRun: boolean;
  caller: Caller;
}

/** Changes the routing thresholds, or takes a change back. */
export async function changeThresholds(context: OperationContext, { thresholds, rollbackId, dryRun, caller }: Order) {
  const { settings, logger, config, audit } = context;
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
  const scope = change ? await change.stored : context.scope();
  if (change) {
    const { rollbackId: id } = change;
    logger.warn(
      { component: 'intelligent-router', before, after, rollbackId: id, scope },
      'routing thresholds changed',
    );
    const row = { setting: 'routing', before: { ...before }, after: { ...after }, rollbackId: id, scope };
    await audit.append('CONFIGURATION', { ...row, caller: auditedCaller(caller) });
  }
  const applying = rollbackId === undefined ? { thresholds: { ...patch } } : { rollbackId };
  const undoing = change ? { rollbackId: change.rollbackId } : applying;
  const result: AdminResult = {
    applied: !dryRun,
    before: { ...before },
    after,
    effect: effectOf(after),
    expiresAt: null,
    scope,
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
  const bad = badCallsAt(thresholds.fallbackAggressiveness);
  const rule = (ms: number) => `left at ${bad} of its last 20 calls failed or over ${ms} ms`;
  return {
    direct: rule(thresholds.directBedrockLatencyThreshold),
    mcp: rule(thresholds.mcpLatencyThreshold),
  };
}
