import { type Finding, reportCall, statusCounts } from '../control.ts';
import { evidenceAt } from '../evidence.ts';
import { hourMs, isoTime } from '../period.ts';
import type { GdprFacts } from './facts.ts';

/** The checks of the posture that Art. 32(1) is about; those whose failure leaves data or evidence open. */
const checks = ['audit_verified', 'audit_stored', 'audit_anchor', 'state_folder', 'keys_at_rest', 'store', 'transport'];
const grave = ['audit_verified', 'audit_stored', 'state_folder', 'transport'];

/** Art. 33(1): where feasible not later than 72 hours after having become aware of it. */
const noticeHours = 72;

export function measures({ posture, read }: GdprFacts): Finding {
  const own = posture.filter(({ id }) => checks.includes(id));
  const bad = own.filter(({ status }) => status === 'fail' || status === 'warn');
  const open = own.filter(({ status }) => status === 'not_assessed');
  const next = reportCall('security_posture', 'see each check with its remedy');
  const last = read?.log.lastVerification;
  const evidence = last ? evidenceAt(last.seq) : null;
  const counts = `${own.length} checks: ${statusCounts(own)}`;
  const failed = own.filter(({ id, status }) => grave.includes(id) && status === 'fail');
  if (failed.length > 0)
    return {
      status: 'fail',
      reason: `${failed.map(({ title }) => `not so: ${title}`).join('; ')}. ${counts}.`,
      evidence,
      next,
    };
  if (bad.length > 0)
    return {
      status: 'warn',
      reason: `To improve: ${bad.map(({ title }) => title).join('; ')}. ${counts}.`,
      evidence,
      next,
    };
  if (open.length > 0) {
    const reason = `Not assessed: ${open.map(({ title }) => title).join('; ')}. ${counts}.`;
    return { status: 'not_assessed', reason, evidence, next: open[0]?.next ?? next };
  }
  return { status: 'pass', reason: `${counts}.`, evidence };
}

/** Art. 33, 34: whether something was seen that may have to be notified. Notifying is a person's. */
export function breaches({ alerts: { alerts, notAssessed, rows }, now }: GdprFacts): Finding {
  const next = reportCall('security_alerts', 'see the alerts with their next calls');
  const breach = alerts.find(({ severity }) => severity === 'P0');
  if (breach) {
    const due = breach.since + noticeHours * hourMs;
    const left = Math.floor((due - now) / hourMs);
    const clock = left >= 0 ? `${left} h are left` : `it ended ${-left} h ago`;
    return {
      status: 'fail',
      reason: `${breach.message} If it is a breach of personal data, 72 h end at ${isoTime(due)}: ${clock}.`,
      person: 'Decide whether it is a breach, and notify the supervisory authority: nothing is notified from here.',
      next,
    };
  }
  const others = alerts.filter(({ severity }) => severity !== 'P3');
  if (others.length > 0) {
    const person = 'Decide whether it is a breach of personal data.';
    return {
      status: 'warn',
      reason: `Open: ${others.map(({ id, severity }) => `${id} (${severity})`).join(', ')}.`,
      person,
      next,
    };
  }
  const broken = notAssessed.find(({ id }) => id === 'audit_broken');
  if (broken || rows === 0) {
    const reason = rows === 0 ? 'There are no rows of the last week to look at.' : `Not assessed: ${broken?.reason}.`;
    return {
      status: 'not_assessed',
      reason,
      next: broken ? reportCall('audit_verify', 'verify the audit log now') : null,
    };
  }
  const reason = `No rule saw a breach in ${rows} rows of the last week; what the rules do not look at is not covered.`;
  return { status: 'pass', reason };
}
