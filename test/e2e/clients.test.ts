import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationTypes } from '../../src/config/operation-types.ts';
import { operationResultSchema } from '../../src/support/operation.ts';
import { cleanEnv, mainPath, type RunningServer, startServer } from './harness/server.ts';

const toolNames = [
  'route_operation',
  'health_check',
  'force_fallback',
  'cache_optimize',
  'compliance_report',
  'system_admin',
  'security_response',
];
const direct = new Set(['emergency', 'infrastructure', 'meta_monitor', 'implementation']);

describe.each([
  { mode: 'legacy' as const, era: 'legacy' },
  { mode: 'auto' as const, era: 'modern' },
])('a 2.x client, $era era', ({ mode, era }) => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({ args: ['--simulate'], mode });
  });
  afterAll(() => server.close());

  it('speaks the era that was asked for', () => {
    expect(server.client.getProtocolEra()).toBe(era);
  });

  it('lists its tools with five annotations and both schemas', async () => {
    const { tools } = await server.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(toolNames);
    for (const tool of tools) {
      expect(Object.keys(tool.annotations ?? {}).sort()).toEqual([
        'destructiveHint',
        'idempotentHint',
        'openWorldHint',
        'readOnlyHint',
        'title',
      ]);
      expect(tool.outputSchema?.type).toBe('object');
    }
  });

  it.each(operationTypes)('routes %s on its path, simulated and within its SLA', async (operation) => {
    const result = await server.route({ operation, prompt: 'What is the state?' });
    expect(result.status).toBe('answered');
    expect(result.path).toBe(direct.has(operation) ? 'direct' : 'mcp');
    expect(result.answer).toContain('Simulated answer');
    expect(result.simulated).toBe(true);
    expect(result.sla.met).toBe(true);
    expect(result.attempts).toHaveLength(1);
    expect(result.latencyMs).toBeGreaterThan(0);
  });

  it('takes a conversation', async () => {
    const messages = [
      { role: 'user', text: 'One' },
      { role: 'assistant', text: 'Two' },
      { role: 'user', text: 'Three' },
    ];
    expect((await server.route({ operation: 'emergency', messages })).status).toBe('answered');
  });

  it('decides without calling on a dry run', async () => {
    const result = await server.route({ operation: 'infrastructure', prompt: 'x', dryRun: true });
    expect(result).toMatchObject({
      dryRun: true,
      path: 'none',
      attempts: [],
      decision: { primary: 'direct', fallback: 'mcp' },
    });
  });

  it('gives the first outcome again for the same idempotency key', async () => {
    const args = { operation: 'emergency', prompt: 'once', idempotencyKey: `key-${era}` };
    const [first, second] = await Promise.all([server.route(args), server.route(args)]);
    expect(second.operationId).toBe(first.operationId);
    const conflict = await server.call('route_operation', { ...args, prompt: 'other' });
    expect(conflict).toMatchObject({ isError: true });
    expect(conflict.text).toContain('idempotencyKey');
  });

  it.each(['emergency', 'kiro_communication'])(
    'tells progress of %s: partial text on the direct path, the upstream’s own words on the mcp path',
    async (operation) => {
      const seen: string[] = [];
      const progress: number[] = [];
      const onprogress = ({ progress: step, message }: { progress: number; message?: string | undefined }) => {
        seen.push(message ?? '');
        progress.push(step);
      };
      const args = { operation, prompt: 'tell me' };
      let answer = '';
      // A client drops progress that it reads together with the answer, as it may on a busy machine: then asked again.
      for (let call = 0; call < 10 && seen.length === 0; call += 1) {
        const result = await server.client.callTool({ name: 'route_operation', arguments: args }, { onprogress });
        answer = operationResultSchema.parse(result.structuredContent).answer ?? '';
      }
      expect(seen.length).toBeGreaterThan(0);
      expect(progress).toEqual(progress.toSorted((a, b) => a - b));
      if (operation === 'emergency') for (const piece of seen) expect(answer).toContain(piece);
    },
  );

  it('forces a path and goes back', async () => {
    const missing = await server.call('force_fallback', { route: 'mcp' });
    expect(missing).toMatchObject({ isError: true });
    expect(missing.text).toContain('reason');
    await server.call('force_fallback', { route: 'mcp', reason: 'a test', durationSeconds: 60 });
    expect((await server.route({ operation: 'emergency', prompt: 'x' })).path).toBe('mcp');
    expect((await server.call('health_check')).text).toContain('Override: mcp');
    await server.call('force_fallback', { route: 'auto' });
    expect((await server.route({ operation: 'emergency', prompt: 'x' })).path).toBe('direct');
  });

  it('answers every other tool, the resources and the prompt', async () => {
    const health = await server.call('health_check', { depth: 'detailed' });
    expect(health.structured).toMatchObject({ status: 'healthy', simulated: true });
    expect((await server.call('cache_optimize')).structured).toMatchObject({ status: 'not_assessed', enabled: false });
    expect((await server.call('compliance_report')).structured).toMatchObject({
      report: 'gdpr_status',
      status: 'warn', // no anchor outside this machine is configured
      simulated: true,
    });
    const metrics = await server.client.readResource({ uri: 'metrics://live' });
    const [content] = metrics.contents;
    expect(content && 'text' in content && JSON.parse(content.text)).toMatchObject({
      simulated: true,
      scope: 'this_process',
    });
    const index = await server.client.readResource({ uri: 'runbook://index' });
    expect(JSON.stringify(index)).toContain('runbook://section/');
    const prompt = await server.client.getPrompt({ name: 'incident_triage', arguments: { symptom: 'slow answers' } });
    expect(JSON.stringify(prompt.messages)).toContain('slow answers');
  });
});

describe('a 1.x client', () => {
  const client = new OldClient({ name: 'old', version: '1' });
  beforeAll(async () => {
    const args = [mainPath, '--simulate'];
    await client.connect(
      new OldStdioClientTransport({ command: process.execPath, args, env: cleanEnv, stderr: 'ignore' }),
    );
  });
  afterAll(() => client.close());

  it('lists the tools', async () => {
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(toolNames);
  });

  it('routes an operation on each path, structured content checked against the schema by the client', async () => {
    for (const [operation, path] of [
      ['implementation', 'direct'],
      ['standard_analysis', 'mcp'],
    ]) {
      const result = await client.callTool({ name: 'route_operation', arguments: { operation, prompt: 'x' } });
      expect(operationResultSchema.parse(result.structuredContent)).toMatchObject({ status: 'answered', path });
    }
  });

  it('sees a bad argument as a tool error, not a broken call', async () => {
    const result = await client.callTool({
      name: 'route_operation',
      arguments: { operation: 'nonsense', prompt: 'x' },
    });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result.content)).toContain('operation');
  });

  it('sees a refusal with its structured content', async () => {
    const result = await client.callTool({ name: 'route_operation', arguments: { operation: 'emergency' } });
    expect(result).toMatchObject({ isError: true, structuredContent: { status: 'refused' } });
  });
});
