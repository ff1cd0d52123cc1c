import type { OperationContext } from '../../src/operations/operation.ts';
import { runbookPolicy } from '../../src/routing/policy.ts';
import { BedrockSupportManager } from '../../src/support/bedrock-support-manager.ts';
import { OperationMetrics } from '../../src/telemetry/operation-metrics.ts';
import { configWith } from './config.ts';
import { scriptedRouter } from './scripted-router.ts';

/** Every real part of the server over two scripted paths, on the clock of `Date`. */
export function scriptedApp(flags: Readonly<Record<string, unknown>> = {}) {
  const config = configWith(flags);
  const { paths, health, overrides, router, log } = scriptedRouter();
  const { logger } = log;
  const metrics = new OperationMetrics(Date.now);
  const support = new BedrockSupportManager({
    config,
    router,
    health,
    overrides,
    metrics,
    policy: runbookPolicy,
    logger,
  });
  const context: OperationContext = {
    config,
    support,
    router,
    health,
    overrides,
    metrics,
    logger,
    wallClock: Date.now,
  };
  return { context, paths, log, ...context };
}

export type ScriptedApp = ReturnType<typeof scriptedApp>;

/** A caller who waits for the answer. */
export const patient = () => ({ cancelled: new AbortController().signal });
