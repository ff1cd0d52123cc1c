import { randomUUID } from 'node:crypto';
import { createState } from '../../src/app-state.ts';
import { clearing } from '../../src/compliance/personal-data/clearing.ts';
import { loadPhoneNumbers } from '../../src/compliance/personal-data/phone-numbers.ts';
import { createPersonalDataProtector } from '../../src/compliance/personal-data/protector.ts';
import { ResidencyTargets } from '../../src/compliance/residency/targets.ts';
import type { PathName } from '../../src/config/operation-types.ts';
import { HealthHistory } from '../../src/health/history.ts';
import { createConfirmations } from '../../src/operations/confirmation/create-confirmations.ts';
import type { OperationContext } from '../../src/operations/operation.ts';
import { openFlags } from '../../src/routing/open-flags.ts';
import { type Order, Orders } from '../../src/routing/orders.ts';
import { runbookPolicy } from '../../src/routing/policy.ts';
import { forgetPath, type Restartable, restartComponent } from '../../src/routing/restarts.ts';
import { localValue, type StateScope } from '../../src/store/shared-state.ts';
import { BackgroundOperations } from '../../src/support/background/background-operations.ts';
import { BedrockSupportManager } from '../../src/support/bedrock-support-manager.ts';
import { Gates } from '../../src/support/gates.ts';
import { Intake } from '../../src/support/intake.ts';
import { OperationMetrics } from '../../src/telemetry/operation-metrics.ts';
import { configWith } from './config.ts';
import { localCollection } from './local-collection.ts';
import { RecordingAudit } from './recording-audit.ts';
import { scriptedRouter } from './scripted-router.ts';

// Loaded before any test takes the clock in its hands: nothing that a test runs waits for a module then.
const phoneNumbers = await loadPhoneNumbers();

/**
 * Every real part of the server over two scripted paths, on the clock of `Date`; the audit log is in memory, and there is no
 * store unless a test asks for one: what needs it is told that it is away.
 */
export function scriptedApp(flags: Readonly<Record<string, unknown>> = {}, { withStore = false } = {}) {
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
  const state = createState({ config, logger, env: {}, wallClock });
  // A store that opens beside a test's own clock would look for changes on it for ever.
  if (!withStore) void state.store.close();
  const targets = new ResidencyTargets({ config, region: () => config.direct.region ?? null });
  const gates = new Gates({ ...state, config, targets, logger, wallClock });
  const recognition = { config: config.personalData, loadPhoneNumbers: async () => phoneNumbers };
  const protector = createPersonalDataProtector(recognition);
  const support = new BedrockSupportManager({ ...shared, gates, protector, policy: runbookPolicy });
  const features = openFlags({ settings: localCollection(wallClock), config, logger });
  const background = new BackgroundOperations({
    support,
    stored: state.handles,
    flags: features,
    config,
    logger,
    wallClock,
  });
  const orders = { newId: randomUUID, wallClock };
  const resets = new Orders({
    ...orders,
    shared: localValue<Order<PathName>>(wallClock),
    apply: forgetPath({ paths, health }),
  });
  const restart = restartComponent({ paths, health, router });
  const restarts = new Orders({ ...orders, shared: localValue<Order<Restartable>>(wallClock), apply: restart });
  const context: OperationContext = {
    ...shared,
    ...parts,
    resets,
    restarts,
    flags: features,
    ...createConfirmations({ ...state, wallClock }),
    state,
    networks: state.networks,
    targets,
    protector,
    cleared: clearing(recognition),
    support,
    background,
    history,
    paths,
    scope,
    ready: async () => {},
  };
  return { ...context, context, audit, paths, log };
}

export type ScriptedApp = ReturnType<typeof scriptedApp>;

/** A caller who waits for the answer. */
export const patient = () => ({ cancelled: new AbortController().signal });
