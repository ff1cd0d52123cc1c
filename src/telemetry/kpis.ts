import { latencyLimits } from '../config/operation-types.ts';
import type { LatencySummary, MetricsSummary } from './operation-metrics.ts';

export const kpiBands = ['ok', 'warning', 'critical', 'not_assessed'] as const;
export type KpiBand = (typeof kpiBands)[number];

/** A row of the runbook's KPI table with what is measured now. */
export interface Kpi {
  name: string;
  /** Null where there is too little to tell from, or nothing measures it. */
  value: number | string | null;
  unit: string;
  /** Samples behind the value. */
  n: number;
  band: KpiBand;
  target: string;
  warning: string;
  critical: string;
  action: string;
}

/** Under this many operations a rate says nothing (mission checklist, "Definitions"). */
const leastSamples = 20;

interface KpiInput {
  overall: 'healthy' | 'degraded' | 'unhealthy';
  metrics: MetricsSummary;
}

interface LatencyLimit {
  targetMs: number;
  slaMs: number;
}

/** The KPI table's seven rows. Pure. */
export function kpis({ overall, metrics }: KpiInput): Kpi[] {
  return [
    {
      name: 'System Health',
      value: overall,
      unit: 'status',
      n: 1,
      band: overall === 'healthy' ? 'ok' : overall === 'degraded' ? 'warning' : 'critical',
      target: 'healthy',
      warning: 'degraded',
      critical: 'unhealthy',
      action: 'Immediate investigation',
    },
    rate('Routing Efficiency', metrics.efficient, metrics.eligible, {
      band: (value) => fallingBand(value, 80, 70),
      target: '>80 %',
      warning: '<80 %',
      critical: '<70 %',
      action: 'Optimize routing config',
    }),
    latency('Emergency Latency', metrics.latencyByClass.emergency, latencyLimits.emergency, 'Enable MCP fallback'),
    latency('Critical Latency', metrics.latencyByClass.critical, latencyLimits.critical, 'Check Bedrock health'),
    latency('MCP Latency', metrics.latencyByPath.mcp, latencyLimits.standard, 'Restart MCP router'),
    rate('Error Rate', metrics.failed, metrics.answered + metrics.failed, {
      band: (value) => risingBand(value, 1, 5),
      target: '<1 %',
      warning: '>1 %',
      critical: '>5 %',
      action: 'Check logs, restart',
    }),
    {
      name: 'Cache Hit Rate',
      value: null, // no response cache yet, so there is nothing to hit
      unit: '%',
      n: 0,
      band: 'not_assessed',
      target: '>80 %',
      warning: '<80 %',
      critical: '<70 %',
      action: 'Optimize cache config',
    },
  ];
}

type Limits = Pick<Kpi, 'target' | 'warning' | 'critical' | 'action'>;

function rate(
  name: string,
  part: number,
  n: number,
  { band, ...limits }: Limits & { band: (value: number) => KpiBand },
): Kpi {
  const value = n < leastSamples ? null : (100 * part) / n;
  return { name, value, unit: '%', n, band: value === null ? 'not_assessed' : band(value), ...limits };
}

function latency(name: string, measured: LatencySummary, limit: LatencyLimit, action: string): Kpi {
  const { n, p95Ms } = measured;
  return {
    name,
    value: p95Ms,
    unit: 'ms (p95)',
    n,
    band: p95Ms === null ? 'not_assessed' : latencyBand(p95Ms, limit),
    target: `<${limit.targetMs / 1_000} s`,
    warning: `>${limit.targetMs / 1_000} s`,
    critical: `>${limit.slaMs / 1_000} s`,
    action,
  };
}

/** Past the target is a warning, past the SLA critical. */
function latencyBand(p95Ms: number, { targetMs, slaMs }: LatencyLimit): KpiBand {
  return p95Ms > slaMs ? 'critical' : p95Ms > targetMs ? 'warning' : 'ok';
}

/** At least `ok` is in band, under `low` is critical. */
function fallingBand(value: number, ok: number, low: number): KpiBand {
  return value >= ok ? 'ok' : value >= low ? 'warning' : 'critical';
}

/** Under `ok` is in band, over `high` is critical. */
function risingBand(value: number, ok: number, high: number): KpiBand {
  return value < ok ? 'ok' : value <= high ? 'warning' : 'critical';
}
