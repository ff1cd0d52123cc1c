import type { ComponentHealth } from '../health/components.ts';
import type { Kpi } from '../telemetry/kpis.ts';
import { currentKpis, findingsOf } from './health-facts.ts';
import type { NextCall } from './next-call.ts';
import type { OperationContext } from './operation.ts';

const severities = ['P0', 'P1', 'P2', 'P3'] as const;
type Severity = (typeof severities)[number];

/** What is out of band, and the call to make next. */
interface Alert {
  name: string;
  severity: Severity;
  value: number | string | null;
  unit: string;
  /** The limit that it is past. */
  threshold: string;
  /** Samples behind the value. */
  n: number;
  cause: string | null;
  next: NextCall;
}

/** What `alerts://active` shows: each thing that is out of band at this moment, the worst first. */
export function activeAlerts(context: OperationContext) {
  const { config, health, wallClock } = context;
  const noPath = health.overall() === 'unhealthy';
  const alerts = [
    ...currentKpis(context).flatMap((kpi) => alertOfKpi(kpi, noPath, context)),
    ...health.components().flatMap(alertOfComponent),
  ];
  alerts.sort((one, other) => severities.indexOf(one.severity) - severities.indexOf(other.severity));
  return {
    at: new Date(wallClock()).toISOString(),
    scope: 'this_process',
    simulated: config.simulate,
    alerts,
    note:
      'Bands as measured now over the last five minutes. Not applied yet: an alert is to raise after 3 of 5 minutes out of ' +
      'band, and to clear after 5 good ones, so a value near its limit may come and go here. An empty list says that nothing ' +
      'measured is out of band, not that everything is measured: metrics://live tells which rows are not_assessed.',
  };
}

/** Severities are the bands of the KPI table: warning is P2, critical P1, and no working path P0. */
function alertOfKpi(kpi: Kpi, noPath: boolean, context: OperationContext): Alert[] {
  const { name, value, unit, n, band, warning, critical, action } = kpi;
  if (band !== 'warning' && band !== 'critical') return [];
  const isHealth = name === 'System Health';
  const severity = isHealth && noPath ? 'P0' : band === 'critical' ? 'P1' : 'P2';
  const threshold = band === 'critical' ? critical : warning;
  const cause = isHealth ? findingsOf(context).join(' ') || null : null;
  const next = { tool: 'health_check', arguments: { depth: 'detailed' }, why: action };
  return [{ name, severity, value, unit, threshold, n, cause, next }];
}

function alertOfComponent({ name, status, cause }: ComponentHealth): Alert[] {
  // The router and the whole are told by System Health; a path that is merely slow or not set up is no alert of its own.
  if (status !== 'unhealthy' || name === 'bedrock-support' || name === 'intelligent-router') return [];
  const next = { tool: 'health_check', arguments: { depth: 'component', component: name }, why: 'find the cause' };
  return [{ name, severity: 'P1', value: status, unit: 'status', threshold: 'unhealthy', n: 1, cause, next }];
}
