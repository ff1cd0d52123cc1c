import { describe, expect, it } from 'vitest';
import { type KpiBand, kpis } from '../../src/telemetry/kpis.ts';
import { type MetricsSummary, OperationMetrics } from '../../src/telemetry/operation-metrics.ts';

const empty = new OperationMetrics(() => 0).summary();

function row(
  name: string,
  metrics: Partial<MetricsSummary>,
  overall: 'healthy' | 'degraded' | 'unhealthy' = 'healthy',
) {
  const found = kpis({ overall, metrics: { ...empty, ...metrics } }).find((kpi) => kpi.name === name);
  if (!found) throw new Error(`no KPI ${name}`);
  return found;
}

describe('the KPI table', () => {
  it('has the seven rows of the runbook, and claims nothing that nobody measured', () => {
    expect(kpis({ overall: 'healthy', metrics: empty })).toMatchSnapshot();
  });

  it.each([
    ['healthy', 'ok'],
    ['degraded', 'warning'],
    ['unhealthy', 'critical'],
  ] as const)('health %s is %s', (overall, band) => {
    expect(row('System Health', {}, overall)).toMatchObject({ value: overall, band });
  });

  // Counts that give the percentage exactly.
  it.each<[number, number, number | null, KpiBand]>([
    [10_000, 10_000, 100, 'ok'],
    [8_001, 10_000, 80.01, 'ok'],
    [8_000, 10_000, 80, 'ok'],
    [7_999, 10_000, 79.99, 'warning'],
    [7_000, 10_000, 70, 'warning'],
    [6_999, 10_000, 69.99, 'critical'],
    [0, 20, 0, 'critical'],
    [16, 20, 80, 'ok'],
    [19, 19, null, 'not_assessed'],
    [0, 0, null, 'not_assessed'],
  ])('efficiency of %i in %i is %s %%: %s', (efficient, eligible, value, band) => {
    expect(row('Routing Efficiency', { efficient, eligible })).toMatchObject({ value, band, n: eligible });
  });

  it.each<[number, number, number | null, KpiBand]>([
    [0, 10_000, 0, 'ok'],
    [99, 10_000, 0.99, 'ok'],
    [100, 10_000, 1, 'warning'],
    [500, 10_000, 5, 'warning'],
    [501, 10_000, 5.01, 'critical'],
    [20, 20, 100, 'critical'],
    [19, 19, null, 'not_assessed'],
  ])('%i errors in %i are %s %%: %s', (failed, n, value, band) => {
    expect(row('Error Rate', { failed, answered: n - failed, refused: 7 })).toMatchObject({ value, band, n });
  });

  it.each<[string, number | null, KpiBand]>([
    ['Emergency Latency', 5_000, 'ok'],
    ['Emergency Latency', 5_000.1, 'warning'],
    ['Emergency Latency', 10_000, 'warning'],
    ['Emergency Latency', 10_000.1, 'critical'],
    ['Critical Latency', 10_000, 'ok'],
    ['Critical Latency', 10_001, 'warning'],
    ['Critical Latency', 15_000, 'warning'],
    ['Critical Latency', 15_001, 'critical'],
    ['MCP Latency', 30_000, 'ok'],
    ['MCP Latency', 30_001, 'warning'],
    ['MCP Latency', 60_000, 'warning'],
    ['MCP Latency', 60_001, 'critical'],
    ['MCP Latency', null, 'not_assessed'],
  ])('%s of %s ms: %s', (name, p95Ms, band) => {
    const summary = { n: 3, p50Ms: 1, p95Ms, p99Ms: 99_999 };
    const { latencyByClass, latencyByPath } = empty;
    const metrics = {
      latencyByClass: {
        ...latencyByClass,
        ...(name === 'Emergency Latency' ? { emergency: summary } : {}),
        ...(name === 'Critical Latency' ? { critical: summary } : {}),
      },
      latencyByPath: { ...latencyByPath, ...(name === 'MCP Latency' ? { mcp: summary } : {}) },
    };
    expect(row(name, metrics)).toMatchObject({ value: p95Ms, band, n: 3 });
  });
});
