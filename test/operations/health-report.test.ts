import { describe, expect, it } from 'vitest';
import { dailyReport, type ReportFacts, reportFile } from '../../src/operations/health-report.ts';
import { kpis } from '../../src/telemetry/kpis.ts';
import { OperationMetrics } from '../../src/telemetry/operation-metrics.ts';

const at = Date.UTC(2026, 0, 5, 23, 59, 59);

/** The KPIs after some emergencies of 4 s, each answered by direct. */
function kpisAfter(operations: number) {
  const metrics = new OperationMetrics(() => 0);
  for (let made = 0; made < operations; made += 1) {
    metrics.started();
    const counts = { efficient: true, overridden: false, fellBack: false };
    metrics.finished({ class: 'emergency', status: 'answered', path: 'direct', durationMs: 4_000, ...counts });
  }
  return kpis({ overall: 'healthy', metrics: metrics.summary() });
}

const quiet: ReportFacts = {
  at,
  overall: 'healthy',
  kpis: kpisAfter(0),
  components: [{ name: 'direct-bedrock', status: 'unknown', cause: 'no calls yet' }],
  findings: [],
  notices: [],
  stability: { verdict: 'not_enough_history', samples: 2, coveredSeconds: 30, worst: 'healthy', changes: [] },
  lastDay: null,
  override: null,
  humanSteps: [],
  simulated: false,
};

/** The lines under a heading of the report. */
function section(facts: Partial<ReportFacts>, heading: string): string[] {
  const part = dailyReport({ ...quiet, ...facts }).split(`## ${heading}\n`)[1] ?? '';
  return part.split('\n\n')[0]?.trim().split('\n') ?? [];
}

describe('the daily health report', () => {
  it('follows the runbook’s template, and invents nothing', () => {
    expect(dailyReport(quiet)).toBe(`# Daily Health Check - 2026-01-05

Measured by this process in the last five minutes, at 2026-01-05T23:59:59.000Z.

## System Status
- Overall Health: HEALTHY
- Routing Efficiency: not assessed (0 operations)
- Emergency Latency: not assessed (0 operations)
- Critical Latency: not assessed (0 operations)
- MCP Latency: not assessed (0 operations)
- Last 15 minutes: not enough history, 0 status changes
- Last 24 hours: not assessed (the state store is away)
- CloudWatch alarms: not assessed (not read from here)

## Issues Found
- None

## Actions Taken
- None required

## Next Steps
- Continue monitoring
`);
  });

  it('is filled with what is measured', () => {
    const status = section({ kpis: kpisAfter(25) }, 'System Status');
    expect(status).toContain('- Routing Efficiency: 100.0 % [ok, n=25]');
    expect(status.find((line) => line.startsWith('- Emergency'))).toMatch(
      /^- Emergency Latency: 4\.00 s, p95 \[ok, n=25\]$/,
    );
  });

  it('lists findings, causes that no finding tells, and KPIs out of band', () => {
    const slow = kpisAfter(25).map((kpi) => (kpi.name === 'Error Rate' ? { ...kpi, band: 'critical' as const } : kpi));
    const components = [
      { name: 'direct-bedrock', status: 'degraded', cause: 'probes fail while calls succeed' },
      { name: 'mcp-router', status: 'degraded', cause: 'Upstream a: hung up' },
    ];
    const facts = { components, findings: ['probes fail while calls succeed'], kpis: slow };
    expect(section(facts, 'Issues Found')).toEqual([
      '- probes fail while calls succeed',
      '- mcp-router is degraded: Upstream a: hung up',
      '- Error Rate is critical: Check logs, restart',
    ]);
    expect(section(facts, 'Next Steps')).toEqual(['- See to the issues above']);
    expect(section(facts, 'Actions Taken')).toEqual([expect.stringContaining('not assessed')]);
  });

  it('names the override and the modes in force, and a person’s steps', () => {
    const override = { route: 'mcp' as const, reason: 'INC-7', setAt: at, expiresAt: at + 1_000 };
    expect(section({ override, notices: ['Maintenance'], findings: ['mcp hung up'] }, 'Actions Taken')).toEqual([
      '- In force: mcp first, until 2026-01-06T00:00:00.000Z (INC-7)',
      '- In force: Maintenance',
    ]);
    expect(section({ humanSteps: ['VPC: look'] }, 'Next Steps')).toEqual(['- VPC: look']);
  });

  it('says that it is simulated', () => {
    expect(dailyReport({ ...quiet, simulated: true })).toContain('SIMULATED');
  });

  it('has the runbook’s file name, by the day in UTC', () => {
    expect(reportFile(at)).toBe('daily-health-20260105.md');
    expect(reportFile(at + 1_000)).toBe('daily-health-20260106.md');
  });
});

describe('the last 24 hours', () => {
  const counts = { refused: 1, fellBack: 2, overridden: 0, minutes: 9 };
  const line = (lastDay: ReportFacts['lastDay']) =>
    section({ lastDay }, 'System Status').find((text) => text.includes('24 hours'));

  it('are those of every process', () => {
    expect(line({ ...counts, answered: 95, failed: 5, eligible: 100, efficient: 90 })).toBe(
      '- Last 24 hours: 95 answered, 5 failed, 1 refused, 2 by fallback, in 9 minutes of all processes; efficiency 90.0 %, errors 5.0 %',
    );
  });

  it('have no rates where there is too little', () => {
    const text = line({ ...counts, answered: 18, failed: 1, eligible: 19, efficient: 19 });
    expect(text).toContain('efficiency not assessed, errors not assessed');
  });
});
