import { Activity } from './activity.ts';
import { scanEntries } from './audit-scan.ts';
import type { Period } from './period.ts';
import { progressOf } from './progress.ts';
import type { ReportOrder, ReportSources } from './report-body.ts';

type How = Pick<ReportOrder, 'signal' | 'onProgress'>;

/** The rows of a period, counted. @throws StoreError, or the signal's reason */
export async function activityOf({ store }: Pick<ReportSources, 'store'>, period: Period, how: How): Promise<Activity> {
  const activity = new Activity();
  const onProgress = progressOf(how.onProgress, 'rows read');
  const scan = scanEntries({ store, period, order: 'oldest_first', signal: how.signal, onProgress });
  for await (const entries of scan) for (const entry of entries) activity.add(entry);
  return activity;
}
