import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { launchSimulator, type SimulatorProcesses } from '../../src/simulator/launch.ts';
import { fakeCredentials, type RunningServer, startServer, until } from './harness/server.ts';

const emergency = { operation: 'emergency', prompt: 'hello' };
const kpisSchema = z.object({ kpis: z.array(z.object({ name: z.string(), n: z.int() })) });
const textSchema = z.object({ contents: z.tuple([z.object({ text: z.string() })]) });

describe('health_check, over the wire', () => {
  let simulator: SimulatorProcesses;
  let server: RunningServer;

  beforeAll(async () => {
    simulator = await launchSimulator();
    server = await startServer({
      args: ['--simulate'],
      config: { simulator: { bedrockUrl: simulator.bedrock.url, upstreamUrl: simulator.upstream.url } },
    });
  });
  afterAll(async () => {
    await server.close();
    await simulator.close();
  });
  afterEach(async () => {
    await simulator.bedrock.control.reset();
    await simulator.upstream.control.reset();
  });

  const check = (args: Record<string, unknown> = {}) => server.call('health_check', args);
  const hosts = () => ({ direct: new URL(simulator.bedrock.url).host, mcp: new URL(simulator.upstream.url).host });
  const resource = async (uri: string) => {
    const { contents } = textSchema.parse(await server.client.readResource({ uri }));
    return z.record(z.string(), z.unknown()).parse(JSON.parse(contents[0].text));
  };

  it('basic and detailed: nothing is asked for them', async () => {
    expect((await check()).structured).toMatchObject({ status: 'healthy', components: {}, probe: null });
    const { structured, text } = await check({ depth: 'detailed' });
    expect(structured).toMatchObject({
      components: {
        'direct-bedrock': {
          dependsOn: ['aws-bedrock', 'circuit-breaker'],
          details: { endpoint: simulator.bedrock.url },
        },
        'mcp-router': { details: { breakers: { simulator: { state: 'closed', openSince: null } } } },
      },
    });
    expect(text).toContain('hybrid-monitor: healthy');
    // No traffic, and no probe: a path is trusted for five minutes before it is paid for.
    expect((await simulator.bedrock.control.state()).counters.requests).toBe(0);
  });

  it.each([
    ['emergency', 'direct', 'emergency'],
    ['critical', 'direct', 'infrastructure'],
    ['mcp', 'mcp', 'kiro_communication'],
  ] as const)('probe %s: one operation over %s, with its network timings', async (probe, path, operation) => {
    const { structured, text, isError } = await check({ depth: 'probe', probe });
    expect(isError).toBe(false);
    expect(structured).toMatchObject({
      probe: {
        kind: probe,
        status: 'answered',
        path,
        verdict: 'within_target',
        attempts: [{ path, outcome: 'answered' }],
        network: { endpoint: hosts()[path], dnsMs: null, tcpMs: expect.any(Number), tlsMs: null, error: null },
      },
      simulated: true,
    });
    expect(text).toMatch(new RegExp(`Probe ${probe}: answered by ${path} in .* within_target`));
    expect(text).toContain(`Network ${hosts()[path]}: DNS -, TCP `);
    const { bedrock, upstream } = simulator;
    const asked = path === 'direct' ? bedrock : upstream;
    expect((await asked.control.state()).counters.byOperation).toEqual({ [operation]: 1 });
  });

  it('leaves its probes out of the KPIs', async () => {
    const samples = async () => {
      const { kpis } = kpisSchema.parse((await check({ depth: 'detailed' })).structured);
      return kpis.filter(({ name }) => name !== 'System Health').map(({ n }) => n);
    };
    await check({ depth: 'probe' });
    expect(await samples()).toEqual([0, 0, 0, 0, 0, 0]);
    await server.route(emergency);
    expect((await samples()).filter((n) => n === 1)).toHaveLength(3); // efficiency, emergency latency, error rate
  });

  it('stability: reads what is recorded and does not wait', async () => {
    const { structured, text } = await check({ depth: 'stability', minutes: 30 });
    expect(structured).toMatchObject({ stability: { verdict: 'not_enough_history', minutes: 30, worst: 'healthy' } });
    expect(text).toContain('Last 30 minutes: not_enough_history; ');
    expect(await check({ depth: 'stability', minutes: 61 })).toMatchObject({ isError: true });
  });

  it('report: the runbook’s daily report, and its file name', async () => {
    const { structured, text } = await check({ depth: 'report' });
    const { report, file } = z.object({ report: z.string(), file: z.string() }).parse(structured);
    expect(file).toMatch(/^daily-health-\d{8}\.md$/);
    expect(report).toMatch(/^# Daily Health Check - /);
    expect(report).toContain('- Overall Health: HEALTHY');
    expect(report).toContain('SIMULATED');
    expect(text).toContain(report);
    expect(text).toContain(file);
  });

  it('health:// has the same as the tool, and completes component names', async () => {
    expect(await resource('health://overview')).toMatchObject({ status: 'healthy', components: {} });
    const { components } = await resource('health://component/mcp-router');
    expect(components).toMatchObject({ 'mcp-router': { details: { upstreams: { simulator: 'connected' } } } });
    await expect(server.client.readResource({ uri: 'health://component/nothing' })).rejects.toThrow();
    const ref = { type: 'ref/resource' as const, uri: 'health://component/{name}' };
    const { completion } = await server.client.complete({ ref, argument: { name: 'name', value: 'h' } });
    expect(completion.values).toEqual(['hybrid-monitor']);
  });
});

describe('health_check, when calls and probes disagree', () => {
  it('says so, and what a person must look at', async () => {
    const simulator = await launchSimulator();
    const server = await startServer({
      args: ['--simulate'],
      config: {
        simulator: { bedrockUrl: simulator.bedrock.url, upstreamUrl: simulator.upstream.url },
        health: { probeTickMs: 100 },
        routing: { breaker: { openMs: 100, trials: 1 } },
      },
    });
    try {
      await simulator.bedrock.control.setRules([
        { match: { operation: 'emergency' }, fault: { kind: 'internal_server' } },
      ]);
      await until('the finding is there', async () => {
        await server.route(emergency);
        return (await server.call('health_check')).text.includes('calls fail while probes succeed');
      });
      const one = await server.call('health_check', { depth: 'component', component: 'direct-bedrock' });
      expect(one.structured).toMatchObject({
        components: { 'direct-bedrock': { details: { probe: { failure: null, at: expect.stringMatching(/Z$/) } } } },
        humanSteps: [expect.stringContaining('AWS status'), expect.any(String), expect.any(String)],
      });
      expect(one.text).toContain('For a person: VPC');
    } finally {
      await server.close();
      await simulator.close();
    }
  });
});

describe('health_check, of Bedrock itself', () => {
  const endpointOf = async (env: Record<string, string>) => {
    const server = await startServer({ env: { ...fakeCredentials, ...env } });
    try {
      const answer = () => server.call('health_check', { depth: 'component', component: 'direct-bedrock' });
      const schema = z.object({
        components: z.object({
          'direct-bedrock': z.object({ details: z.object({ endpoint: z.string().nullable() }) }),
        }),
      });
      const endpoint = async () =>
        schema.parse((await answer()).structured).components['direct-bedrock'].details.endpoint;
      await until('the SDK is loaded', async () => (await endpoint()) !== null);
      return await endpoint();
    } finally {
      await server.close();
    }
  };

  it('names the real endpoint of the region, without asking it anything', async () => {
    expect(await endpointOf({ AWS_REGION: 'eu-west-1' })).toBe('https://bedrock-runtime.eu-west-1.amazonaws.com');
  });

  it('names the endpoint that the environment sets', async () => {
    const env = { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://127.0.0.1:9/' };
    expect(await endpointOf(env)).toBe('http://127.0.0.1:9');
  });
});
