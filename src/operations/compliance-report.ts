import { z } from 'zod';
import { controlStatuses } from '../compliance/reports/control.ts';
import type { ReportBody, ReportSources } from '../compliance/reports/report-body.ts';
import {
  leavesRow,
  type ReportArgument,
  type ReportName,
  reportFormats,
  reportNames,
  takenArguments,
} from '../compliance/reports/report-names.ts';
import { HybridRoutingError, messageOf } from '../config/errors.ts';
import { auditedCaller, type Caller } from '../support/caller.ts';
import { nextCallSchema } from './next-call.ts';
import { defineOperation, type OperationContext } from './operation.ts';

const isoTime = z.iso.datetime({ offset: true });
/** Checked apart from its schema: the pattern of a date alone costs an agent 150 tokens. */
const time = z
  .string()
  .refine(
    (text) => isoTime.safeParse(text).success,
    'must be an ISO 8601 time with its zone, such as 2026-05-01T00:00:00Z',
  )
  .optional();
const defaultLimit = 20;

const inputSchema = z.strictObject({
  report: z
    .enum(reportNames)
    .default('gdpr_status')
    .describe(
      'How things stand: gdpr_status, residency, consent, security_posture, security_alerts. Lists: violations, access_log, audit_gaps. ' +
        'Against the period before: weekly, daily. audit_verify: the whole log. audit_pack: for an auditor. export: how.',
    ),
  format: z
    .enum(reportFormats)
    .optional()
    .describe('Document of weekly, daily, audit_pack, access_log, violations. Default: json, none.'),
  from: time.describe('Start of the period, ISO 8601.'),
  to: time.describe('End. Default: now.'),
  cursor: z.string().max(100).optional().describe('nextCursor of the page before.'),
  limit: z.int().min(1).max(500).optional().describe('Rows a page. Default 20.'),
});
type Input = z.output<typeof inputSchema>;

const brief = { brief: true };

export const complianceReport = defineOperation({
  name: 'compliance_report',
  inLockdown: true,
  input: inputSchema,
  output: z.object({
    report: z.string(),
    generatedAt: z.string(),
    status: z.enum(controlStatuses),
    summary: z.array(z.string()),
    controls: z.array(
      z
        .object({
          id: z.string(),
          title: z.string(),
          status: z.enum(controlStatuses),
          reason: z.string(),
          evidence: z.object({ from: z.int(), to: z.int(), rows: z.int() }).nullable(),
          next: nextCallSchema.nullable(),
          person: z.string().nullable(),
          weight: z.int().optional(),
        })
        .meta(brief),
    ),
    rows: z.array(z.record(z.string(), z.unknown()).meta(brief)),
    document: z.string().nullable(),
    nextCursor: z.string().nullable(),
    next: z.array(nextCallSchema.meta(brief)),
    simulated: z.boolean(),
  }),
  async run(context, input, caller) {
    checkArguments(input);
    const { report, format = 'json', from, to, cursor, limit = defaultLimit } = input;
    // Reports are seldom asked for: their parts are not loaded before.
    const { runReport } = await import('../compliance/reports/run-report.ts');
    const sources = sourcesOf(context);
    const { cancelled: signal, onProgress } = caller;
    const body = await runReport(sources, { report, format, from, to, cursor, limit, signal, onProgress });
    const unrecorded = leavesRow(report) ? await recordReport(context, { input, body, caller }) : null;
    return {
      report,
      generatedAt: new Date(sources.now).toISOString(),
      status: body.status,
      summary: [...body.summary, ...(unrecorded === null ? [] : [unrecorded])],
      controls: (body.controls ?? []).map((control) => ({ ...control })),
      rows: [...(body.rows ?? [])],
      document: body.document ?? null,
      nextCursor: body.nextCursor ?? null,
      next: [...(body.next ?? [])],
      simulated: context.config.simulate,
    };
  },
});

function checkArguments({ report, ...given }: Input): void {
  const taken = takenArguments[report];
  const strange = argumentsOf(given).find((name) => !taken.includes(name));
  if (strange === undefined) return;
  const takes = taken.length === 0 ? 'It takes no further argument.' : `It takes ${taken.join(', ')}.`;
  throw new HybridRoutingError('invalid_input', `${strange}: does not go with report ${report}`, takes);
}

const argumentNames: readonly ReportArgument[] = ['format', 'from', 'to', 'cursor', 'limit'];

function argumentsOf(given: Omit<Input, 'report'>): ReportArgument[] {
  return argumentNames.filter((name) => given[name] !== undefined);
}

function sourcesOf({ config, state, targets, audit, modes, wallClock }: OperationContext): ReportSources {
  const { store, trail, consents, subjects, folder } = state;
  const { lockdown } = modes.current();
  const auditStatus = audit.status;
  return { config, store, trail, consents, subjects, folder, targets, auditStatus, lockdown, now: wallClock() };
}

interface Reported {
  input: Input;
  body: ReportBody;
  caller: Caller;
}

/** The row of a report that was given. @returns what to tell where there is none */
async function recordReport(
  { audit, logger }: OperationContext,
  { input, body, caller }: Reported,
): Promise<string | null> {
  const report: ReportName = input.report;
  const row = { report, format: input.format ?? 'json', status: body.status, ...body.audited };
  try {
    await audit.append('REPORT', { ...row, caller: auditedCaller(caller) });
    return null;
  } catch (thrown) {
    const fields = { component: 'bedrock-support', report, cause: messageOf(thrown) };
    logger.error({ ...fields, event: 'SECURITY' }, 'SECURITY report has no audit row');
    return 'audit trail: there is no row of this report, call health_check';
  }
}
