import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type App, createApp } from '../../src/app.ts';
import { HybridRoutingError } from '../../src/config/errors.ts';
import { healthCheck } from '../../src/operations/health-check.ts';
import { configWith } from '../support-files/config.ts';
import { recordingLogger } from '../support-files/log-lines.ts';
import { thrownBy } from '../support-files/thrown.ts';

const upstream = { name: 'a', url: 'http://127.0.0.1:9/mcp', tool: 'ask' };
let app: App | undefined;

/** A router that calls nobody: nothing is warmed up, and what it knows a test tells it. */
function checked(flags: Record<string, unknown> = {}) {
  const { logger } = recordingLogger();
  const made = createApp({ config: configWith({ 'mcp.upstreams': [upstream], ...flags }), logger, env: {} });
  app = made;
  const check = async (input: Record<string, unknown> = {}) => {
    const caller = { cancelled: new AbortController().signal };
    const health = await healthCheck.run(made, healthCheck.input.parse(input), caller);
    // What is answered is what is advertised.
    expect(healthCheck.output.strict().parse(health)).toEqual(health);
    return health;
  };
  return { app: made, check };
}

afterEach(async () => {
  await app?.close();
});

describe('health_check', () => {
  it('is short at depth basic', async () => {
    const { check } = checked();
    const nothing = {
      components: {},
      kpis: [],
      probe: null,
      stability: null,
      report: null,
      file: null,
      humanSteps: [],
    };
    expect(await check()).toMatchObject({ status: 'healthy', findings: [], ...nothing, next: [] });
  });

  it('has the five components, with what each depends on, at depth detailed', async () => {
    const { check } = checked();
    const { components, kpis, humanSteps } = await check({ depth: 'detailed' });
    expect(humanSteps).toEqual([]);
    const rows = Object.entries(components).map(([name, { dependsOn }]) => [name, dependsOn]);
    expect(Object.fromEntries(rows)).toEqual({
      'bedrock-support': ['intelligent-router', 'direct-bedrock', 'mcp-router', 'state-store', 'audit-log'],
      'intelligent-router': ['hybrid-monitor', 'feature-flags'],
      'direct-bedrock': ['aws-bedrock', 'circuit-breaker'],
      'mcp-router': ['mcp-service', 'message-queue', 'circuit-breaker'],
      'hybrid-monitor': ['bedrock-support', 'intelligent-router', 'direct-bedrock', 'mcp-router'],
    });
    expect(kpis).toHaveLength(7);
    expect(components['mcp-router']?.details).toMatchObject({
      breakers: { a: { state: 'closed', openSince: null } },
      queue: { running: 0, waiting: 0 },
      probes: { made: 0 },
      latency: { windowMinutes: 5, n: 0, p99Ms: null },
    });
  });

  it('leaves out what is healthy, and names the cause of what is not', async () => {
    const { app: made, check } = checked();
    made.health.path('mcp').recordCall('standard', 5, null);
    made.health.path('direct').recordCall('emergency', 5, 'hung up');
    const { components, humanSteps, status } = await check({ depth: 'detailed', onlyUnhealthy: true });
    expect(Object.keys(components)).toEqual(['bedrock-support', 'intelligent-router', 'direct-bedrock']);
    expect(components['direct-bedrock']).toMatchObject({ status: 'degraded', cause: 'hung up' });
    expect(status).toBe('degraded');
    // What cannot be read from here is a person's to look at.
    expect(humanSteps.map((step) => step.split(':', 1)[0])).toEqual(['AWS status', 'VPC', 'IAM']);
  });

  it('shows a probe and a breaker with times that can be read', async () => {
    const { app: made, check } = checked();
    made.health.path('direct').recordProbe(12.345, null, 'emergency');
    const { components } = await check({ depth: 'component', component: 'direct-bedrock' });
    const { at, durationMs } = z
      .object({ at: z.iso.datetime(), durationMs: z.number() })
      .parse(components['direct-bedrock']?.details.probe);
    expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(5_000);
    expect(durationMs).toBe(12.3);
    expect(Object.keys(components)).toEqual(['direct-bedrock']);
  });

  it('tells a 99th percentile of a hundred calls, and not of fewer', async () => {
    const { app: made, check } = checked();
    const record = { class: 'standard', status: 'answered', path: 'mcp', durationMs: 10 } as const;
    const call = () => {
      made.metrics.started();
      made.metrics.finished({ ...record, efficient: true, overridden: false, fellBack: false });
    };
    const latency = async () => {
      const { components } = await check({ depth: 'component', component: 'mcp-router' });
      return components['mcp-router']?.details.latency;
    };
    for (let made99 = 0; made99 < 99; made99 += 1) call();
    expect(await latency()).toMatchObject({ n: 99, p95Ms: expect.any(Number), p99Ms: null });
    call();
    expect(await latency()).toMatchObject({ n: 100, p99Ms: expect.any(Number) });
  });

  it('asks for the component where depth component has none', async () => {
    const { check } = checked();
    const error = await thrownBy(HybridRoutingError, () => check({ depth: 'component' }));
    expect(error.remedy).toContain('hybrid-monitor');
  });

  it('reads history at depth stability, and never waits for it', async () => {
    const { app: made, check } = checked();
    expect((await check({ depth: 'stability' })).stability).toMatchObject({ samples: 0, minutes: 15 });
    made.start();
    const { stability } = await check({ depth: 'stability', minutes: 30 });
    expect(stability).toMatchObject({ verdict: 'not_enough_history', samples: 1, minutes: 30, worst: 'healthy' });
  });

  it('gives the daily report and the name of its file', async () => {
    const { check } = checked();
    const { report, file } = await check({ depth: 'report' });
    expect(report).toMatch(/^# Daily Health Check - \d{4}-\d\d-\d\d\n/);
    expect(file).toMatch(/^daily-health-\d{8}\.md$/);
  });
});
