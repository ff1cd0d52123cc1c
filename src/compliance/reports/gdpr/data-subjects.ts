import { type Finding, reportCall } from '../control.ts';
import { evidenceAt } from '../evidence.ts';
import { dayMs } from '../period.ts';
import { fromRows, type GdprFacts, noTraffic } from './facts.ts';

/** Art. 12(3): without undue delay, and within a month at the latest. */
const erasureDays = 30;

/** Art. 6 and 7: whether operations had a legal basis, as far as they named a person. */
export function lawfulBasis(facts: GdprFacts): Finding {
  const { mode } = facts.config.consent;
  return fromRows(facts, ({ activity: { gates, operations } }) => {
    const next = reportCall('violations', 'see which operations');
    if (gates.wentOn > 0) {
      const reason = `${gates.wentOn} operations went on without a legal basis (${gates.consent.text(3)}).`;
      return { status: 'fail', reason, evidence: gates.wentOnEvidence.range(), next };
    }
    if (mode === 'off') {
      const person = 'Set consent.mode to enforce, or keep the record of the legal basis elsewhere.';
      return { status: 'not_assessed', reason: 'consent.mode is off: no legal basis is looked at here.', person };
    }
    if (operations.total === 0) return noTraffic;
    if (gates.asked === 0) {
      const person = 'Have callers name subject and purpose; consent.requireFor makes them.';
      return { status: 'not_assessed', reason: 'No operation named a data subject or a purpose.', person };
    }
    const evidence = gates.askedEvidence.range();
    const refused = gates.consent.total > 0 ? `, ${gates.consent.total} were refused (${gates.consent.text(3)})` : '';
    const reason = `${gates.asked} operations named a person or a purpose${refused}; none went on without a basis.`;
    if (mode === 'log')
      return { status: 'warn', reason: `${reason} Violations are only recorded (mode log).`, evidence };
    return { status: 'pass', reason, evidence };
  });
}

/** Art. 17: each erasure that was begun was ended. */
export function erasure(facts: GdprFacts): Finding {
  const call = {
    tool: 'security_response',
    arguments: { action: 'erase_subject', dryRun: true },
    why: 'give subject: an erasure that was cut short is made again',
  };
  return fromRows(facts, ({ activity: { erased }, log: { openErasures } }) => {
    const [oldest] = openErasures;
    if (oldest) {
      const late = facts.now - oldest.at > erasureDays * dayMs;
      const reason = `${openErasures.length} erasures were begun, and no row says that they were done.`;
      return { status: late ? 'fail' : 'warn', reason, evidence: evidenceAt(oldest.seq), next: call };
    }
    const person = 'Backups, exports and the services that were called are not reached from here: erase there too.';
    if (erased.rows === 0)
      return {
        status: 'not_assessed',
        reason: 'Nobody was erased in this period; requests come in elsewhere.',
        person,
      };
    return {
      status: 'pass',
      reason: `${erased.rows} people were erased: the entry and its key are gone, rows hold a random id.`,
      evidence: erased.range(),
      person,
    };
  });
}
