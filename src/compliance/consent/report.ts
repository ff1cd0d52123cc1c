import { evaluateConsent } from './evaluate.ts';
import type { ConsentRecord } from './record.ts';

const dayMs = 86_400_000;
/** How long before its end a legal basis counts as expiring. */
export const expiringWithinDays = 30;

/** One purpose, in data subjects: each counts once, as evaluateConsent() sees it. */
export interface PurposeCounts {
  /** All in force, those that expire soon among them. */
  valid: number;
  /** In force, with no record that lasts longer than 30 days from now (the thirtieth day included). */
  expiring: number;
  expired: number;
  withdrawn: number;
  /** Recorded ahead of time: nothing begun yet. */
  pending: number;
}

export interface ConsentReport {
  /** The moment that the counts are for, in ms since 1970. */
  at: number;
  /** Data subjects with any record. */
  subjects: number;
  records: number;
  /** By name of the purpose. */
  purposes: { purpose: string; counts: PurposeCounts }[];
  /** Over all purposes: a subject counts once for each of theirs. */
  total: PurposeCounts;
}

/**
 * Counts by purpose and status, at a steady memory of one subject's records.
 * @param input.records every record, those of one subject together (`ORDER BY subject`)
 * @param input.now ms since 1970
 */
export async function consentReport(input: {
  records: AsyncIterable<ConsentRecord>;
  now: number;
}): Promise<ConsentReport> {
  const purposes = new Map<string, PurposeCounts>();
  const report: ConsentReport = { at: input.now, subjects: 0, records: 0, purposes: [], total: noCounts() };
  for await (const records of bySubject(input.records)) {
    report.subjects += 1;
    report.records += records.length;
    for (const purpose of new Set(records.map((record) => record.purpose))) {
      const counts = purposes.get(purpose) ?? noCounts();
      purposes.set(purpose, counts);
      for (const status of statusesOf(records, purpose, input.now)) {
        counts[status] += 1;
        report.total[status] += 1;
      }
    }
  }
  for (const [purpose, counts] of purposes) report.purposes.push({ purpose, counts });
  report.purposes.sort((a, b) => (a.purpose < b.purpose ? -1 : 1));
  return report;
}

const noCounts = (): PurposeCounts => ({ valid: 0, expiring: 0, expired: 0, withdrawn: 0, pending: 0 });

async function* bySubject(records: AsyncIterable<ConsentRecord>): AsyncGenerator<ConsentRecord[]> {
  let group: ConsentRecord[] = [];
  for await (const record of records) {
    if (group[0] !== undefined && group[0].subject !== record.subject) {
      yield group;
      group = [];
    }
    group.push(record);
  }
  if (group.length > 0) yield group;
}

function statusesOf(records: readonly ConsentRecord[], purpose: string, now: number): (keyof PurposeCounts)[] {
  const evaluation = evaluateConsent(records, purpose, now);
  if (evaluation.status === 'valid') {
    const { expiresAt } = evaluation.record;
    const expires = expiresAt !== null && expiresAt - now <= expiringWithinDays * dayMs;
    return expires ? ['valid', 'expiring'] : ['valid'];
  }
  return evaluation.kind === 'withdrawn' || evaluation.kind === 'expired' ? [evaluation.kind] : ['pending'];
}
