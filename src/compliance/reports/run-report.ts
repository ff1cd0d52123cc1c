import { HybridRoutingError } from '../../config/errors.ts';
import { accessLog } from './access-log.ts';
import { alertsReport } from './alerts/alerts-report.ts';
import { exportFacts } from './audit/export-report.ts';
import { auditGaps } from './audit/gaps-report.ts';
import { auditPack } from './audit/pack-report.ts';
import { auditVerify } from './audit/verify-report.ts';
import { consent } from './consent-body.ts';
import { gdprStatus } from './gdpr/gdpr-status.ts';
import { daily, weekly } from './periodic-report.ts';
import { postureReport } from './posture/posture-report.ts';
import type { Report, ReportBody, ReportOrder, ReportSources } from './report-body.ts';
import type { ReportName } from './report-names.ts';
import { residency } from './residency-body.ts';
import { violations } from './violations.ts';

const reports: Readonly<Record<ReportName, Report>> = {
  gdpr_status: gdprStatus,
  residency,
  consent,
  violations,
  weekly,
  daily,
  audit_verify: auditVerify,
  audit_gaps: auditGaps,
  audit_pack: auditPack,
  export: exportFacts,
  security_posture: postureReport,
  security_alerts: alertsReport,
  access_log: accessLog,
};

/**
 * Makes a report. A store or a KMS that is away is told in it, and is no error.
 * @throws HybridRoutingError `invalid_input` for a period or cursor that is none; the signal's reason
 */
export async function runReport(sources: ReportSources, order: ReportOrder): Promise<ReportBody> {
  try {
    return await reports[order.report](sources, order);
  } catch (thrown) {
    if (!(thrown instanceof HybridRoutingError) || thrown.code === 'invalid_input') throw thrown;
    return {
      status: 'not_assessed',
      summary: [`Not assessed: ${thrown.message}`, thrown.remedy],
      next: [{ tool: 'health_check', arguments: { depth: 'detailed' }, why: 'see what is wrong with the store' }],
      audited: { code: thrown.code },
    };
  }
}
