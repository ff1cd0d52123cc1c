import type { AuditWriter } from '../compliance/audit/audit-kinds.ts';
import type { AuditState } from '../compliance/audit/audit-log.ts';
import { messageOf } from '../config/errors.ts';
import type { Config } from '../config/schema.ts';
import { operationDeadlineMs } from '../routing/deadline.ts';
import type { Logger } from '../telemetry/logger.ts';
import { RefusedError } from './admission.ts';
import type { OperationResult } from './operation.ts';
import { type OperationFacts, operationRow } from './operation-row.ts';
import { settledWithin } from './settled-within.ts';

interface Dependencies {
  config: Pick<Config, 'audit'>;
  audit: AuditWriter;
  logger: Logger;
}

/** An answer that comes at the last moment waits so long for its audit row, in ms. */
const leastWaitMs = 50;

const notices: Record<AuditState | 'pending' | 'lost', string | null> = {
  stored: null,
  spooled: null,
  pending: 'audit trail: the row of this operation is not on the disk yet',
  held: 'audit trail: the row of this operation waits in memory, call health_check',
  lost: 'audit trail: there is no row of this operation, call health_check',
};

/** Gives each operation its row in the audit log. */
export class OperationRecorder {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** @throws RefusedError where an operation would leave no trace that lasts */
  check(): void {
    const { audit, config } = this.#dependencies;
    const { state, cause } = audit.status;
    const problem = audit.full ?? (config.audit.onFailure === 'refuse' && state === 'held' ? cause : null);
    if (problem === null) return;
    throw new RefusedError(
      'audit_unavailable',
      `The audit log cannot be written (${problem})`,
      'Have the operator free disk space or bring the store back; health_check tells when it is.',
    );
  }

  /** Writes the row; by default the answer waits until it is on the disk, as long as its deadline allows. */
  async record(result: OperationResult, facts: OperationFacts): Promise<OperationResult> {
    const { audit, config } = this.#dependencies;
    const appended = audit
      .append('OPERATION', operationRow(result, facts))
      .catch((thrown: unknown) => this.#lost(result, thrown));
    if (config.audit.acknowledge === 'queued') return result;
    const deadlineMs = operationDeadlineMs(result.sla.slaMs, facts.request.deadlineMs, facts.caller.background);
    const waitMs = Math.max(leastWaitMs, deadlineMs - result.latencyMs);
    const notice = notices[await settledWithin(appended, waitMs, 'pending' as const)];
    return notice === null ? result : { ...result, notices: [...result.notices, notice] };
  }

  #lost({ operationId, status, path }: OperationResult, thrown: unknown) {
    const fields = { component: 'bedrock-support', operationId, status, path, cause: messageOf(thrown) };
    this.#dependencies.logger.error({ ...fields, event: 'ERROR' }, 'ERROR operation has no audit row');
    return 'lost' as const;
  }
}
