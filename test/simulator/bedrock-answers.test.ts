import { ConverseCommand, ConverseStreamCommand, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startBedrockSimulator } from '../../src/simulator/bedrock/server.ts';
import { SimulatorControl } from '../../src/simulator/control-client.ts';
import type { RunningSimulator } from '../../src/simulator/simulator.ts';
import { bedrockClient, collect, converseInput, field, MODEL, PROMPT, thrownBy } from './support.ts';

let running: RunningSimulator;
let control: SimulatorControl;
let client: ReturnType<typeof bedrockClient>;
beforeAll(async () => {
  running = await startBedrockSimulator();
  control = new SimulatorControl(running.controlUrl);
  client = bedrockClient(running.url);
});
afterEach(() => control.reset());
afterAll(() => running.close());

const ANSWER = new RegExp(
  `^Simulated answer by ${MODEL} to emergency: ${PROMPT.length} characters received, digest [0-9a-f]{8}\\.$`,
);

function anthropicBody(extra: Record<string, unknown> = {}): string {
  const messages = [{ role: 'user', content: PROMPT }];
  return JSON.stringify({ anthropic_version: 'bedrock-2023-05-31', max_tokens: 1000, messages, ...extra });
}

async function streamed(input = converseInput()) {
  const { stream } = await client.send(new ConverseStreamCommand(input));
  return collect(stream);
}

describe('Bedrock simulator', () => {
  it('answers Converse as the service does, and says that it is simulated', async () => {
    const answer = await client.send(new ConverseCommand(converseInput()));
    const text = answer.output?.message?.content?.[0]?.text ?? '';
    expect(text).toMatch(ANSWER);
    expect(text).not.toContain('hospital');
    expect(answer).toMatchObject({
      output: { message: { role: 'assistant' } },
      stopReason: 'end_turn',
      additionalModelResponseFields: { simulated: true },
      metrics: { latencyMs: 0 },
    });
    const inputTokens = Math.ceil(PROMPT.length / 4);
    const outputTokens = Math.ceil(text.length / 4);
    expect(answer.usage).toEqual({ inputTokens, outputTokens, totalTokens: inputTokens + outputTokens });
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('streams the same answer, event by event', async () => {
    const whole = await client.send(new ConverseCommand(converseInput()));
    const events = await streamed();
    const text = events.map((event) => event.contentBlockDelta?.delta?.text ?? '').join('');
    expect(text).toBe(whole.output?.message?.content?.[0]?.text);
    const names = events.flatMap((event) => Object.keys(event));
    expect([...new Set(names)]).toEqual([
      'messageStart',
      'contentBlockDelta',
      'contentBlockStop',
      'messageStop',
      'metadata',
    ]);
    expect(events.at(-2)?.messageStop).toEqual({
      stopReason: 'end_turn',
      additionalModelResponseFields: { simulated: true },
    });
    expect(events.at(-1)?.metadata).toMatchObject({ usage: whole.usage, metrics: { latencyMs: 0 } });
  });

  it('answers InvokeModel in the shape of Anthropic models, with token counts in headers', async () => {
    const command = new InvokeModelCommand({
      modelId: MODEL,
      body: anthropicBody(),
      requestMetadata: JSON.stringify({ operation: 'emergency' }),
    });
    const { body } = await client.send(command);
    const message = JSON.parse(new TextDecoder().decode(body));
    expect(message).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn', simulated: true });
    expect(message.content).toEqual([{ type: 'text', text: expect.stringMatching(ANSWER) }]);

    const raw = await fetch(`${running.url}/model/${MODEL}/invoke`, { method: 'POST', body: anthropicBody() });
    const { usage } = JSON.parse(await raw.text());
    expect(raw.headers.get('x-amzn-bedrock-input-token-count')).toBe(String(usage.input_tokens));
    expect(raw.headers.get('x-amzn-bedrock-output-token-count')).toBe(String(usage.output_tokens));
  });

  it('is deterministic in model, operation, input and seed', async () => {
    const ask = async (change: Partial<ReturnType<typeof converseInput>> = {}) => {
      const answer = await client.send(new ConverseCommand({ ...converseInput(), ...change }));
      return answer.output?.message?.content?.[0]?.text;
    };
    const first = await ask();
    expect(await ask()).toBe(first);
    const others = [
      await ask({ modelId: 'another' }),
      await ask({ requestMetadata: { operation: 'audit' } }),
      await ask({ messages: [{ role: 'user', content: [{ text: PROMPT.replace('4711', '4712') }] }] }),
    ];
    await control.setSeed(2);
    others.push(await ask());
    await control.setSeed(1);
    expect(new Set([first, ...others]).size).toBe(5);
  });

  it('takes the ARN of an inference profile as model id', async () => {
    const modelId = 'arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-x';
    const answer = await client.send(new ConverseCommand({ ...converseInput(), modelId }));
    expect(answer.output?.message?.content?.[0]?.text).toContain(`by ${modelId} to`);
    expect((await control.state()).counters.byModel).toEqual({ [modelId]: 1 });
  });

  it('honours maxTokens', async () => {
    const input = { ...converseInput(), inferenceConfig: { maxTokens: 3 } };
    const answer = await client.send(new ConverseCommand(input));
    expect(answer.stopReason).toBe('max_tokens');
    expect(answer.output?.message?.content?.[0]?.text).toBe('Simulated an');
    expect(answer.usage?.outputTokens).toBe(3);
    const invoke = new InvokeModelCommand({ modelId: MODEL, body: anthropicBody({ max_tokens: 3 }) });
    const { stop_reason: stopReason } = JSON.parse(new TextDecoder().decode((await client.send(invoke)).body));
    expect(stopReason).toBe('max_tokens');
  });

  it('accepts a guardrail configuration', async () => {
    const guardrailConfig = { guardrailIdentifier: 'g', guardrailVersion: '1', trace: 'enabled' as const };
    const input = { ...converseInput(), guardrailConfig };
    expect((await client.send(new ConverseCommand(input))).stopReason).toBe('end_turn');
    await control.setRules([{ fault: { kind: 'guardrail_intervened' } }]);
    const blocked = await client.send(new ConverseCommand(input));
    expect(blocked).toMatchObject({
      stopReason: 'guardrail_intervened',
      trace: { guardrail: { actionReason: 'Simulated guardrail intervention.' } },
    });
  });

  it.each([
    ['no messages', {}, /messages/],
    ['an empty list', { messages: [] }, /messages/],
    ['an unknown role', { messages: [{ role: 'robot', content: [{ text: 'x' }] }] }, /messages\.0\.role/],
    ['the assistant first', { messages: [{ role: 'assistant', content: [{ text: 'x' }] }] }, /start with a user/],
    [
      'no token allowed',
      { messages: [{ role: 'user', content: [{ text: 'x' }] }], inferenceConfig: { maxTokens: 0 } },
      /maxTokens/,
    ],
  ])('refuses %s with a ValidationException', async (_what, body, message) => {
    for (const api of ['converse', 'converse-stream']) {
      const url = `${running.url}/model/${MODEL}/${api}`;
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
      expect(response.status).toBe(400);
      expect(response.headers.get('x-amzn-errortype')).toBe('ValidationException');
      expect(response.headers.get('x-amzn-requestid')).not.toBeNull();
      expect(await response.json()).toEqual({ message: expect.stringMatching(message) });
    }
    expect((await control.state()).counters).toMatchObject({ requests: 2, rejected: 2, answered: 0 });
  });

  it.each([
    ['GET', '/model/m/converse', undefined, 404, 'UnknownOperationException'],
    ['POST', '/model/m/count-tokens', '{}', 404, 'UnknownOperationException'],
    ['POST', '/nowhere', '{}', 404, 'UnknownOperationException'],
    ['POST', '/model/%E0%A4%A/converse', '{}', 404, 'UnknownOperationException'],
    ['POST', '/model/m/converse', '{"messages":', 400, 'SerializationException'],
    ['POST', '/model/m/invoke', '{"messages":[]}', 400, 'ValidationException'],
  ])('answers %s %s %s with %i %s', async (method, path, body, status, type) => {
    const response = await fetch(`${running.url}${path}`, { method, ...(body === undefined ? {} : { body }) });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([status, type]);
  });

  it('refuses a body of more than 20 MiB and goes on', async () => {
    const response = await fetch(`${running.url}/model/m/converse`, { method: 'POST', body: 'x'.repeat(21_000_000) });
    expect(response.status).toBe(413);
    expect((await client.send(new ConverseCommand(converseInput()))).stopReason).toBe('end_turn');
  });

  it('raises the service’s own errors in the SDK', async () => {
    const error = await thrownBy(client.send(new ConverseCommand({ modelId: MODEL, messages: [] })));
    expect([error.name, field(error, '$metadata', 'httpStatusCode')]).toEqual(['ValidationException', 400]);
  });

  it('keeps books of what it was asked, without the prompt', async () => {
    await client.send(new ConverseCommand(converseInput()));
    await streamed(converseInput('audit'));
    const state = await control.state();
    expect(state.counters).toMatchObject({
      requests: 2,
      answered: 2,
      byModel: { [MODEL]: 2 },
      byOperation: { emergency: 1, audit: 1 },
      byApi: { converse: 1, 'converse-stream': 1 },
    });
    expect(state.recent[0]).toMatchObject({ api: 'converse', modelId: MODEL, operation: 'emergency', fault: null });
    expect(JSON.stringify(state)).not.toContain('hospital');
  });

  it('waits as long as its latency rule says, and tells of it', async () => {
    await control.setRules([{ fault: { kind: 'latency', distribution: { type: 'fixed', ms: 30 } } }]);
    const begun = performance.now();
    const answer = await client.send(new ConverseCommand(converseInput()));
    expect(performance.now() - begun).toBeGreaterThanOrEqual(29);
    expect(answer.metrics?.latencyMs).toBe(30);
    const { counters, recent } = await control.state();
    expect(counters).toMatchObject({ answered: 1, faulted: 0, byFault: { latency: 1 } });
    expect(recent[0]?.durationMs).toBeGreaterThanOrEqual(29);
  });

  it('listens on loopback only', () => {
    expect([running.url, running.controlUrl].every((url) => url.startsWith('http://127.0.0.1:'))).toBe(true);
  });
});
