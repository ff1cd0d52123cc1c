import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { HybridRoutingError } from '../../src/config/errors.ts';
import { healthCheck } from '../../src/operations/health-check.ts';
import { liveMetrics } from '../../src/operations/live-metrics.ts';
import { patient, type ScriptedApp, scriptedApp } from '../support-files/scripted-app.ts';
import { thrownBy } from '../support-files/thrown.ts';

const checked = ({ context }: ScriptedApp, input: z.input<typeof healthCheck.input> = {}) =>
  healthCheck.run(context, healthCheck.input.parse(input), patient());

function sickApp(): ScriptedApp {
  const app = scriptedApp();
  app.health.record('direct', { durationMs: 1, error: { errorClass: 'configuration', message: 'no access' } });
  return app;
}

describe('health_check', () => {
  it('is short by default: the status, what is wrong, and the next call', async () => {
    const health = await checked(sickApp());
    expect(health).toMatchObject({
      status: 'degraded',
      findings: ['direct is unhealthy: 1 failed in a row, last: no access'],
      components: {},
      kpis: [],
      override: null,
    });
    expect(health.next).toEqual([expect.objectContaining({ tool: 'health_check' })]);
    expect((await checked(scriptedApp())).next).toEqual([]);
  });

  it('has five components and seven KPIs in detail', async () => {
    const health = await checked(scriptedApp(), { depth: 'detailed' });
    expect(Object.keys(health.components)).toHaveLength(5);
    expect(health.kpis).toHaveLength(7);
    expect(healthCheck.output.safeParse(health).success).toBe(true);
  });

  it('leaves out what is healthy, where told', async () => {
    const app = sickApp();
    app.health.record('mcp', { durationMs: 1, error: null });
    const { components } = await checked(app, { depth: 'detailed', onlyUnhealthy: true });
    expect(Object.keys(components)).toEqual(['bedrock-support', 'intelligent-router', 'direct-bedrock']);
  });

  it('shows one component, and wants its name', async () => {
    const { components, kpis } = await checked(sickApp(), { depth: 'component', component: 'direct-bedrock' });
    expect(Object.keys(components)).toEqual(['direct-bedrock']);
    expect(kpis).toEqual([]);
    await thrownBy(HybridRoutingError, () => checked(sickApp(), { depth: 'component' }));
  });

  it('calls no model', async () => {
    const app = scriptedApp();
    await checked(app, { depth: 'detailed' });
    expect([...app.paths.direct.calls, ...app.paths.mcp.calls]).toEqual([]);
  });
});

it('liveMetrics tells scope, KPIs and throughput, and can be written as JSON', () => {
  const app = scriptedApp({ simulate: true });
  app.metrics.started();
  const live = liveMetrics(app.context);
  expect(live).toMatchObject({
    scope: 'this_process',
    simulated: true,
    throughput: { operationsPerMinute: 0, inFlight: 1 },
  });
  expect(JSON.parse(JSON.stringify(live))).toMatchObject({ kpis: expect.any(Array), windowMinutes: 5 });
});
