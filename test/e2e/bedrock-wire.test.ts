import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanEnv, fakeCredentials, startServer } from './harness/server.ts';

interface Seen {
  url: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

/** A Bedrock that keeps what it was sent: what the SDK really puts on the wire. */
describe('what reaches Bedrock', () => {
  let bedrock: Server;
  let seen: Seen[];
  let endpoint: string;

  beforeEach(async () => {
    seen = [];
    bedrock = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push({
          url: request.url ?? '',
          headers: request.headers,
          body: JSON.parse(Buffer.concat(chunks).toString()),
        });
        response.setHeader('content-type', 'application/json');
        const output = { message: { role: 'assistant', content: [{ text: 'fine' }] } };
        const usage = { inputTokens: 3, outputTokens: 1, totalTokens: 4 };
        response.end(JSON.stringify({ output, stopReason: 'end_turn', usage, metrics: { latencyMs: 12 } }));
      });
    });
    await new Promise<void>((resolve) => bedrock.listen(0, '127.0.0.1', resolve));
    const address = bedrock.address();
    endpoint = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  });
  afterEach(() => new Promise((resolve) => bedrock.close(resolve)));

  /** Starts a server whose endpoint is set by the SDK's own variable, and sends one operation. */
  async function send(config: Record<string, unknown>, env: Record<string, string>, operation = 'emergency') {
    const server = await startServer({ config, env: { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: endpoint, ...env } });
    try {
      return await server.route({ operation, prompt: 'hello' });
    } finally {
      await server.close();
      bedrock.closeAllConnections();
    }
  }

  it('is a Converse call of the default model, signed for eu-central-1, with usage and service latency in the answer', async () => {
    const result = await send({}, fakeCredentials);
    expect(result).toMatchObject({
      status: 'answered',
      answer: 'fine',
      path: 'direct',
      usage: { inputTokens: 3, outputTokens: 1, totalTokens: 4 },
      serviceLatencyMs: 12,
      simulated: false,
    });
    const [request] = seen;
    expect(request?.url).toBe('/model/eu.anthropic.claude-sonnet-4-6/converse');
    expect(request?.headers.authorization).toMatch(
      /AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/eu-central-1\/bedrock\//,
    );
    expect(request?.body).toMatchObject({
      messages: [{ role: 'user', content: [{ text: 'hello' }] }],
      inferenceConfig: { maxTokens: 2048 },
      requestMetadata: { operation: 'emergency', operationId: result.operationId },
    });
    expect(request?.body).not.toHaveProperty('inferenceConfig.temperature');
  });

  it('carries a Bedrock API key in place of a signature', async () => {
    await send({}, { AWS_BEARER_TOKEN_BEDROCK: 'bedrock-api-key-example' });
    expect(seen[0]?.headers.authorization).toBe('Bearer bedrock-api-key-example');
  });

  it('has the region of AWS_REGION, or of the profile', async () => {
    await send({}, { ...fakeCredentials, AWS_REGION: 'eu-west-3' });
    expect(seen[0]?.headers.authorization).toContain('/eu-west-3/bedrock/');
    const file = join(mkdtempSync(join(tmpdir(), 'aws-')), 'config');
    const keys = 'aws_access_key_id = AKIDPROFILE\naws_secret_access_key = secret\n';
    writeFileSync(file, `[profile ops]\nregion = eu-north-1\n${keys}`);
    await send({}, { AWS_PROFILE: 'ops', AWS_CONFIG_FILE: file });
    expect(seen[1]?.headers.authorization).toMatch(/Credential=AKIDPROFILE\/\d+\/eu-north-1\//);
  });

  it('has the settings of its class over the common ones', async () => {
    const direct = {
      modelId: 'eu.amazon.nova-pro-v1:0',
      systemPrompt: 'Be brief.',
      temperature: 0.2,
      guardrail: { id: 'gr-1', version: '3' },
      classes: {
        emergency: {
          modelId: 'arn:aws:bedrock:eu-central-1:123456789012:inference-profile/x',
          maxTokens: 77,
          latency: 'optimized',
        },
      },
    };
    await send({ direct }, fakeCredentials);
    expect(decodeURIComponent(seen[0]?.url ?? '')).toContain('inference-profile/x/converse');
    expect(seen[0]?.body).toMatchObject({
      system: [{ text: 'Be brief.' }],
      inferenceConfig: { maxTokens: 77, temperature: 0.2 },
      guardrailConfig: { guardrailIdentifier: 'gr-1', guardrailVersion: '3' },
      performanceConfig: { latency: 'optimized' },
    });
    await send({ direct }, fakeCredentials, 'infrastructure');
    expect(decodeURIComponent(seen[1]?.url ?? '')).toBe('/model/eu.amazon.nova-pro-v1:0/converse');
    expect(seen[1]?.body).toMatchObject({ inferenceConfig: { maxTokens: 2048 } });
  });

  it('holds the context of the operation before the prompt', async () => {
    const server = await startServer({ env: { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: endpoint, ...fakeCredentials } });
    try {
      await server.route({ operation: 'emergency', prompt: 'why?', context: { service: 'billing' } });
      const content = [{ text: 'Context (JSON):\n{"service":"billing"}' }, { text: 'why?' }];
      expect(seen[0]?.body).toMatchObject({ messages: [{ role: 'user', content }] });
    } finally {
      await server.close();
      bedrock.closeAllConnections();
    }
  });

  it('is a current model where the runbook’s ended one is configured, and health flags it', async () => {
    const config = { direct: { modelId: 'anthropic.claude-3-sonnet-20240229-v1:0' } };
    const env = { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: endpoint, ...fakeCredentials };
    const server = await startServer({ config, env });
    try {
      await server.route({ operation: 'emergency', prompt: 'x' });
      expect(seen[0]?.url).toBe('/model/eu.anthropic.claude-sonnet-4-6/converse');
      const health = await server.call('health_check');
      expect(health.text).toContain('anthropic.claude-3-sonnet-20240229-v1:0 has ended');
    } finally {
      await server.close();
      bedrock.closeAllConnections();
    }
  });

  it('keeps one connection for calls one after the other', async () => {
    const sockets = new Set<unknown>();
    bedrock.on('connection', (socket) => sockets.add(socket));
    const server = await startServer({
      env: { ...cleanEnv, AWS_ENDPOINT_URL_BEDROCK_RUNTIME: endpoint, ...fakeCredentials },
    });
    try {
      for (let call = 0; call < 5; call += 1) await server.route({ operation: 'emergency', prompt: 'x' });
      expect(seen).toHaveLength(5);
      expect(sockets.size).toBe(1);
    } finally {
      await server.close();
      bedrock.closeAllConnections();
    }
  });

  it('never shows a prompt, an answer or a credential in the log', async () => {
    const env = { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: endpoint, ...fakeCredentials };
    const server = await startServer({ env, args: ['--log-level', 'trace'] });
    try {
      await server.route({ operation: 'emergency', prompt: 'a very private matter', context: { secret: 'c0ntext' } });
      await server.route({ operation: 'kiro_communication', prompt: 'a very private matter' });
      expect(server.stderr()).toContain('ROUTING_DECISION');
      expect(server.stderr()).not.toMatch(/private matter|"fine"|secret-example|c0ntext/);
    } finally {
      await server.close();
      bedrock.closeAllConnections();
    }
  });
});
