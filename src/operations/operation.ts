import type { z } from 'zod';
import type { Networks } from '../access/networks.ts';
import type { AuditCheckpoints } from '../compliance/audit/audit-checkpoints.ts';
import type { AuditWriter } from '../compliance/audit/audit-kinds.ts';
import type { AuditTrail } from '../compliance/audit/audit-trail.ts';
import type { ConsentRecords } from '../compliance/consent/consent-records.ts';
import type { PersonalDataProtector } from '../compliance/personal-data/protector.ts';
import type { ResidencyTargets } from '../compliance/residency/targets.ts';
import type { SubjectRegistry } from '../compliance/subjects/subject-registry.ts';
import type { PathName } from '../config/operation-types.ts';
import type { Config } from '../config/schema.ts';
import type { Scope } from '../config/scopes.ts';
import type { HealthHistory } from '../health/history.ts';
import type { HybridHealthMonitor } from '../health/hybrid-health-monitor.ts';
import type { Path } from '../paths/path.ts';
import type { FeatureFlags } from '../routing/feature-flags.ts';
import type { IntelligentRouter } from '../routing/intelligent-router.ts';
import type { Modes } from '../routing/modes.ts';
import type { Orders } from '../routing/orders.ts';
import type { RouteOverrides } from '../routing/overrides.ts';
import type { Restartable } from '../routing/restarts.ts';
import type { RoutingSettings } from '../routing/routing-settings.ts';
import type { StateScope } from '../store/shared-state.ts';
import type { Store } from '../store/store.ts';
import type { BackgroundOperations } from '../support/background/background-operations.ts';
import type { BedrockSupportManager } from '../support/bedrock-support-manager.ts';
import type { Caller } from '../support/caller.ts';
import type { Intake } from '../support/intake.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { OperationMetrics } from '../telemetry/operation-metrics.ts';
import type { Approvals } from './confirmation/approvals.ts';
import type { Confirmations } from './confirmation/confirmations.ts';
import type { Protection } from './confirmation/plan.ts';
import { guarded, type Rules } from './guarded.ts';

/** What operations work on: the parts of the running server. */
export interface OperationContext {
  config: Config;
  support: BedrockSupportManager;
  background: BackgroundOperations;
  router: IntelligentRouter;
  health: HybridHealthMonitor;
  history: HealthHistory;
  overrides: RouteOverrides;
  modes: Modes;
  settings: RoutingSettings;
  /** Which addresses are served over HTTP. */
  networks: Networks;
  /** Orders to close the breakers of a path. */
  resets: Orders<PathName>;
  restarts: Orders<Restartable>;
  flags: FeatureFlags;
  paths: Readonly<Record<PathName, Path>>;
  intake: Intake;
  metrics: OperationMetrics;
  audit: AuditWriter;
  confirmations: Confirmations;
  approvals: Approvals;
  /** Subjects, consents, the audit trail and the store itself. */
  state: StateParts;
  targets: ResidencyTargets;
  protector: PersonalDataProtector;
  /** An operator's free text, cleared of personal data before it is kept or shown. */
  cleared: (text: string) => Promise<string>;
  /** Resolves when the shared state has been read once, or cannot be for now. Never throws. */
  ready: () => Promise<void>;
  /** Whom a change of the state would reach at this moment. */
  scope: () => StateScope;
  logger: Logger;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** What lasts beyond the process. */
export interface StateParts {
  /** Where the state lies on this machine. */
  folder: string;
  store: Store;
  trail: AuditTrail;
  checkpoints: AuditCheckpoints;
  subjects: SubjectRegistry;
  consents: ConsentRecords;
}

/** A change that an agent must have confirmed before it is made. */
export interface Change {
  /** Tool and action, such as `security_response lockdown`. */
  action: string;
  /** What whoever approves it must be allowed. */
  scope: Scope;
  protection: Protection;
  reversible: boolean;
}

/** Something that a user, an agent or an operator can do; tools, HTTP routes and commands are thin adapters over it. */
export interface Operation<Input extends z.ZodObject, Output extends z.ZodObject> {
  /** Name of its MCP tool. */
  name: string;
  input: Input;
  output: Output;
  /** Whether any input changes something. */
  writes: boolean;
  /** Who may do it, and when. */
  rulesOf(input: z.output<Input>): Rules;
  /** Whether this input changes something, rather than reads or shows. */
  changes(input: z.output<Input>): boolean;
  /** What it would change, of an input that does. Ask when a dry run has taken it. */
  changeOf(context: OperationContext, input: z.output<Input>): Change;
  run(context: OperationContext, input: z.output<Input>, caller: Caller): Promise<z.output<Output>>;
}

interface OperationSpec<Input extends z.ZodObject, Output extends z.ZodObject> extends Rules {
  name: string;
  input: Input;
  output: Output;
  run(context: OperationContext, input: z.output<Input>, caller: Caller): Promise<z.output<Output>>;
}

/** An operation that changes nothing an operator would have to confirm, under one set of rules. */
export function defineOperation<Input extends z.ZodObject, Output extends z.ZodObject>(
  spec: OperationSpec<Input, Output>,
): Operation<Input, Output> {
  const { name, input: inputSchema, output } = spec;
  return {
    name,
    input: inputSchema,
    output,
    writes: false,
    rulesOf: () => spec,
    changes: () => false,
    changeOf() {
      throw new TypeError(`${name} changes nothing`);
    },
    run: (context, input, caller) =>
      guarded(context, { name, rules: spec, input, caller }, () => spec.run(context, input, caller)),
  };
}
