import { HealthHistory } from '../../src/health/history.ts';
import type { OperationContext } from '../../src/operations/operation.ts';
import { runbookPolicy } from '../../src/routing/policy.ts';
import type { StateScope } from '../../src/store/shared-state.ts';
import { BedrockSupportManager } from '../../src/support/bedrock-support-manager.ts';
import { Intake } from '../../src/support/intake.ts';
import { OperationMetrics } from '../../src/telemetry/operation-metrics.ts';
import { configWith } from './config.ts';
import { RecordingAudit } from './recording-audit.ts';
import { scriptedRouter } from './scripted-router.ts';

/** Every real part of the server over two scripted paths, on the clock of `Date`. */
export function scriptedApp(flags: Readonly<Record<string, unknown>> = {}) {
  const config = configWith(flags);
  const { log, paths, ...parts } = scriptedRouter();
  const { health, overrides, modes, router } = parts;
  const { logger } = log;
  const wallClock = Date.now;
  const intake = new Intake();
  const metrics = new OperationMetrics(Date.now);
  const history = new HealthHistory({ health, wallClock });
  const audit = new RecordingAudit();
  const shared = {
    config,
    router,
    health,
    overrides,
    modes,
    intake,
    metrics,
    logger,
    wallClock,
    audit,
  };
  const scope = (): StateScope => 'this_process';
  const support = new BedrockSupportManager({ ...shared, policy: runbookPolicy });
  const context: OperationContext = { ...shared, ...parts, support, history, paths, scope, ready: async () => {} };
  return { ...context, context, audit, paths, log };
}

export type ScriptedApp = ReturnType<typeof scriptedApp>;

/** A caller who waits for the answer. */
export const patient = () => ({ cancelled: new AbortController().signal });
