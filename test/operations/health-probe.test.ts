import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { type ProbeKind, probeOperation } from '../../src/operations/health-probe.ts';
import { configWith } from '../support-files/config.ts';
import { recordingLogger } from '../support-files/log-lines.ts';
import { operationRequest } from '../support-files/requests.ts';
import { simulatedBedrock, simulatedUpstream } from '../support-files/simulators.ts';

const cancelled = new AbortController().signal;

describe('a probe by health_check', () => {
  let bedrock: Awaited<ReturnType<typeof simulatedBedrock>>;
  let upstream: Awaited<ReturnType<typeof simulatedUpstream>>;
  let app: App;

  beforeAll(async () => {
    [bedrock, upstream] = await Promise.all([simulatedBedrock(), simulatedUpstream()]);
  });
  beforeEach(async () => {
    await Promise.all([bedrock.control.reset(), upstream.control.reset()]);
    const config = configWith({
      simulate: true,
      'direct.endpoint': bedrock.url,
      'mcp.upstreams': [{ name: 'sim', url: upstream.url, tool: 'answer_operation' }],
    });
    app = createApp({ config, logger: recordingLogger().logger, env: {} });
    return () => app.close();
  });
  afterAll(async () => {
    await Promise.all([bedrock.close(), upstream.close()]);
  });

  const probe = (kind: ProbeKind) => probeOperation(app, kind, { cancelled });
  const host = (url: string) => new URL(url).host;

  it.each([
    ['emergency', 'direct', 5_000, 10_000],
    ['critical', 'direct', 10_000, 15_000],
    ['mcp', 'mcp', 30_000, 60_000],
  ] as const)('%s: a real operation over %s, against target and SLA', async (kind, path, targetMs, slaMs) => {
    const result = await probe(kind);
    expect(result).toMatchObject({ kind, status: 'answered', path, targetMs, slaMs, verdict: 'within_target' });
    expect(result.attempts).toHaveLength(1);
    expect(result.network).toMatchObject({
      endpoint: host(kind === 'mcp' ? upstream.url : bedrock.url),
      dnsMs: null,
      tcpMs: expect.any(Number),
      tlsMs: null,
      error: null,
    });
    expect(result.simulated).toBe(true);
  });

  it('is no part of the KPIs, and yet of the path’s health', async () => {
    await probe('emergency');
    expect(app.metrics.summary()).toMatchObject({
      operations: 0,
      eligible: 0,
      inFlight: 0,
      latencyByPath: { direct: { n: 0 } },
    });
    expect(app.health.path('direct').report()).toMatchObject({ calls: 1, status: 'healthy' });
    await app.support.run(operationRequest(), { cancelled });
    expect(app.metrics.summary()).toMatchObject({ operations: 1, eligible: 1 });
  });

  it('shows both attempts and the cause when a path fails', async () => {
    await bedrock.control.setRules([{ fault: { kind: 'access_denied' } }]);
    const result = await probe('emergency');
    expect(result).toMatchObject({ status: 'answered', path: 'mcp', network: { endpoint: host(bedrock.url) } });
    expect(result.attempts).toMatchObject([{ path: 'direct', errorClass: 'configuration' }, { path: 'mcp' }]);
  });

  it('says so when nothing answers', async () => {
    await bedrock.control.setRules([{ fault: { kind: 'malformed_json' } }]);
    await upstream.control.setRules([{ fault: { kind: 'is_error' } }]);
    const result = await probe('mcp');
    expect(result).toMatchObject({ status: 'failed', path: 'none', verdict: 'no_answer' });
    expect(result.error).toContain('health_check');
    expect(app.metrics.summary().operations).toBe(0);
  });

  it('has no network timings of an upstream over stdio, or of a path that is off', async () => {
    const stdio = { name: 'child', command: '/nonexistent/program', tool: 'ask' };
    const off = { 'direct.enabled': false, 'direct.endpoint': bedrock.url };
    const config = configWith({ ...off, 'mcp.upstreams': [stdio] });
    const alone = createApp({ config, logger: recordingLogger().logger, env: {} });
    for (const kind of ['emergency', 'mcp'] as const) {
      const { network } = await probeOperation(alone, kind, { cancelled });
      expect(network).toEqual({ endpoint: null, dnsMs: null, tcpMs: null, tlsMs: null, error: null });
    }
    await alone.close();
  });
});
