import { type Finding, reportCall } from '../control.ts';
import { fromRows, type GdprFacts, noTraffic } from './facts.ts';

/** Art. 28: who processes on the controller's behalf. A contract cannot be read from here, so it never passes. */
export function processors({ config, residency, read }: GdprFacts): Finding {
  const { direct, mcp } = config;
  const models = residency.rows.filter(({ path }) => path === 'direct');
  const regions = [...new Set(models.flatMap(({ destinations }) => destinations))];
  const named = [
    ...(direct.enabled
      ? [`AWS Bedrock in ${regions.length > 0 ? regions.join(', ') : 'a region that is not known'}`]
      : []),
    ...mcp.upstreams.map(({ name, location }) => `${name} in ${location ?? 'a place that it does not declare'}`),
  ];
  if (named.length === 0) return { status: 'not_applicable', reason: 'Neither Bedrock nor an upstream is configured.' };
  const asked = read?.activity.operations.recipients.text(3) ?? '';
  const reason = `Asked by configuration: ${named.join('; ')}.${asked === '' ? '' : ` Answered: ${asked}.`}`;
  const evidence = read?.activity.operations.evidence.range() ?? null;
  const person = 'See that a contract under Art. 28(3) is in force with each: contracts cannot be read from here.';
  const silent = mcp.upstreams.filter(({ location }) => location === undefined).map(({ name }) => name);
  if (silent.length === 0) return { status: 'not_assessed', reason, evidence, person };
  const declare = `Declare location of ${silent.join(', ')} in mcp.upstreams. ${person}`;
  return { status: 'warn', reason, evidence, person: declare };
}

/** Art. 30: what a record of processing needs, as far as rows tell it. */
export function records(facts: GdprFacts): Finding {
  return fromRows(facts, ({ activity: { operations, gates, processing } }) => {
    const { total } = operations;
    if (total === 0) return noTraffic;
    const lines = processing.list().length;
    const person = 'Add what rows cannot tell (Art. 30(1)): controller, contact, categories of people, time limits.';
    const evidence = operations.evidence.range();
    const base = `${total} operations in ${lines} lines by type and purpose, each with categories and recipients.`;
    if (gates.withoutPurpose === 0) return { status: 'pass', reason: base, evidence, person };
    const reason = `${base} ${gates.withoutPurpose} name no purpose.`;
    return {
      status: 'warn',
      reason,
      evidence,
      person,
      next: reportCall('audit_pack', 'see the records of processing'),
    };
  });
}

/** Chapter V: whether data went to, or could go to, a place outside the rule. */
export function transfers(facts: GdprFacts): Finding {
  const { residency } = facts;
  const next = reportCall('residency', 'see where each target answers');
  if (residency.rows.length === 0)
    return { status: 'not_applicable', reason: 'Neither Bedrock nor an upstream is configured.' };
  const counts = `targets: ${residency.counts.inside} inside, ${residency.counts.outside} outside, ${residency.counts.not_assessed} not assessed`;
  return fromRows(facts, ({ activity: { gates, operations } }) => {
    if (gates.leftTheRule > 0) {
      const reason = `${gates.leftTheRule} operations went, or may have gone, outside the allowed places; ${counts}.`;
      const evidence = gates.residencyEvidence.range();
      return { status: 'fail', reason, evidence, next: reportCall('violations', 'see which operations') };
    }
    const open = residency.rows.filter(({ status, refused }) => status !== 'inside' && !refused);
    if (open.some(({ status }) => status === 'outside')) {
      const person = 'Set residency.mode to enforce, or rely on Art. 45 or 46 and add the place to the allowed ones.';
      return { status: 'warn', reason: `A target outside may be asked; ${counts}.`, next, person };
    }
    if (open.length > 0)
      return { status: 'not_assessed', reason: `Where a target answers is not known; ${counts}.`, next };
    if (operations.total === 0) return { ...noTraffic, reason: `${noTraffic.reason} By configuration, ${counts}.` };
    const reason = `No operation left the allowed places; ${counts}, and what is not inside is refused.`;
    return { status: 'pass', reason, evidence: operations.evidence.range() };
  });
}
