import type { AnyAction, Route } from './action.ts';
import { cacheOptimize } from './cache-optimize.ts';
import { complianceReport } from './compliance-report.ts';
import { featureFlags } from './feature-flags.ts';
import { forceFallback } from './force-fallback.ts';
import { planDecisions } from './plans.ts';
import { securityResponse } from './security-response.ts';
import { systemAdmin } from './system-admin.ts';
import type { ActionOperation } from './tool-operation.ts';

/** Every action of an operator, by the operation that has it: routes and commands are made of this list. */
export const actionOperations: readonly ActionOperation[] = [
  forceFallback,
  cacheOptimize,
  complianceReport,
  systemAdmin,
  securityResponse,
  featureFlags,
  planDecisions,
];

export interface RoutedAction {
  operation: ActionOperation;
  action: AnyAction;
  route: Route;
}

export const routedActions: readonly RoutedAction[] = actionOperations.flatMap((operation) =>
  operation.actions.flatMap((action) => action.routes.map((route) => ({ operation, action, route }))),
);

/** The arguments that somebody who takes a route may give. */
export function argumentsOf({ action, route }: RoutedAction): string[] {
  return Object.keys(action.input.shape).filter((name) => !Object.hasOwn(route.fixed ?? {}, name));
}

/** The whole input of the operation, for what somebody gave who took a route. */
export function inputFor({ operation, action, route }: RoutedAction, given: Readonly<Record<string, unknown>>) {
  return { ...route.defaults, ...given, ...route.fixed, [operation.by]: action.name };
}
