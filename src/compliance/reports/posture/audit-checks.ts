import type { Finding } from '../control.ts';
import { reportCall } from '../control.ts';
import { evidenceAt } from '../evidence.ts';
import { dayMs, isoTime } from '../period.ts';
import type { CheckDefinition, PostureFacts } from './check.ts';

/** The runbook verifies the audit trail daily ("Daily Security Checks"); after a week a verification says nothing of today. */
const freshMs = dayMs;
const staleMs = 7 * dayMs;

const verify = reportCall('audit_verify', 'verify the audit log now');

/** Whether the log was whole when it was last verified. */
export function verified({ log, cause, now }: Pick<PostureFacts, 'log' | 'cause' | 'now'>): Finding {
  if (!log) return { status: 'not_assessed', reason: `The audit log cannot be read: ${cause}` };
  const last = log.lastVerification;
  if (!last || now - last.at > staleMs) {
    const when = last ? `since ${isoTime(last.at)}` : 'yet';
    return { status: 'not_assessed', reason: `The audit log has not been verified ${when}.`, next: verify };
  }
  if (last.of === 0)
    return { status: 'not_assessed', reason: 'The audit log was empty when it was verified.', next: verify };
  const evidence = evidenceAt(last.seq);
  if (!last.ok) {
    const { firstBreak, breaks } = last;
    const where = firstBreak ? `row ${firstBreak.seq} (${firstBreak.kind})` : 'an unknown place';
    const reason = `The audit log is broken: ${breaks} breaks, the first at ${where}, found ${isoTime(last.at)}.`;
    return { status: 'fail', reason, evidence, next: reportCall('audit_verify', 'see the breaks') };
  }
  const reason = `Verified to row ${last.verifiedTo} of ${last.of} at ${isoTime(last.at)}: whole.`;
  if (now - last.at <= freshMs) return { status: 'pass', reason, evidence };
  return { status: 'warn', reason: `${reason} That was over a day ago.`, evidence, next: verify };
}

function stored({ auditStatus: { state, cause, waiting } }: PostureFacts): Finding {
  const next = {
    tool: 'health_check',
    arguments: { depth: 'detailed' },
    why: 'see what keeps the store from taking rows',
  };
  if (state === 'stored') return { status: 'pass', reason: 'This process stores its audit rows at once.' };
  const where = state === 'spooled' ? 'in the spool file' : 'in memory alone';
  const reason = `${waiting} audit rows wait ${where}: ${cause}`;
  return { status: state === 'spooled' ? 'warn' : 'fail', reason, next };
}

function anchored({ config, log, cause }: PostureFacts): Finding {
  const { file, s3 } = config.audit.anchor;
  if (file === undefined && s3 === undefined) {
    return {
      status: 'fail',
      reason: 'No anchor outside this machine: whoever has it can rewrite the log unseen.',
      person: 'Set audit.anchor.s3 or audit.anchor.file to a place that this machine cannot take back.',
    };
  }
  if (!log) return { status: 'not_assessed', reason: `Whether checkpoints are anchored cannot be read: ${cause}` };
  if (!log.checkpoint) return { status: 'not_assessed', reason: 'An anchor is set, and there is no checkpoint yet.' };
  const { size, anchoredAt } = log.checkpoint;
  if (anchoredAt !== null)
    return { status: 'pass', reason: `The newest checkpoint, of ${size} rows, is anchored outside.` };
  return {
    status: 'warn',
    reason: `The newest checkpoint, of ${size} rows, has not reached the anchor.`,
    next: verify,
  };
}

function cosigned({ config }: PostureFacts): Finding {
  if (config.audit.kmsKeyId !== undefined)
    return { status: 'pass', reason: 'Checkpoints are cosigned by a KMS key that cannot be copied.' };
  return {
    status: 'warn',
    reason: 'Checkpoints are signed by a key of this state alone.',
    person: 'Set audit.kmsKeyId to a KMS signing key, where KMS is at hand.',
  };
}

export const auditChecks: readonly CheckDefinition[] = [
  { id: 'audit_verified', title: 'Audit log verified and whole', weight: 15, check: verified },
  { id: 'audit_stored', title: 'Audit rows are stored', weight: 10, check: stored },
  { id: 'audit_anchor', title: 'Checkpoints anchored outside', weight: 10, check: anchored },
  { id: 'audit_cosigned', title: 'Checkpoints cosigned by KMS', weight: 5, check: cosigned },
];
