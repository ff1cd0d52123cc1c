/** Every report that `compliance_report` gives (mission checklist, 28-32 and 39-45). */
export const reportNames = [
  'gdpr_status',
  'residency',
  'consent',
  'violations',
  'weekly',
  'daily',
  'audit_verify',
  'audit_gaps',
  'audit_pack',
  'export',
  'security_posture',
  'security_alerts',
  'access_log',
] as const;
export type ReportName = (typeof reportNames)[number];

export const reportFormats = ['json', 'markdown', 'csv'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export type ReportArgument = 'format' | 'from' | 'to' | 'cursor' | 'limit';

const document = ['format', 'from', 'to'] as const;
const list = ['cursor', 'limit'] as const;

/** The arguments that a report takes: any other is refused, not ignored. */
export const takenArguments: Readonly<Record<ReportName, readonly ReportArgument[]>> = {
  gdpr_status: ['from', 'to'],
  residency: [],
  consent: [],
  violations: [...document, ...list],
  weekly: document,
  daily: document,
  audit_verify: [],
  audit_gaps: list,
  audit_pack: document,
  export: [],
  security_posture: [],
  security_alerts: [],
  access_log: [...document, ...list],
};

/** Reports that only say how things stand. Every other one hands out rows, or is evidence itself: it leaves a row of its own. */
const statusReads: readonly ReportName[] = [
  'gdpr_status',
  'residency',
  'consent',
  'security_posture',
  'security_alerts',
];

/** Whether a report writes a REPORT row, beside the row of the access that every call has. */
export function leavesRow(report: ReportName): boolean {
  return !statusReads.includes(report);
}
