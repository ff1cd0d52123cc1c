import type { Entry } from './entry.ts';
import { listDocument } from './list-document.ts';
import { type EntryPage, newestEntries } from './newest-entries.ts';
import { isoTime, periodText } from './period.ts';
import type { Report, ReportBody, ReportRow } from './report-body.ts';
import type { ReportFormat } from './report-names.ts';
import type { AuditedCaller } from './row-bodies.ts';

const who = ['transport', 'principal', 'address', 'client'];
const columns = ['at', 'operation', 'arguments', ...who, 'outcome', 'code', 'durationMs', 'seq'];

/** Who called what, the newest first: every call has a row, a routed operation the OPERATION row that it has anyway. */
export const accessLog: Report = async (sources, order) =>
  accessLogBody(
    await newestEntries(sources, order, { kinds: new Set(['ACCESS', 'OPERATION']), line: accessRow }),
    order.format,
  );

export function accessRow(entry: Entry): ReportRow | null {
  const place = { at: isoTime(entry.at), seq: entry.seq };
  if (entry.kind === 'ACCESS') {
    const { operation, arguments: args, caller, outcome, code, durationMs } = entry.body;
    return row({ ...place, operation, args, caller, outcome, code, durationMs });
  }
  if (entry.kind !== 'OPERATION') return null;
  const { operation, dryRun, probe, caller, status, error, latencyMs } = entry.body;
  const args = { operation, ...(dryRun ? { dryRun } : {}), ...(probe ? { probe } : {}) };
  const outcome = status === 'answered' ? 'done' : status;
  return row({ ...place, operation: 'route_operation', args, caller, outcome, code: error, durationMs: latencyMs });
}

interface Call {
  at: string;
  seq: number;
  operation: string;
  args: Record<string, unknown>;
  /** Null for the server's own probes. */
  caller: AuditedCaller;
  outcome: string;
  code: string | null;
  durationMs: number;
}

function row({ at, seq, operation, args, caller, outcome, code, durationMs }: Call): ReportRow {
  const { transport = 'server', principal = null, address = null, client = null } = caller ?? {};
  const identity = { transport, principal, address, client };
  return { at, operation, arguments: args, ...identity, outcome, code, durationMs, seq };
}

export function accessLogBody({ period, rows, nextCursor }: EntryPage, format: ReportFormat): ReportBody {
  const refused = rows.filter(({ outcome }) => outcome === 'refused').length;
  const summary = [
    `${rows.length} calls, ${refused} of them refused${nextCursor === null ? '' : '; more follow'}.`,
    periodText(period),
    ...(rows.length === 0 ? ['No call in this period; give from and to for another one.'] : []),
  ];
  const document = listDocument(format, { title: 'Access log', lines: summary, columns, rows });
  return {
    // A list: whether it is as it should be, security_alerts says.
    status: rows.length === 0 ? 'not_assessed' : 'not_applicable',
    summary,
    rows,
    nextCursor,
    ...(document === null ? {} : { document }),
    next:
      refused === 0
        ? []
        : [{ tool: 'compliance_report', arguments: { report: 'security_alerts' }, why: 'see what is unusual' }],
    audited: { rows: rows.length },
  };
}
