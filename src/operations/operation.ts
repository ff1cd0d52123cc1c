import type { z } from 'zod';
import type { AuditCheckpoints } from '../compliance/audit/audit-checkpoints.ts';
import type { AuditWriter } from '../compliance/audit/audit-kinds.ts';
import type { AuditTrail } from '../compliance/audit/audit-trail.ts';
import type { ConsentRecords } from '../compliance/consent/consent-records.ts';
import type { PersonalDataProtector } from '../compliance/personal-data/protector.ts';
import type { ResidencyTargets } from '../compliance/residency/targets.ts';
import type { SubjectRegistry } from '../compliance/subjects/subject-registry.ts';
import { HybridRoutingError } from '../config/errors.ts';
import type { PathName } from '../config/operation-types.ts';
import type { Config } from '../config/schema.ts';
import type { HealthHistory } from '../health/history.ts';
import type { HybridHealthMonitor } from '../health/hybrid-health-monitor.ts';
import type { Path } from '../paths/path.ts';
import type { IntelligentRouter } from '../routing/intelligent-router.ts';
import type { Modes } from '../routing/modes.ts';
import type { RouteOverrides } from '../routing/overrides.ts';
import type { RoutingSettings } from '../routing/routing-settings.ts';
import type { StateScope } from '../store/shared-state.ts';
import type { Store } from '../store/store.ts';
import type { BedrockSupportManager } from '../support/bedrock-support-manager.ts';
import type { Caller } from '../support/caller.ts';
import type { Intake } from '../support/intake.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { OperationMetrics } from '../telemetry/operation-metrics.ts';
import { recordAccess } from './access.ts';

/** What operations work on: the parts of the running server. */
export interface OperationContext {
  config: Config;
  support: BedrockSupportManager;
  router: IntelligentRouter;
  health: HybridHealthMonitor;
  history: HealthHistory;
  overrides: RouteOverrides;
  modes: Modes;
  settings: RoutingSettings;
  paths: Readonly<Record<PathName, Path>>;
  intake: Intake;
  metrics: OperationMetrics;
  audit: AuditWriter;
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

/** Something that a user, an agent or an operator can do; tools, HTTP routes and commands are thin adapters over it. */
export interface Operation<Input extends z.ZodObject, Output extends z.ZodObject> {
  /** Name of its MCP tool. */
  name: string;
  input: Input;
  output: Output;
  /** Whether it goes on in a lockdown: health, reads and the lift itself. route_operation refuses for itself. */
  inLockdown?: true;
  /** Whether its own audit row tells of the access too. */
  recordsItself?: true;
  run(context: OperationContext, input: z.output<Input>, caller: Caller): Promise<z.output<Output>>;
}

/**
 * Keeps the types of a definition's schemas, a lockdown's rule (what does not say otherwise is refused), and the access log:
 * every call has its row.
 */
export function defineOperation<Input extends z.ZodObject, Output extends z.ZodObject>(
  operation: Operation<Input, Output>,
): Operation<Input, Output> {
  return {
    ...operation,
    async run(context, input, caller) {
      await context.ready();
      const startedAt = context.wallClock();
      const record = (thrown: unknown) => {
        if (!operation.recordsItself) recordAccess(context, { name: operation.name, input, caller, startedAt, thrown });
      };
      try {
        checkLockdown(context, operation);
        const output = await operation.run(context, input, caller);
        record(null);
        return output;
      } catch (thrown) {
        record(thrown);
        throw thrown;
      }
    },
  };
}

function checkLockdown({ modes }: OperationContext, { name, inLockdown }: { name: string; inLockdown?: true }): void {
  const { lockdown } = modes.current();
  if (!lockdown || inLockdown) return;
  throw new HybridRoutingError(
    'lockdown_mode',
    `lockdown is in force (${lockdown.reason}): ${name} is refused`,
    'To lift it call security_response {"action":"lockdown","enable":false}.',
  );
}
