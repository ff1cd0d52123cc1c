import { scanEntries } from './audit-scan.ts';
import type { Entry } from './entry.ts';
import type { Period } from './period.ts';
import { progressOf } from './progress.ts';
import type { ReportOrder, ReportSources } from './report-body.ts';

type How = Pick<ReportOrder, 'signal' | 'onProgress'>;

/** Something that counts the rows of a period. */
export interface Feed {
  period: Period;
  counter: { add(entry: Entry): void };
}

/** Gives every feed the rows of its period, oldest first; those whose periods overlap share a pass. @throws StoreError, or the signal's reason */
export async function feed({ store }: Pick<ReportSources, 'store'>, feeds: readonly Feed[], how: How): Promise<void> {
  for (const { period, feeds: some } of passesOf(feeds)) {
    const onProgress = progressOf(how.onProgress, 'rows read');
    const scan = scanEntries({ store, period, order: 'oldest_first', signal: how.signal, onProgress });
    for await (const entries of scan)
      for (const entry of entries)
        for (const { period: own, counter } of some) if (isIn(own, entry)) counter.add(entry);
  }
}

/** What is read in one go: from the first to the last row of periods that overlap. */
export function passesOf(feeds: readonly Feed[]): { period: Period; feeds: Feed[] }[] {
  const passes: { period: Period; feeds: Feed[] }[] = [];
  for (const next of feeds.toSorted((a, b) => a.period.from - b.period.from)) {
    const pass = passes.at(-1);
    if (pass && next.period.from < pass.period.to) {
      pass.period = { from: pass.period.from, to: Math.max(pass.period.to, next.period.to) };
      pass.feeds.push(next);
    } else passes.push({ period: next.period, feeds: [next] });
  }
  return passes;
}

function isIn({ from, to }: Period, { at }: Entry): boolean {
  return at >= from && at < to;
}
