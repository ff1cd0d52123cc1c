import { readHead } from '../../audit/audit-rows.ts';
import { type Control, nextOf, statusCounts, worstOf } from '../control.ts';
import { csvDocument } from '../csv.ts';
import { gdprControls } from '../gdpr/controls.ts';
import type { GdprFacts } from '../gdpr/facts.ts';
import { gdprFacts } from '../gdpr/gdpr-status.ts';
import { dayMs, periodOf, periodText } from '../period.ts';
import { scoreOf } from '../posture/posture.ts';
import type { Report, ReportBody, ReportRow } from '../report-body.ts';
import type { ReportFormat } from '../report-names.ts';
import { type PackFacts, packDocument, recordRows } from './pack-document.ts';
import { verificationFacts, verificationLines, verificationStatus, verifyTrail } from './verify-report.ts';

/** A month, where nothing else is asked for. */
const defaultDays = 30;

/** What an auditor is given: the log is verified for it, and everything else told beside its evidence. */
export const auditPack: Report = async (sources, order) => {
  const { now, store, config, auditStatus } = sources;
  const period = periodOf(order, now, defaultDays * dayMs);
  const { found, keys } = await verifyTrail(sources, order);
  const { note } = await store.run(readHead);
  const verification = verificationFacts(found);
  // The last row that was verified stands for it: the row of this report comes only after it.
  const fresh = { ...sources, justVerified: { ...verification, at: now, seq: found.of } };
  const facts = await gdprFacts(fresh, order, period);
  const checks = facts.posture;
  const controls = gdprControls(facts);
  const audit = { lines: verificationLines(found), status: verificationStatus(found, auditStatus), head: note, keys };
  const pack = { at: now, origin: config.audit.origin, simulated: config.simulate, facts, controls, checks, audit };
  return packBody(pack, order.format, { verification });
};

function packBody(pack: PackFacts, format: ReportFormat, audited: ReportBody['audited']): ReportBody {
  const { controls, checks, audit, facts } = pack;
  const { score, coverage } = scoreOf(checks);
  return {
    status: worstOf([...controls, { status: audit.status }]),
    summary: [
      `${periodText(facts.period)}: ${statusCounts(controls)}.`,
      `Audit log ${audit.status}: ${audit.lines[0]}`,
      `Security posture ${score ?? 'not assessed'} of 100, over ${coverage} % of the weight.`,
    ],
    controls,
    rows: recordsOf(facts),
    ...documentOf(pack, format),
    next: nextOf(controls).filter(({ arguments: { report } }) => report !== 'audit_pack'),
    audited: { ...audited, from: facts.period.from, to: facts.period.to },
  };
}

function documentOf(pack: PackFacts, format: ReportFormat): { document?: string } {
  if (format === 'json') return {};
  return { document: format === 'csv' ? controlsCsv([...pack.controls, ...pack.checks]) : packDocument(pack) };
}

function recordsOf({ read }: GdprFacts): ReportRow[] {
  return read ? recordRows(read.activity.processing.list()) : [];
}

const header = ['control', 'title', 'status', 'reason', 'evidenceFrom', 'evidenceTo', 'evidenceRows', 'person'];

function controlsCsv(controls: readonly Control[]): string {
  const rows = controls.map(({ id, title, status, reason, evidence, person }) => {
    return [id, title, status, reason, evidence?.from, evidence?.to, evidence?.rows, person];
  });
  return csvDocument(header, rows);
}
