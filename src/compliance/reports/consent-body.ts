import type { Config } from '../../config/schema.ts';
import { type ConsentReport, consentReport, expiringWithinDays } from '../consent/report.ts';
import type { Report, ReportBody } from './report-body.ts';

/** Who has a legal basis for what, in numbers. */
export const consent: Report = async ({ config, consents, subjects, now }) =>
  consentBody(await consentReport({ records: consents.all(), now }), await subjects.count(), config.consent);

/** Purposes are few by nature; a list without end would not be read. */
const mostPurposes = 50;

/** @param known people in the register, those without a record among them */
export function consentBody(
  { subjects, records, purposes, total }: ConsentReport,
  known: number,
  { mode, requireFor }: Config['consent'],
): ReportBody {
  const rule = `consent.mode ${mode}, needed for ${requireFor.length > 0 ? requireFor.join(', ') : 'no operation type'}.`;
  const next = [
    { tool: 'compliance_report', arguments: { report: 'violations' }, why: 'see operations without a basis' },
  ];
  if (records === 0) {
    return {
      status: 'not_assessed',
      summary: [
        `No consent record is kept; ${known} people are known. Import them, or set them by system_admin.`,
        rule,
      ],
      next,
    };
  }
  const ended = total.expired + total.withdrawn;
  return {
    status: mode === 'enforce' ? (total.expiring > 0 ? 'warn' : 'pass') : 'warn',
    summary: [
      `${subjects} of ${known} people have ${records} records: ${total.valid} valid, ${ended} ended (${total.withdrawn} withdrawn), ${total.pending} pending.`,
      ...(total.expiring > 0 ? [`${total.expiring} end within ${expiringWithinDays} days: ask anew in time.`] : []),
      rule,
    ],
    rows: purposes.slice(0, mostPurposes).map(({ purpose, counts }) => ({ purpose, ...counts })),
    next,
  };
}
