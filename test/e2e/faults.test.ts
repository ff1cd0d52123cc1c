import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchSimulator, type SimulatorProcesses } from '../../src/simulator/launch.ts';
import { type RunningServer, startServer, until } from './harness/server.ts';

const kiro = { operation: 'kiro_communication', prompt: 'hello' };
const emergency = { operation: 'emergency', prompt: 'hello' };

describe('faults of a path, at the wire', () => {
  let simulator: SimulatorProcesses;
  let server: RunningServer;

  beforeAll(async () => {
    simulator = await launchSimulator();
    server = await startServer({
      args: ['--simulate'],
      config: {
        simulator: { bedrockUrl: simulator.bedrock.url, upstreamUrl: simulator.upstream.url },
        // High, so that each fault is met on its own path and not routed round.
        routing: {
          hedging: false,
          fallbackAggressiveness: 0,
          breaker: { consecutiveFailures: 20, openMs: 100, maxOpenMs: 100 },
        },
      },
    });
  });
  afterAll(async () => {
    await server.close();
    await simulator.close();
  });
  afterEach(async () => {
    await simulator.bedrock.control.reset();
    await simulator.upstream.control.reset();
    // A configuration error leaves its path at once, until probes succeed: the next fault needs it back.
    await until(
      'both paths are tried again',
      async () => !(await server.call('health_check')).text.includes('is unhealthy'),
    );
  });

  const bedrockFaults = [
    ['throttled', 'throttled'],
    ['service_unavailable', 'transient'],
    ['internal_server', 'transient'],
    ['model_not_ready', 'transient'],
    ['model_timeout', 'timeout'],
    ['connection_reset', 'network'],
    ['connection_refused', 'network'],
    ['malformed_json', 'protocol'],
    ['missing_fields', 'protocol'],
    ['access_denied', 'configuration'],
    ['expired_token', 'configuration'],
    ['resource_not_found', 'configuration'],
    ['model_retired', 'configuration'],
  ] as const;

  it.each(bedrockFaults)('falls back from direct to mcp on %s', async (kind, errorClass) => {
    await simulator.bedrock.control.setRules([{ fault: { kind } }]);
    const result = await server.route(emergency);
    expect(result).toMatchObject({ status: 'answered', path: 'mcp', fallback: { from: 'direct', to: 'mcp' } });
    expect(result.attempts).toHaveLength(2);
    expect(result.attempts[0]).toMatchObject({ path: 'direct', errorClass });
    expect(result.sla.met).toBe(true);
  });

  it.each([['hang_before_headers'], ['hang_mid_body']] as const)(
    'answers within the deadline when direct has a %s',
    async (kind) => {
      await simulator.bedrock.control.setRules([{ fault: { kind } }]);
      const result = await server.route({ ...emergency, deadlineMs: 1_000 });
      expect(result).toMatchObject({
        status: 'answered',
        path: 'mcp',
        attempts: [{ outcome: 'timed_out' }, { outcome: 'answered' }],
      });
      expect(result.latencyMs).toBeGreaterThan(700);
      expect(result.latencyMs).toBeLessThan(1_000);
      // The abandoned call is aborted at the wire: the simulator sees its socket close.
      await until(
        'the simulator sees the abort',
        async () => (await simulator.bedrock.control.state()).counters.aborted > 0,
      );
    },
  );

  it.each([['validation'], ['context_too_long'], ['guardrail_intervened'], ['content_filtered']] as const)(
    'refuses on %s and never asks the other path',
    async (kind) => {
      await simulator.bedrock.control.setRules([{ fault: { kind } }]);
      const result = await server.route(emergency);
      expect(result).toMatchObject({ status: 'refused', path: 'none', fallback: null, answer: null });
      expect(result.attempts).toHaveLength(1);
      expect((await simulator.upstream.control.state()).counters.byOperation).toEqual({});
    },
  );

  const upstreamFaults = [
    ['is_error', 'upstream'],
    ['invalid_arguments', 'configuration'],
    ['internal_error', 'upstream'],
    ['stream_dropped', 'network'],
    ['not_json', 'protocol'],
  ] as const;

  it.each(upstreamFaults)('falls back from mcp to direct on %s', async (kind, errorClass) => {
    await simulator.upstream.control.setRules([{ fault: { kind } }]);
    const result = await server.route({ ...kiro, deadlineMs: 5_000 });
    expect(result).toMatchObject({ status: 'answered', path: 'direct', fallback: { from: 'mcp', to: 'direct' } });
    expect(result.attempts[0]).toMatchObject({ path: 'mcp', errorClass });
  });

  it('answers within the deadline when the upstream is wedged', async () => {
    await simulator.upstream.control.setRules([{ fault: { kind: 'wedged' } }]);
    const result = await server.route({ ...kiro, deadlineMs: 1_000 });
    expect(result).toMatchObject({ status: 'answered', path: 'direct', attempts: [{ errorClass: 'timeout' }, {}] });
    expect(result.latencyMs).toBeLessThan(1_000);
  });

  it('says both causes and what to do when both paths are down, and goes on', async () => {
    await simulator.bedrock.control.setRules([{ fault: { kind: 'service_unavailable' } }]);
    await simulator.upstream.control.setRules([{ fault: { kind: 'is_error' } }]);
    const answer = await server.call('route_operation', emergency);
    expect(answer.isError).toBe(true);
    expect(answer.text).toMatch(/failed: unavailable/);
    expect(answer.text).toContain('ServiceUnavailableException');
    expect(answer.text).toContain('Upstream simulator');
    expect(answer.text).toContain('health_check');
    await simulator.bedrock.control.clear();
    expect((await server.route(emergency)).status).toBe('answered');
  });

  it('passes the client’s cancellation on to Bedrock', async () => {
    await simulator.bedrock.control.setRules([{ fault: { kind: 'hang_before_headers' } }]);
    const controller = new AbortController();
    const call = server.client.callTool(
      { name: 'route_operation', arguments: emergency },
      { signal: controller.signal },
    );
    call.catch(() => undefined);
    await until('the call is at Bedrock', async () => (await simulator.bedrock.control.state()).counters.open > 0);
    controller.abort();
    await expect(call).rejects.toThrow();
    await until(
      'the simulator sees the abort',
      async () => (await simulator.bedrock.control.state()).counters.aborted > 0,
    );
    expect((await simulator.upstream.control.state()).counters.byOperation).toEqual({});
  });
});

describe('a path that keeps failing', () => {
  it('is left for the other one, and tried again later', async () => {
    const simulator = await launchSimulator();
    const server = await startServer({
      args: ['--simulate'],
      config: {
        simulator: { bedrockUrl: simulator.bedrock.url, upstreamUrl: simulator.upstream.url },
        routing: { breaker: { openMs: 500 } },
      },
    });
    try {
      await simulator.bedrock.control.setRules([{ fault: { kind: 'service_unavailable' } }]);
      expect(await server.route(emergency)).toMatchObject({ path: 'mcp', attempts: [{ retries: 2 }, { retries: 0 }] });
      const straight = await server.route(emergency);
      expect(straight).toMatchObject({ path: 'mcp', fallback: null });
      expect((await server.call('health_check')).text).toContain('direct is unhealthy');
      await simulator.bedrock.control.clear();
      await until('direct answers again', async () => (await server.route(emergency)).path === 'direct');
      expect((await server.call('health_check')).structured).toMatchObject({ status: 'healthy' });
    } finally {
      await server.close();
      await simulator.close();
    }
  });
});
