import { type AppState, closeState, createState } from '../../../src/app-state.ts';
import type { AuditKind } from '../../../src/compliance/audit/audit-kinds.ts';
import type { ReportBody, ReportOrder, ReportSources } from '../../../src/compliance/reports/report-body.ts';
import type { ReportName } from '../../../src/compliance/reports/report-names.ts';
import { runReport } from '../../../src/compliance/reports/run-report.ts';
import { ResidencyTargets } from '../../../src/compliance/residency/targets.ts';
import type { Config } from '../../../src/config/schema.ts';
import { configWith } from '../../support-files/config.ts';
import { recordingLogger } from '../../support-files/log-lines.ts';
import { now } from './bodies.ts';

/** A real store and audit log in a folder of its own, on a clock that the test sets. */
export class ReportState {
  readonly config: Config;
  readonly state: AppState;
  readonly targets: ResidencyTargets;
  readonly #log = recordingLogger();
  #clock = now;

  constructor(flags: Readonly<Record<string, unknown>> = {}) {
    this.config = configWith({ 'direct.region': 'eu-central-1', ...flags });
    const { config } = this;
    this.targets = new ResidencyTargets({ config, region: () => config.direct.region ?? null });
    const { logger } = this.#log;
    this.state = createState({ config, logger, env: {}, wallClock: () => this.#clock });
  }

  /** @param at milliseconds since 1970 */
  async write(kind: AuditKind, body: object, at = now): Promise<void> {
    this.#clock = at;
    await this.state.audit.append(kind, { ...body });
    this.#clock = now;
  }

  get sources(): ReportSources {
    const { config, state, targets } = this;
    const { store, trail, consents, subjects, folder, audit, modes } = state;
    const { lockdown } = modes.current();
    return { config, store, trail, consents, subjects, folder, targets, auditStatus: audit.status, lockdown, now };
  }

  report(report: ReportName, order: Partial<ReportOrder> = {}): Promise<ReportBody> {
    const signal = new AbortController().signal;
    return runReport(this.sources, { report, format: 'json', limit: 20, signal, ...order });
  }

  async close(): Promise<void> {
    await closeState(this.state, this.#log.logger);
  }
}
