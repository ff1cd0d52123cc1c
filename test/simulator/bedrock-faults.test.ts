import { ConverseCommand, ConverseStreamCommand, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startBedrockSimulator } from '../../src/simulator/bedrock/server.ts';
import { SimulatorControl } from '../../src/simulator/control-client.ts';
import type { Rule } from '../../src/simulator/rule-schema.ts';
import type { RunningSimulator } from '../../src/simulator/simulator.ts';
import { bedrockClient, collect, converseInput, field, MODEL, thrownBy } from './support.ts';

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

const set = (...faults: Rule['fault'][]) => control.setRules(faults.map((fault) => ({ fault })));
const converse = (signal?: AbortSignal) =>
  client.send(new ConverseCommand(converseInput()), signal === undefined ? {} : { abortSignal: signal });
async function stream(signal?: AbortSignal) {
  const options = signal === undefined ? {} : { abortSignal: signal };
  const { stream: events } = await client.send(new ConverseStreamCommand(converseInput()), options);
  return collect(events);
}
const soon = () => AbortSignal.timeout(40);

/** The books once every call has ended: a closed socket takes the server a moment to notice. */
async function settled() {
  return expect
    .poll(async () => (await control.state()).counters, { interval: 5 })
    .toMatchObject({ open: 0 })
    .then(() => control.state());
}

describe('errors of the service', () => {
  it.each([
    ['throttled', 429, 'ThrottlingException'],
    ['service_unavailable', 503, 'ServiceUnavailableException'],
    ['internal_server', 500, 'InternalServerException'],
    ['model_not_ready', 429, 'ModelNotReadyException'],
    ['model_timeout', 408, 'ModelTimeoutException'],
    ['model_error', 424, 'ModelErrorException'],
    ['service_quota_exceeded', 400, 'ServiceQuotaExceededException'],
    ['validation', 400, 'ValidationException'],
    ['context_too_long', 400, 'ValidationException'],
    ['access_denied', 403, 'AccessDeniedException'],
    ['expired_token', 403, 'ExpiredTokenException'],
    ['resource_not_found', 404, 'ResourceNotFoundException'],
    ['model_retired', 404, 'ResourceNotFoundException'],
  ] as const)('%s is %i %s in every API', async (kind, status, name) => {
    await set({ kind });
    const body = '{"anthropic_version":"x","max_tokens":9,"messages":[{"role":"user","content":"x"}]}';
    const calls = [converse(), stream(), client.send(new InvokeModelCommand({ modelId: MODEL, body }))];
    for (const error of await Promise.all(calls.map(thrownBy))) {
      expect([error.name, field(error, '$metadata', 'httpStatusCode')]).toEqual([name, status]);
      expect(field(error, '$metadata', 'requestId')).toEqual(expect.any(String));
    }
    expect((await control.state()).counters).toMatchObject({ requests: 3, faulted: 3, byFault: { [kind]: 3 } });
  });

  it('says the words that tell a long context and an ended model from their neighbours', async () => {
    await set({ kind: 'context_too_long' });
    expect((await thrownBy(converse())).message).toBe('Input is too long for requested model.');
    await set({ kind: 'model_retired' });
    expect((await thrownBy(converse())).message).toContain('reached the end of its life');
  });

  it('gives Retry-After only when asked to', async () => {
    await set({ kind: 'throttled', retryAfterSeconds: 7 });
    expect(field(await thrownBy(converse()), '$response', 'headers', 'retry-after')).toBe('7');
    await set({ kind: 'throttled' });
    expect(field(await thrownBy(converse()), '$response', 'headers')).not.toHaveProperty('retry-after');
  });
});

describe('faults of the connection', () => {
  it('hang_before_headers: the client gives up, and is counted as gone', async () => {
    await set({ kind: 'hang_before_headers' });
    expect(await thrownBy(converse())).toMatchObject({ name: 'TimeoutError', code: 'ETIMEDOUT' });
    expect((await thrownBy(converse(soon()))).name).toBe('AbortError');
    const { counters, recent } = await settled();
    expect(counters).toMatchObject({ requests: 2, aborted: 2, byFault: { hang_before_headers: 2 } });
    expect(recent[1]).toMatchObject({ fault: 'hang_before_headers', outcome: 'aborted' });
  });

  it('hang_mid_body: headers come, the rest does not; only an abort ends it', async () => {
    await set({ kind: 'hang_mid_body' });
    expect((await thrownBy(converse(soon()))).name).toBe('AbortError');
    // The SDK reports its own abort of a stream as a reset by the peer.
    expect(await thrownBy(stream(soon()))).toMatchObject({ message: 'aborted', code: 'ECONNRESET' });
    expect((await settled()).counters.aborted).toBe(2);
  });

  it('slow_drip: bytes come, too slowly; a fast drip is a whole answer', async () => {
    await set({ kind: 'slow_drip', bytesPerSecond: 20 });
    expect((await thrownBy(converse(soon()))).name).toBe('AbortError');
    await expect(stream(soon())).rejects.toThrow();
    expect((await settled()).counters.aborted).toBe(2);
    await set({ kind: 'slow_drip', bytesPerSecond: 1_000_000 });
    expect((await converse()).stopReason).toBe('end_turn');
    expect((await stream()).at(-1)).toHaveProperty('metadata');
  });

  it('connection_refused: the port is closed, and is the same port when it opens again', async () => {
    await converse();
    await set({ kind: 'connection_refused' });
    expect((await control.state()).listening).toBe(false);
    expect(await thrownBy(converse())).toMatchObject({ code: 'ECONNREFUSED' });
    await control.clear();
    expect((await converse()).stopReason).toBe('end_turn');
    await control.setRules([{ match: { server: 'upstream' }, fault: { kind: 'connection_refused' } }]);
    expect((await converse()).stopReason).toBe('end_turn');
    await set({ kind: 'connection_refused' });
    await control.reset();
    expect((await converse()).stopReason).toBe('end_turn');
  });

  it('connection_refused cuts the calls that are under way', async () => {
    await set({ kind: 'latency', distribution: { type: 'fixed', ms: 5_000 } });
    const cut = thrownBy(converse());
    await expect.poll(async () => (await control.state()).counters.open, { interval: 5 }).toBe(1);
    await set({ kind: 'connection_refused' });
    expect(await cut).toMatchObject({ code: 'ECONNRESET' });
    const { counters } = await settled();
    expect(counters).toMatchObject({ faulted: 1, aborted: 0, byFault: { connection_refused: 1 } });
  });

  it('connection_reset', async () => {
    await set({ kind: 'connection_reset' });
    expect(await thrownBy(converse())).toMatchObject({ name: 'TimeoutError', code: 'ECONNRESET' });
    expect(await thrownBy(stream())).toMatchObject({ name: 'TimeoutError', code: 'ECONNRESET' });
    expect((await settled()).counters).toMatchObject({ faulted: 2, aborted: 0 });
  });

  it('truncated_body: less comes than was promised', async () => {
    await set({ kind: 'truncated_body' });
    expect(await thrownBy(converse())).toMatchObject({
      code: 'ECONNRESET',
      message: expect.stringMatching(/^aborted/),
    });
    expect(await thrownBy(stream())).toMatchObject({ code: 'ECONNRESET', message: 'aborted' });
    expect((await settled()).counters).toMatchObject({ faulted: 2, aborted: 0 });
  });

  it('a call that is cancelled while it waits is counted as aborted', async () => {
    await set({ kind: 'latency', distribution: { type: 'fixed', ms: 60_000 } });
    expect((await thrownBy(converse(soon()))).name).toBe('AbortError');
    const { counters, recent } = await settled();
    expect(counters).toMatchObject({ requests: 1, aborted: 1, answered: 0, byFault: { latency: 1 } });
    expect(recent[0]).toMatchObject({ fault: null, outcome: 'aborted' });
  });

  it('a TLS client meets a failed handshake: the port speaks plain HTTP', async () => {
    const tls = bedrockClient(running.url.replace('http:', 'https:'));
    expect(await thrownBy(tls.send(new ConverseCommand(converseInput())))).toMatchObject({
      code: expect.stringMatching(/^(EPROTO|ERR_SSL)/),
    });
  });
});

describe('faults of the answer', () => {
  it('malformed_json', async () => {
    await set({ kind: 'malformed_json' });
    const error = await thrownBy(converse());
    expect([error.name, field(error, '$metadata', 'httpStatusCode')]).toEqual(['SyntaxError', 200]);
    expect(error.message).toContain('Deserialization error');
    expect((await thrownBy(stream())).name).toBe('SyntaxError');
  });

  it('missing_fields: the SDK does not complain, the caller must', async () => {
    await set({ kind: 'missing_fields' });
    const { output, stopReason, usage } = await converse();
    expect([output, stopReason, usage]).toEqual([undefined, undefined, undefined]);
    expect((await stream()).at(-1)).toEqual({ messageStop: {} });
  });

  it.each(['guardrail_intervened', 'content_filtered', 'max_tokens'] as const)('%s', async (kind) => {
    const whole = (await converse()).output?.message?.content?.[0]?.text ?? '';
    await set({ kind });
    const answer = await converse();
    const text = answer.output?.message?.content?.[0]?.text ?? '';
    expect(answer.stopReason).toBe(kind);
    expect(kind === 'guardrail_intervened' ? text.includes('guardrail') : whole.startsWith(text)).toBe(true);
    expect(text.length).toBeLessThan(whole.length);
    expect(answer.usage?.outputTokens).toBe(Math.ceil(text.length / 4));
    expect((await stream()).find((event) => event.messageStop)?.messageStop?.stopReason).toBe(kind);
  });
});

describe('faults in mid-stream', () => {
  it.each([
    ['InternalServerException'],
    ['ModelStreamErrorException'],
    ['ValidationException'],
    ['ThrottlingException'],
    ['ServiceUnavailableException'],
  ] as const)('stream_exception raises %s after the events before it', async (exception) => {
    await set({ kind: 'stream_exception', exception, afterEvents: 3 });
    const { stream: events } = await client.send(new ConverseStreamCommand(converseInput()));
    const seen: unknown[] = [];
    const reading = async () => {
      for await (const event of events ?? []) seen.push(event);
    };
    expect((await thrownBy(reading())).name).toBe(exception);
    expect(seen).toHaveLength(3);
  });

  it('stream_truncated ends without a word, and without messageStop', async () => {
    await set({ kind: 'stream_truncated', afterEvents: 100 });
    const events = await stream();
    expect(events.length).toBeGreaterThan(2);
    expect(events.some((event) => event.messageStop !== undefined)).toBe(false);
  });

  it('stream_stall leaves the client waiting', async () => {
    await set({ kind: 'stream_stall' });
    expect(await thrownBy(stream(soon()))).toMatchObject({ code: 'ECONNRESET' });
    expect((await settled()).recent[0]).toMatchObject({ fault: 'stream_stall', outcome: 'aborted' });
  });

  it('malformed_event fails the checksum', async () => {
    await set({ kind: 'malformed_event', afterEvents: 0 });
    expect((await thrownBy(stream())).message).toContain('checksum');
  });

  it.each(['stream_exception', 'stream_truncated', 'stream_stall', 'malformed_event'] as const)(
    '%s leaves Converse alone',
    async (kind) => {
      await control.setRules([{ times: 1, fault: { kind } }]);
      expect((await converse()).stopReason).toBe('end_turn');
      expect((await control.state()).rules[0]?.fired).toBe(0);
    },
  );
});
