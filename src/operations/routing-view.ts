import {
  classOf,
  latencyLimits,
  type OperationType,
  operationClasses,
  operationTypes,
} from '../config/operation-types.ts';
import { dependencies } from '../health/components.ts';
import { type Route, runbookPolicy } from '../routing/policy.ts';
import { badCallsAt } from '../routing/routing-settings.ts';
import type { OperationContext } from './operation.ts';

const routes: Record<Route, string> = {
  direct: 'direct first; mcp on failure, an open breaker, or when the share of the deadline for direct is spent',
  direct_if_healthy: 'direct while it is healthy, else mcp',
  mcp: 'mcp first; direct on failure',
};

/** How one operation type is routed, and within what time. */
export function policyOf(operation: OperationType) {
  const operationClass = classOf(operation);
  const { route, targetMs, slaMs } = runbookPolicy.classes[operationClass];
  return { operation, class: operationClass, route, flow: routes[route], targetMs, slaMs };
}

/** What `routing://policy` shows: the seven operation types and their flow. */
export function routingPolicy() {
  return {
    version: runbookPolicy.version,
    operations: operationTypes.map(policyOf),
    fallback: 'at most one, to the other path; an operator override comes before the policy',
  };
}

/** What `metrics://slo` shows: target and SLA of each class, and what is measured against them. */
export function latencyGoals({ metrics, config }: OperationContext) {
  const { windowMinutes, latencyByClass } = metrics.summary();
  const classes = operationClasses.map((name) => {
    const { n, p95Ms } = latencyByClass[name];
    const { targetMs, slaMs } = latencyLimits[name];
    const withinTarget = p95Ms === null ? null : p95Ms <= targetMs;
    const withinSla = p95Ms === null ? null : p95Ms <= slaMs;
    const operations = operationTypes.filter((type) => classOf(type) === name);
    return { class: name, operations, targetMs, slaMs, p95Ms, n, withinTarget, withinSla };
  });
  return { scope: 'this_process', windowMinutes, classes, simulated: config.simulate };
}

/** What `health://topology` shows: the components, and what each depends on. */
export function topology({ health }: OperationContext) {
  const components = health.components().map(({ name, status }) => [name, { status, dependsOn: dependencies[name] }]);
  return { overall: health.overall(), components: Object.fromEntries(components) };
}

/** What `config://routing` shows: the thresholds in force, what they mean, and what stands over them. */
export async function routingConfig({ settings, overrides, modes, config, flags }: OperationContext) {
  const thresholds = settings.current;
  const { breaker } = config.routing;
  return {
    thresholds,
    leavesAPathAt: { badCallsOfLast20: badCallsAt(thresholds.fallbackAggressiveness) },
    flags: await flags.list(),
    breaker,
    override: overrides.current(),
    modes: modes.current(),
    change: { tool: 'system_admin', arguments: { action: 'routing_config', thresholds, dryRun: true } },
  };
}
