import type { TrailVerification } from '../../audit/audit-trail.ts';
import { formatKey, type TrustedKey } from '../../audit/note-keys.ts';
import { type ControlStatus, reportCall } from '../control.ts';
import { isoTime } from '../period.ts';
import { progressOf } from '../progress.ts';
import type { Report, ReportBody, ReportOrder, ReportRow, ReportSources } from '../report-body.ts';
import type { VerificationFacts } from '../row-bodies.ts';

/** What verifies the log, and what came of it. */
export interface Verified {
  found: TrailVerification;
  /** Public keys as vkey lines. */
  keys: readonly string[];
}

export async function verifyTrail(
  { trail, config }: Pick<ReportSources, 'trail' | 'config'>,
  { signal, onProgress }: Pick<ReportOrder, 'signal' | 'onProgress'>,
): Promise<Verified> {
  const keys = keyLines(await trail.trustedKeys(), config.audit.origin);
  return { found: await trail.verify({ signal, onProgress: progressOf(onProgress, 'rows verified') }), keys };
}

export function keyLines(keys: readonly TrustedKey[], origin: string): string[] {
  return keys.map(({ name, publicKey }) => formatKey(name ?? origin, publicKey));
}

export const auditVerify: Report = async (sources, order) => {
  const { auditStatus } = sources;
  return verifyBody(await verifyTrail(sources, order), auditStatus);
};

/** Breaks, then what to know beside them, are the rows. */
export function verifyBody({ found, keys }: Verified, auditStatus: ReportSources['auditStatus']): ReportBody {
  const status = verificationStatus(found, auditStatus);
  return {
    status,
    summary: [
      ...verificationLines(found),
      ...(auditStatus.state === 'stored'
        ? []
        : [`${auditStatus.waiting} rows of this process wait: ${auditStatus.cause}`]),
      `Keys: ${keys.join(' ')}`,
    ],
    rows: found.breaks.map(({ seq, kind, message, from }): ReportRow => ({ seq, kind, from, message })),
    next: [
      ...(found.ok
        ? []
        : [
            {
              tool: 'security_response',
              arguments: { action: 'lockdown', dryRun: true },
              why: 'see what containing it would do',
            },
          ]),
      reportCall('audit_gaps', 'see what is missing, pruned or not anchored'),
    ],
    audited: { verification: verificationFacts(found) },
  };
}

/** Broken is a failure; whole, but with nothing that holds it from outside or signs it, a warning. */
export function verificationStatus(found: TrailVerification, { state }: ReportSources['auditStatus']): ControlStatus {
  if (!found.ok) return 'fail';
  if (found.of === 0) return 'not_assessed';
  const lacking = found.checkpoints.valid === 0 || found.anchor === null || found.anchor.problem !== null;
  return lacking || state !== 'stored' ? 'warn' : 'pass';
}

export function verificationLines(found: TrailVerification): string[] {
  const { of, verifiedTo, unanchored, writers, firstBreak, breakCount, checkpoints, anchor, pruned } = found;
  if (of === 0) return ['The audit log is empty: there is nothing to verify.'];
  const broken = firstBreak
    ? [`BROKEN: ${breakCount} breaks, the first at row ${firstBreak.seq} (${firstBreak.kind}): ${firstBreak.message}`]
    : [];
  const last = checkpoints.last;
  const newest = last
    ? `, the newest of ${last.size} rows${last.time === null ? '' : ` at ${isoTime(last.time)}`}`
    : '';
  return [
    ...broken,
    `${firstBreak ? 'Verified' : 'Whole: verified'} to row ${verifiedTo} of ${of}, ${unanchored} unanchored, ${pruned} pruned.`,
    `${writers.withoutClose.length} of ${writers.total} writers without a close; running servers are among them.`,
    `${checkpoints.valid} valid checkpoints${newest}. ${anchorText(anchor)}`,
  ];
}

function anchorText(anchor: TrailVerification['anchor']): string {
  if (!anchor) return 'No anchor outside: whoever has this machine and its key can rewrite the log.';
  if (anchor.problem !== null) return `Anchor ${anchor.name} could not be read: ${anchor.problem}`;
  return anchor.checkpoints > 0
    ? `Anchor ${anchor.name}: its newest checkpoint was compared.`
    : `Anchor ${anchor.name} is empty.`;
}

export function verificationFacts({
  ok,
  of,
  verifiedTo,
  unanchored,
  breakCount,
  firstBreak,
}: TrailVerification): VerificationFacts {
  const first = firstBreak && { seq: firstBreak.seq, kind: firstBreak.kind };
  return { ok, of, verifiedTo, unanchored, breaks: breakCount, firstBreak: first };
}
