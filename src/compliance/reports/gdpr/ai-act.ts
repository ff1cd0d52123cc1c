import type { Finding } from '../control.ts';
import { dayMs, isoTime } from '../period.ts';
import { fromRows, type GdprFacts, noTraffic } from './facts.ts';

/** Six months are 184 days at the longest (July to December). */
const sixMonthsDays = 184;

const highRisk = 'Whether the system is of high risk (Art. 6, Annex III) is for a person to judge.';

/** Art. 12: events are recorded automatically, traceable to the model. */
export function recordKeeping(facts: GdprFacts): Finding {
  return fromRows(facts, ({ activity: { operations } }) => {
    if (operations.total === 0) return noTraffic;
    const answered = operations.statuses.of('answered');
    const named = operations.recipients.total;
    const evidence = operations.evidence.range();
    const reason = `${operations.total} operations are recorded with time, decision and outcome; of ${answered} answered ones ${named} name model or upstream.`;
    return { status: named < answered ? 'warn' : 'pass', reason, evidence, person: highRisk };
  });
}

/** Art. 26(6): deployers of high-risk systems keep the logs for six months at least. */
export function retention({ config, now, ...facts }: GdprFacts): Finding {
  const { retentionDays } = config.audit;
  return fromRows({ config, now, ...facts }, ({ log }) => {
    if (log.size === 0) return { status: 'not_assessed', reason: 'The audit log is empty.' };
    const { newestPrunedAt } = log;
    if (newestPrunedAt !== null && now - newestPrunedAt < sixMonthsDays * dayMs) {
      const reason = `Rows as young as ${isoTime(newestPrunedAt)} have lost their content: under six months.`;
      return {
        status: 'warn',
        reason,
        person: `${highRisk} If so, set audit.retentionDays to ${sixMonthsDays} or more.`,
      };
    }
    if (retentionDays > 0 && retentionDays < sixMonthsDays) {
      const reason = `Rows are to lose their content after ${retentionDays} days: under six months.`;
      return {
        status: 'warn',
        reason,
        person: `${highRisk} If so, set audit.retentionDays to ${sixMonthsDays} or more.`,
      };
    }
    const kept = retentionDays === 0 ? 'for ever' : `for ${retentionDays} days`;
    const reason = `Rows keep their content ${kept}, and no row under six months old has lost it.`;
    return { status: 'pass', reason, evidence: { from: 1, to: log.size, rows: log.size }, person: highRisk };
  });
}

/** Art. 50: what people are told, this router does not see. */
export function transparency(): Finding {
  return {
    status: 'not_assessed',
    reason:
      'Whether people are told that they read AI output cannot be seen from here; answers name model and simulation.',
    person: 'Tell the people who read the answers (Art. 50), and mark generated content where you publish it.',
  };
}
