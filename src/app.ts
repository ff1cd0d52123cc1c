import { randomUUID } from 'node:crypto';
import type { Provider } from '@openfeature/server-sdk';
import { z } from 'zod';
import { type AppState, closeState, createState, openState, stateReport } from './app-state.ts';
import type { AuditWriter } from './compliance/audit/audit-kinds.ts';
import { clearing } from './compliance/personal-data/clearing.ts';
import { createExternalRecognizer } from './compliance/personal-data/external-recognizer.ts';
import { type ApplyGuardrail, createGuardrailRecognizer } from './compliance/personal-data/guardrail-recognizer.ts';
import { createPersonalDataProtector } from './compliance/personal-data/protector.ts';
import type { SecondStage } from './compliance/personal-data/second-stage.ts';
import { ResidencyTargets } from './compliance/residency/targets.ts';
import { messageOf } from './config/errors.ts';
import type { Config } from './config/schema.ts';
import { HealthHistory } from './health/history.ts';
import { HybridHealthMonitor } from './health/hybrid-health-monitor.ts';
import { HealthProber } from './health/prober.ts';
import { createConfirmations } from './operations/confirmation/create-confirmations.ts';
import type { OperationContext } from './operations/operation.ts';
import { ResourceChanges } from './operations/resource-changes.ts';
import type { BreakerSettings } from './paths/circuit-breaker.ts';
import { DirectBedrockClient } from './paths/direct-bedrock-client.ts';
import { createGuardedFetch } from './paths/guarded-fetch.ts';
import { knownToolSchema, sharedKnownTools } from './paths/known-tools.ts';
import { MCPRouter } from './paths/mcp-router.ts';
import { sealedLoginSchema, UpstreamLogins } from './paths/upstream-logins.ts';
import { IntelligentRouter } from './routing/intelligent-router.ts';
import { openFlags } from './routing/open-flags.ts';
import { Orders } from './routing/orders.ts';
import { runbookPolicy } from './routing/policy.ts';
import { forgetPath, restartComponent } from './routing/restarts.ts';
import type { KeyRing } from './store/key-ring.ts';
import { once } from './store/once.ts';
import type { SharedState } from './store/shared-state.ts';
import { BackgroundOperations } from './support/background/background-operations.ts';
import { BedrockSupportManager } from './support/bedrock-support-manager.ts';
import { Gates } from './support/gates.ts';
import { Intake } from './support/intake.ts';
import { KpiMinutes } from './telemetry/kpi-minutes.ts';
import type { Logger } from './telemetry/logger.ts';
import { OperationMetrics } from './telemetry/operation-metrics.ts';

/** The running router: what operations work on, and its beginning and end. */
export interface App extends OperationContext {
  /** Tells which resources have changed. */
  changes: ResourceChanges;
  /** What serving shares between the processes on the state: sessions and events. */
  shared: Pick<SharedState, 'value' | 'collection'>;
  keys: Pick<KeyRing, 'named'>;
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
  /** Where feature flags come from that no operator has set; without it, from the configuration. */
  featureFlagProvider?: Provider;
}

/** Wires the parts together; the only place that does. */
export function createApp({ config, logger, env, featureFlagProvider }: AppOptions): App {
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
      onToolChange: (upstream, before, after) => recordToolChange({ logger, audit }, { upstream, before, after }),
      ...upstreamState(state, () => ready()),
    }),
  };
  const intake = new Intake();
  const flags = openFlags({ settings: state.flagSettings, config, provider: featureFlagProvider, logger });
  const health = new HybridHealthMonitor({
    paths,
    settings,
    state: () => stateReport(state),
    changedFlags: () => flags.changed(),
    now,
    wallClock,
  });
  const history = new HealthHistory({ health, wallClock });
  const prober = new HealthProber({
    paths,
    health,
    config: config.health,
    logger,
    enabled: () => flags.isOn('active_probes'),
    now,
  });
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
    hedging: () => flags.isOn('hedging'),
    now,
    random: Math.random,
  });
  const orders = { newId: randomUUID, wallClock };
  const resets = new Orders({ ...orders, shared: state.breakerReset, apply: forgetPath({ paths, health }) });
  const restarts = new Orders({ ...orders, shared: state.restart, apply: restartComponent({ paths, health, router }) });
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
  const background = new BackgroundOperations({ support, stored: state.handles, flags, config, logger, wallClock });
  const ready = once(() => openState(state));
  const context: OperationContext = {
    config,
    support,
    background,
    router,
    health,
    history,
    overrides,
    modes,
    settings,
    networks,
    resets,
    restarts,
    flags,
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
  };
  const changes = new ResourceChanges({ context, onSharedChange: onOperatorsChange(state), now });
  return {
    ...context,
    changes,
    shared: state.shared,
    keys: state.keys,
    async warmUp() {
      await Promise.all([ready(), paths.direct.warmUp(), paths.mcp.warmUp()]);
    },
    start() {
      history.start();
      prober.start();
      kpiMinutes.start();
    },
    async close() {
      changes.close();
      history.stop();
      prober.stop();
      await kpiMinutes.stop();
      await background.close();
      await Promise.all([paths.direct.close(), paths.mcp.close(), flags.close()]);
      await closeState(state, logger);
    },
  };
}

interface ToolChange {
  upstream: string;
  /** Digests of what the tool says of itself. */
  before: string | null;
  after: string;
}

/** A tool that says something else than before may want something else: for the log, for alerts, and for an auditor. */
function recordToolChange({ logger, audit }: { logger: Logger; audit: AuditWriter }, change: ToolChange): void {
  const fields = { component: 'mcp-router', event: 'SECURITY', ...change } as const;
  logger.warn(fields, 'SECURITY what the tool of an upstream says of itself has changed');
  audit.append('CONFIGURATION', { setting: 'upstream_tool', ...change, caller: null }).catch((thrown: unknown) => {
    logger.error({ ...fields, cause: messageOf(thrown) }, 'SECURITY change of a tool has no audit row');
  });
}

/** Tells of what operators change for every process: the override, modes, thresholds, flags. */
function onOperatorsChange({ shared }: Pick<AppState, 'shared'>): (look: () => void) => void {
  return (look) => {
    for (const kind of ['override', 'mode', 'settings', 'flag']) shared.collection(kind, z.unknown()).onChange(look);
  };
}

/** What is kept of upstreams for every process: tools as they were first seen, logins. */
function upstreamState({ shared, keys }: Pick<AppState, 'shared' | 'keys'>, ready: () => Promise<void>) {
  const logins = new UpstreamLogins({
    placeOf: (name) => shared.value('upstream_login', name, sealedLoginSchema),
    keys,
    ready,
  });
  return {
    knownTools: sharedKnownTools({ placeOf: (name) => shared.value('upstream_tool', name, knownToolSchema), ready }),
    loginOf: (name: string) => logins.of(name),
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
  if (external) {
    const { fetch } = createGuardedFetch({ name: 'External recognizer', trusted: [new URL(external.url)] });
    stages.push(createExternalRecognizer({ config: external, fetch }));
  }
  return stages;
}
