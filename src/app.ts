import { randomUUID } from 'node:crypto';
import { closeState, createState, openState, stateReport } from './app-state.ts';
import { clearing } from './compliance/personal-data/clearing.ts';
import { createExternalRecognizer } from './compliance/personal-data/external-recognizer.ts';
import { type ApplyGuardrail, createGuardrailRecognizer } from './compliance/personal-data/guardrail-recognizer.ts';
import { createPersonalDataProtector } from './compliance/personal-data/protector.ts';
import type { SecondStage } from './compliance/personal-data/second-stage.ts';
import { ResidencyTargets } from './compliance/residency/targets.ts';
import type { Config } from './config/schema.ts';
import { HealthHistory } from './health/history.ts';
import { HybridHealthMonitor } from './health/hybrid-health-monitor.ts';
import { HealthProber } from './health/prober.ts';
import { createConfirmations } from './operations/confirmation/create-confirmations.ts';
import type { OperationContext } from './operations/operation.ts';
import type { BreakerSettings } from './paths/circuit-breaker.ts';
import { DirectBedrockClient } from './paths/direct-bedrock-client.ts';
import { MCPRouter } from './paths/mcp-router.ts';
import { BreakerResets } from './routing/breaker-resets.ts';
import { IntelligentRouter } from './routing/intelligent-router.ts';
import { runbookPolicy } from './routing/policy.ts';
import { once } from './store/once.ts';
import { BedrockSupportManager } from './support/bedrock-support-manager.ts';
import { Gates } from './support/gates.ts';
import { Intake } from './support/intake.ts';
import { KpiMinutes } from './telemetry/kpi-minutes.ts';
import type { Logger } from './telemetry/logger.ts';
import { OperationMetrics } from './telemetry/operation-metrics.ts';

/** The running router: what operations work on, and its beginning and end. */
export interface App extends OperationContext {
  /** Connects upstreams and loads the AWS SDK, so that the first operation does not pay for it. Never throws. */
  warmUp(): Promise<void>;
  /** Begins to probe paths without traffic, and to keep the history of health; ended by `close()`. */
  start(): void;
  /** Closes connections and stops upstream processes. */
  close(): Promise<void>;
}

interface AppOptions {
  config: Config;
  logger: Logger;
  env: Record<string, string | undefined>;
}

/** Wires the parts together; the only place that does. */
export function createApp({ config, logger, env }: AppOptions): App {
  const now = () => performance.now();
  const wallClock = () => Date.now();
  const policy = runbookPolicy;
  const state = createState({ config, logger, env, wallClock });
  const { overrides, modes, settings, networks, audit, scope } = state;
  const breaker: BreakerSettings = {
    config: config.routing.breaker,
    failuresOfLast20: () => settings.badCalls(),
    wallClock,
    onChange: (name, { state, reason, nextTrialAt }) =>
      logger.warn({ component: 'intelligent-router', name, state, reason, nextTrialAt }, 'circuit breaker changed'),
  };
  const paths = {
    direct: new DirectBedrockClient({ config: config.direct, simulate: config.simulate, env, now, breaker }),
    mcp: new MCPRouter({
      config: config.mcp,
      breaker,
      onStateChange: (upstream, state, cause) =>
        logger.info({ component: 'mcp-router', upstream, state, cause }, 'upstream connection changed'),
    }),
  };
  const intake = new Intake();
  const health = new HybridHealthMonitor({ paths, settings, state: () => stateReport(state), now, wallClock });
  const resets = new BreakerResets({
    shared: state.breakerReset,
    apply: (name) => {
      paths[name].resetBreakers();
      health.path(name).reset();
    },
    newId: randomUUID,
    wallClock,
  });
  const history = new HealthHistory({ health, wallClock });
  const prober = new HealthProber({ paths, health, config: config.health, logger, now });
  const metrics = new OperationMetrics(now);
  const kpiMinutes = new KpiMinutes({
    ...state,
    metrics,
    wallClock,
    onFault: (cause) => logger.warn({ component: 'hybrid-monitor', cause }, 'KPI minutes wait for the store'),
  });
  const router = new IntelligentRouter({
    paths,
    health,
    overrides,
    modes,
    policy,
    logger,
    hedging: config.routing.hedging,
    now,
    random: Math.random,
  });
  const targets = new ResidencyTargets({ config, region: () => paths.direct.region });
  const gates = new Gates({ config, ...state, targets, logger, wallClock });
  const protector = createPersonalDataProtector({
    config: config.personalData,
    secondStages: secondStages(config.personalData, paths.direct),
  });
  const support = new BedrockSupportManager({
    config,
    router,
    health,
    overrides,
    modes,
    intake,
    metrics,
    policy,
    audit,
    gates,
    protector,
    logger,
    wallClock,
  });
  const ready = once(() => openState(state));
  return {
    config,
    support,
    router,
    health,
    history,
    overrides,
    modes,
    settings,
    networks,
    resets,
    ...createConfirmations({ ...state, wallClock }),
    paths,
    intake,
    metrics,
    audit,
    state,
    targets,
    protector,
    cleared: clearing({ config: config.personalData }),
    scope,
    ready,
    logger,
    wallClock,
    async warmUp() {
      await Promise.all([ready(), paths.direct.warmUp(), paths.mcp.warmUp()]);
    },
    start() {
      history.start();
      prober.start();
      kpiMinutes.start();
    },
    async close() {
      history.stop();
      prober.stop();
      await kpiMinutes.stop();
      await Promise.all([paths.direct.close(), paths.mcp.close()]);
      await closeState(state, logger);
    },
  };
}

/** Recognizers outside this process, as configured. */
function secondStages({ guardrail, external }: Config['personalData'], direct: DirectBedrockClient): SecondStage[] {
  const stages: SecondStage[] = [];
  if (guardrail) {
    const { id, version } = guardrail;
    const applyGuardrail: ApplyGuardrail = (text, signal) =>
      direct.applyGuardrail({ guardrail: { id, version }, text, source: 'INPUT', signal });
    stages.push(createGuardrailRecognizer({ config: guardrail, applyGuardrail }));
  }
  if (external) stages.push(createExternalRecognizer({ config: external }));
  return stages;
}
