import { z } from 'zod';
import { controlStatuses } from '../compliance/reports/control.ts';
import type { ReportBody, ReportSources } from '../compliance/reports/report-body.ts';
import {
  leavesRow,
  type ReportName,
  reportFormats,
  reportNames,
  takenArguments,
} from '../compliance/reports/report-names.ts';
import { messageOf } from '../config/errors.ts';
import { auditedCaller, type Caller } from '../support/caller.ts';
import { type AnyAction, defineAction } from './action.ts';
import { nextCallSchema } from './next-call.ts';
import type { OperationContext } from './operation.ts';
import { toolOperation } from './tool-operation.ts';

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

const inputFields = {
  format: z
    .enum(reportFormats)
    .optional()
    .describe('Document of weekly, daily, audit_pack, access_log, violations. Default: json, none.'),
  from: time.describe('Start of the period, ISO 8601.'),
  to: time.describe('End. Default: now.'),
  cursor: z.string().max(100).optional().describe('nextCursor of the page before.'),
  limit: z.int().min(1).max(500).optional().describe('Rows a page. Default 20.'),
};
const inputSchema = z.strictObject(inputFields).partial();
type Input = z.output<typeof inputSchema>;

/** Where each report is read over HTTP (mission checklist, 28-32 and 39-45), and what it is. */
const reports: Readonly<Record<ReportName, { path: string; summary: string }>> = {
  gdpr_status: { path: 'compliance/gdpr/status', summary: 'GDPR and AI Act controls, with evidence.' },
  residency: { path: 'compliance/gdpr/residency', summary: 'Where each path answers, against where it may.' },
  consent: { path: 'compliance/gdpr/consent', summary: 'Consents: valid, withdrawn, expired.' },
  violations: { path: 'compliance/gdpr/violations', summary: 'Refusals and violations, newest first.' },
  weekly: { path: 'compliance/report/weekly', summary: 'The last seven days against the seven before.' },
  daily: { path: 'compliance/report/daily', summary: 'The last day against the day before.' },
  audit_verify: { path: 'audit/verify', summary: 'Whether the whole audit log is unbroken.' },
  audit_gaps: { path: 'audit/gaps', summary: 'Rows that are missing from the audit log.' },
  audit_pack: { path: 'compliance/audit-pack', summary: 'Evidence for an auditor.' },
  export: { path: 'compliance/export', summary: 'How to export the audit log, and what the export will hold.' },
  security_posture: { path: 'security/posture', summary: 'Security controls, with a score.' },
  security_alerts: { path: 'security/alerts', summary: 'Security alerts from the audit log.' },
  access_log: { path: 'security/access-log', summary: 'Who called what, by pages.' },
};

function reportAction(report: ReportName): AnyAction {
  const { path, summary } = reports[report];
  const taken: readonly string[] = takenArguments[report];
  const shape = Object.fromEntries(Object.entries(inputFields).filter(([name]) => taken.includes(name)));
  return defineAction({
    name: report,
    brief: summary,
    scopes: report.startsWith('security') || report === 'access_log' ? ['security', 'compliance'] : ['compliance'],
    risk: 'read',
    inLockdown: true,
    input: z.strictObject(shape),
    routes: [{ method: 'GET', path: `/admin/${path}`, summary, undo: null }],
    run: (context, input, caller) => runNamed(context, { report, ...inputSchema.parse(input) }, caller),
  });
}

const brief = { brief: true };

export const complianceReport = toolOperation({
  name: 'compliance_report',
  by: 'report',
  byDefault: 'gdpr_status',
  about:
    'How things stand: gdpr_status, residency, consent, security_posture, security_alerts. Lists: violations, access_log, audit_gaps. ' +
    'Against the period before: weekly, daily. audit_verify: the whole log. audit_pack: for an auditor. export: how',
  actions: reportNames.map(reportAction),
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
});

async function runNamed(context: OperationContext, input: Input & { report: ReportName }, caller: Caller) {
  const { report, format = 'json', from, to, cursor, limit = defaultLimit } = input;
  // Reports are seldom asked for: their parts are not loaded before.
  const { runReport } = await import('../compliance/reports/run-report.ts');
  const sources = sourcesOf(context);
  const { cancelled: signal, onProgress } = caller;
  const body = await runReport(sources, { report, format, from, to, cursor, limit, signal, onProgress });
  const unrecorded = leavesRow(report) ? await recordReport(context, { report, format, body, caller }) : null;
  return {
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
}

function sourcesOf({ config, state, targets, audit, modes, wallClock }: OperationContext): ReportSources {
  const { store, trail, consents, subjects, folder } = state;
  const { lockdown } = modes.current();
  const auditStatus = audit.status;
  return { config, store, trail, consents, subjects, folder, targets, auditStatus, lockdown, now: wallClock() };
}

interface Reported {
  report: ReportName;
  format: string;
  body: ReportBody;
  caller: Caller;
}

/** The row of a report that was given. @returns what to tell where there is none */
async function recordReport(
  { audit, logger }: OperationContext,
  { report, format, body, caller }: Reported,
): Promise<string | null> {
  const row = { report, format, status: body.status, ...body.audited };
  try {
    await audit.append('REPORT', { ...row, caller: auditedCaller(caller) });
    return null;
  } catch (thrown) {
    const fields = { component: 'bedrock-support', report, cause: messageOf(thrown) };
    logger.error({ ...fields, event: 'SECURITY' }, 'SECURITY report has no audit row');
    return 'audit trail: there is no row of this report, call health_check';
  }
}
