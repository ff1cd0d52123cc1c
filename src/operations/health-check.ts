import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import { type ComponentHealth, componentNames, componentStatuses } from '../health/components.ts';
import { type Kpi, kpiBands, kpis } from '../telemetry/kpis.ts';
import { type NextCall, nextCallSchema } from './next-call.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { overrideSchema, shownOverride } from './override-view.ts';

const componentSchema = z.object({
  status: z.enum(componentStatuses),
  since: z.string(),
  cause: z.string().nullable(),
  dependsOn: z.array(z.string()),
  details: z.record(z.string(), z.unknown()),
});

const kpiSchema = z.object({
  name: z.string(),
  value: z.union([z.number(), z.string()]).nullable(),
  unit: z.string(),
  n: z.int(),
  band: z.enum(kpiBands),
  target: z.string(),
  warning: z.string(),
  critical: z.string(),
  action: z.string(),
});

export const healthCheck = defineOperation({
  name: 'health_check',
  input: z.strictObject({
    depth: z
      .enum(['basic', 'detailed', 'component'])
      .default('basic')
      .describe('basic: overall; detailed: five components and KPIs; component: one component.'),
    component: z.enum(componentNames).optional().describe('For depth component.'),
    onlyUnhealthy: z.boolean().default(false).describe('Leave out healthy components.'),
  }),
  output: z.object({
    status: z.enum(['healthy', 'degraded', 'unhealthy']),
    checkedAt: z.string(),
    findings: z.array(z.string()),
    components: z.record(z.string(), componentSchema),
    kpis: z.array(kpiSchema),
    override: overrideSchema.nullable(),
    next: z.array(nextCallSchema),
    simulated: z.boolean(),
  }),
  async run(context, { depth, component, onlyUnhealthy }) {
    const { health, overrides, config, wallClock } = context;
    if (depth === 'component' && component === undefined) {
      throw new HybridRoutingError(
        'invalid_input',
        'component: is missing',
        `Name one of ${componentNames.join(', ')}.`,
      );
    }
    const wanted = depth === 'basic' ? [] : component ? [health.component(component)] : health.components();
    const shown = wanted.filter(({ status }) => !onlyUnhealthy || status !== 'healthy');
    const override = overrides.current();
    return {
      status: health.overall(),
      checkedAt: new Date(wallClock()).toISOString(),
      findings: findingsOf(context),
      components: Object.fromEntries(shown.map(({ name, ...rest }) => [name, { ...rest, ...copies(rest) }])),
      kpis: depth === 'detailed' ? currentKpis(context) : [],
      override: override && shownOverride(override, wallClock()),
      next: nextCalls(context, depth),
      simulated: config.simulate,
    };
  },
});

/** What the schema holds as mutable is read-only in health. */
function copies({ dependsOn, details }: Omit<ComponentHealth, 'name'>) {
  return { dependsOn: [...dependsOn], details: { ...details } };
}

export function currentKpis({ health, metrics }: OperationContext): Kpi[] {
  return kpis({ overall: health.overall(), metrics: metrics.summary() });
}

function findingsOf({ health }: OperationContext): string[] {
  const { direct, mcp } = health.snapshot();
  const sick = [
    ...(direct.status === 'unhealthy' ? [`direct is unhealthy: ${direct.cause}`] : []),
    ...(mcp.status === 'unhealthy' ? [`mcp is unhealthy: ${mcp.cause}`] : []),
  ];
  return [...direct.findings, ...mcp.findings, ...sick];
}

function nextCalls({ health, overrides }: OperationContext, depth: string): NextCall[] {
  const next: NextCall[] = [];
  if (depth === 'basic' && health.overall() !== 'healthy') {
    next.push({ tool: 'health_check', arguments: { depth: 'detailed', onlyUnhealthy: true }, why: 'find the cause' });
  }
  if (overrides.current()) {
    next.push({ tool: 'force_fallback', arguments: { route: 'auto' }, why: 'end the override when it is not needed' });
  }
  return next;
}
