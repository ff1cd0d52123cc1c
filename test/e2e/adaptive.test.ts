import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchSimulator, type SimulatorProcesses } from '../../src/simulator/launch.ts';
import { type RunningServer, startServer, until } from './harness/server.ts';

const emergency = { operation: 'emergency', prompt: 'hello' };
const critical = { operation: 'infrastructure', prompt: 'hello' };

describe('a path that is slow, not broken', () => {
  let simulator: SimulatorProcesses;
  beforeAll(async () => {
    simulator = await launchSimulator();
  });
  afterAll(() => simulator.close());

  async function withServer(config: Record<string, unknown>, use: (server: RunningServer) => Promise<void>) {
    const urls = { bedrockUrl: simulator.bedrock.url, upstreamUrl: simulator.upstream.url };
    const server = await startServer({ args: ['--simulate'], config: { simulator: urls, ...config } });
    try {
      await use(server);
    } finally {
      await server.close();
      await simulator.bedrock.control.reset();
      await simulator.upstream.control.reset();
    }
  }

  const latency = (ms: number) => ({ kind: 'latency' as const, distribution: { type: 'fixed' as const, ms } });

  it('is hedged for an emergency: the other path answers, and the loser’s socket closes at the wire', async () => {
    await withServer({}, async (server) => {
      for (let call = 0; call < 6; call += 1) expect((await server.route(emergency)).hedged).toBe(false);
      await simulator.bedrock.control.setRules([{ fault: latency(4_000) }]);
      const result = await server.route(emergency);
      expect(result).toMatchObject({ path: 'mcp', hedged: true, fallback: null, sla: { met: true } });
      expect(result.attempts).toMatchObject([
        { path: 'direct', outcome: 'cancelled' },
        { path: 'mcp', outcome: 'answered' },
      ]);
      expect(result.latencyMs).toBeLessThan(3_000);
      await until(
        'Bedrock sees the abort',
        async () => (await simulator.bedrock.control.state()).counters.aborted === 1,
      );
    });
  });

  it('in one model alone is seen, and only its class is routed round it', async () => {
    const routing = { directBedrockLatencyThreshold: 400, hedging: false };
    const direct = { classes: { critical: { modelId: 'eu.slow.model-v1:0' } } };
    await withServer({ routing, direct }, async (server) => {
      await server.route(emergency);
      await simulator.bedrock.control.setRules([{ match: { modelId: 'eu.slow.model-v1:0' }, fault: latency(500) }]);
      // Quick emergencies between the slow calls keep the path as a whole under its limit of 6 bad calls of 20.
      for (let call = 0; call < 5; call += 1) expect((await server.route(critical)).path).toBe('direct');
      for (let call = 0; call < 15; call += 1) await server.route(emergency);
      expect((await server.route(critical)).path).toBe('direct');
      expect((await server.route(critical)).path).toBe('mcp');
      expect((await server.route(emergency)).path).toBe('direct');
      const health = await server.call('health_check', { depth: 'component', component: 'direct-bedrock' });
      expect(health.text).toMatch(/critical operations: 6 were slow/);
      const { decision } = await server.route({ ...critical, dryRun: true });
      expect(decision.reasons.join(' ')).toContain('direct is unhealthy (6 were slow of the last 6 calls)');
    });
  });
});
