import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import { componentNames, componentStatuses } from '../health/components.ts';
import { verdicts } from '../health/stability.ts';
import { StoreError } from '../store/store-error.ts';
import { type KpiTotals, kpiTotals } from '../telemetry/kpi-minutes.ts';
import { kpiBands } from '../telemetry/kpis.ts';
import { noticesOf } from './admin-result.ts';
import { currentKpis, currentStability, findingsOf, nextCalls, shownComponent } from './health-facts.ts';
import { probeKinds, probeOperation, probeSchema } from './health-probe.ts';
import { dailyReport, reportFile } from './health-report.ts';
import { humanSteps } from './human-steps.ts';
import { nextCallSchema } from './next-call.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { overrideSchema, shownOverride } from './override-view.ts';

const componentSchema = z.object({
  status: z.enum(componentStatuses),
  since: z.string(),
  cause: z.string().nullable(),
  dependsOn: z.array(z.string()),
  details: z.record(z.string(), z.unknown()),
});

const kpiSchema = z
  .object({
    name: z.string(),
    value: z.union([z.number(), z.string()]).nullable(),
    unit: z.string(),
    n: z.int(),
    band: z.enum(kpiBands),
    target: z.string(),
    warning: z.string(),
    critical: z.string(),
    action: z.string(),
  })
  .meta({ brief: true });

const stabilitySchema = z
  .object({
    verdict: z.enum(verdicts),
    minutes: z.int(),
    samples: z.int(),
    coveredSeconds: z.int(),
    worst: z.string().nullable(),
    changes: z.array(z.record(z.string(), z.string())),
  })
  .meta({ brief: true });

export const healthCheck = defineOperation({
  name: 'health_check',
  scopes: ['viewer'],
  inLockdown: true,
  input: z.strictObject({
    depth: z
      .enum(['basic', 'detailed', 'component', 'probe', 'stability', 'report'])
      .default('basic')
      .describe(
        'basic: overall; detailed: five components and KPIs; component: one; probe: one small real call; ' +
          'stability: changes in the last minutes; report: daily Markdown report.',
      ),
    component: z.enum(componentNames).optional().describe('For depth component.'),
    onlyUnhealthy: z.boolean().default(false).describe('Leave out healthy components.'),
    probe: z.enum(probeKinds).default('emergency').describe('For depth probe: what to call.'),
    minutes: z.int().min(1).max(60).default(15).describe('For depth stability.'),
  }),
  output: z.object({
    status: z.enum(['healthy', 'degraded', 'unhealthy']),
    checkedAt: z.string(),
    findings: z.array(z.string()),
    notices: z.array(z.string()),
    components: z.record(z.string(), componentSchema),
    kpis: z.array(kpiSchema),
    probe: probeSchema.nullable(),
    stability: stabilitySchema.nullable(),
    report: z.string().nullable(),
    file: z.string().nullable(),
    humanSteps: z.array(z.string()),
    override: overrideSchema.nullable(),
    next: z.array(nextCallSchema),
    simulated: z.boolean(),
  }),
  async run(context, { depth, component, onlyUnhealthy, probe: kind, minutes }, caller) {
    const { health, overrides, config, wallClock } = context;
    if (depth === 'component' && component === undefined) {
      throw new HybridRoutingError(
        'invalid_input',
        'component: is missing',
        `Name one of ${componentNames.join(', ')}.`,
      );
    }
    // First: what it sees belongs to the status.
    const probe = depth === 'probe' ? await probeOperation(context, kind, caller) : null;
    const looksAtComponents = depth === 'detailed' || depth === 'component';
    const wanted = !looksAtComponents ? [] : component ? [health.component(component)] : health.components();
    const shown = wanted.filter(({ status }) => !onlyUnhealthy || status !== 'healthy');
    const override = overrides.current();
    const now = wallClock();
    return {
      status: health.overall(),
      checkedAt: new Date(now).toISOString(),
      findings: findingsOf(context),
      notices: noticesOf(context),
      components: Object.fromEntries(shown.map((each) => [each.name, shownComponent(context, each)])),
      kpis: depth === 'detailed' ? currentKpis(context) : [],
      probe,
      stability: depth === 'stability' ? shownStability(context, minutes) : null,
      report: depth === 'report' ? await report(context, now) : null,
      file: depth === 'report' ? reportFile(now) : null,
      humanSteps: depth === 'basic' || depth === 'stability' ? [] : humanSteps(context),
      override: override && shownOverride(override, now),
      next: nextCalls(context, depth),
      simulated: config.simulate || probe?.simulated === true,
    };
  },
});

function shownStability(context: OperationContext, minutes: number) {
  const { changes, ...rest } = currentStability(context, minutes);
  return {
    ...rest,
    minutes,
    changes: changes.map(({ at, ...change }) => ({ at: new Date(at).toISOString(), ...change })),
  };
}

async function report(context: OperationContext, at: number): Promise<string> {
  const { health, overrides, config } = context;
  return dailyReport({
    at,
    overall: health.overall(),
    kpis: currentKpis(context),
    components: health.components(),
    findings: findingsOf(context),
    notices: noticesOf(context),
    stability: currentStability(context, 15),
    override: overrides.current(),
    lastDay: await lastDay(context, at),
    humanSteps: humanSteps(context),
    simulated: config.simulate,
  });
}

const dayMs = 86_400_000;

/** Null while the store is away: health says so itself. */
async function lastDay({ state }: OperationContext, at: number): Promise<KpiTotals | null> {
  try {
    return await kpiTotals(state.store, at - dayMs, at);
  } catch (thrown) {
    if (thrown instanceof StoreError) return null;
    throw thrown;
  }
}
