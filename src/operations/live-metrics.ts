import { currentKpis } from './health-facts.ts';
import type { OperationContext } from './operation.ts';

/** What `metrics://live` shows: the KPI table and the numbers behind it, of this process, over the last minutes. */
export function liveMetrics(context: OperationContext) {
  const { config, metrics, wallClock } = context;
  const summary = metrics.summary();
  return {
    at: new Date(wallClock()).toISOString(),
    scope: 'this_process',
    simulated: config.simulate,
    kpis: currentKpis(context),
    throughput: {
      operationsPerMinute: summary.operations / summary.windowMinutes,
      inFlight: summary.inFlight,
    },
    ...summary,
  };
}
