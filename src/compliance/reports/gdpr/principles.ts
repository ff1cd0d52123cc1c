import { operationClasses } from '../../../config/operation-types.ts';
import { type Finding, reportCall } from '../control.ts';
import { dayMs, isoTime } from '../period.ts';
import { verified } from '../posture/audit-checks.ts';
import { fromRows, type GdprFacts, noTraffic } from './facts.ts';

/** Retention runs once an hour, and a log that nobody runs is pruned at the next start. */
const retentionSlackMs = 2 * dayMs;

/** Art. 5(1)(c): what was found of personal data, and whether it left. */
export function minimisation(facts: GdprFacts): Finding {
  return fromRows(facts, ({ activity: { personalData, operations } }) => {
    const { looked, withFindings, kept, left, types, notLooked } = personalData;
    if (operations.total === 0) return noTraffic;
    const found = types.total === 0 ? 'nothing was recognised' : `${types.text()} in ${withFindings} of them`;
    const next = reportCall('daily', 'see the counts by type');
    if (left > 0) {
      const reason = `${left} values were found and left as they were (mode detect).`;
      return { status: 'fail', reason, evidence: personalData.leftEvidence.range(), next };
    }
    if (notLooked > 0)
      return { status: 'warn', reason: `${notLooked} operations were not looked at (mode off), ${looked} were.`, next };
    if (looked === 0) return { status: 'not_assessed', reason: 'No operation of this period was looked at.' };
    const reason = `${looked} operations were looked at: ${found}; ${kept} values were kept from the models.`;
    return { status: 'pass', reason, evidence: personalData.evidence.range() };
  });
}

/** Art. 5(1)(e): audit rows are kept no longer than the rule says. */
export function storageLimitation({ config, now, ...facts }: GdprFacts): Finding {
  const { retentionDays } = config.audit;
  return fromRows({ config, now, ...facts }, ({ log }) => {
    if (log.size === 0) return { status: 'not_assessed', reason: 'The audit log is empty.' };
    if (retentionDays === 0) {
      return {
        status: 'warn',
        reason: 'Audit rows are kept for ever (audit.retentionDays 0); they hold random ids, ciphertext and counts.',
        person: 'Set audit.retentionDays to your retention rule.',
      };
    }
    const due = now - retentionDays * dayMs - retentionSlackMs;
    const { oldestContentAt } = log;
    if (oldestContentAt !== null && oldestContentAt < due) {
      const reason = `Rows of ${isoTime(oldestContentAt)} still have their content, past ${retentionDays} days.`;
      return { status: 'fail', reason, next: reportCall('audit_gaps', 'see what was pruned') };
    }
    const oldest =
      oldestContentAt === null ? 'no row has content' : `the oldest content is of ${isoTime(oldestContentAt)}`;
    return { status: 'pass', reason: `Rows lose their content after ${retentionDays} days; ${oldest}.` };
  });
}

/** Art. 5(2): the log that shows all this is whole. */
export function accountability({ read, cause, now }: GdprFacts): Finding {
  return verified({ log: read?.log ?? null, cause, now });
}

/** Art. 25: what is kept back without anybody asking for it. */
export function byDesign(facts: GdprFacts): Finding {
  const { modes } = facts.config.personalData;
  const set = operationClasses.map((name) => `${name} ${modes[name]}`).join(', ');
  const bare = operationClasses.filter((name) => modes[name] === 'off' || modes[name] === 'detect');
  if (bare.length > 0) {
    const person = `Set personalData.modes of ${bare.join(', ')} to tokenize, redact or block.`;
    return { status: 'fail', reason: `Personal data leaves as it is by setting: ${set}.`, person };
  }
  return fromRows(facts, ({ activity: { personalData } }) => {
    const { looked, kept, types } = personalData;
    if (looked === 0) return { status: 'not_assessed', reason: `Set to ${set}, but no operation has shown it yet.` };
    const reason = `Every class is protected (${set}): ${looked} operations, ${kept} values${types.total > 0 ? ` (${types.text(3)})` : ''}.`;
    return { status: 'pass', reason, evidence: personalData.evidence.range() };
  });
}
