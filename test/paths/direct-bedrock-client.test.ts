import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DirectBedrockClient } from '../../src/paths/direct-bedrock-client.ts';
import { failureOf, tried } from '../support-files/attempts.ts';
import { patientBreaker } from '../support-files/breakers.ts';
import { configWith } from '../support-files/config.ts';
import { pathRequest } from '../support-files/requests.ts';
import { simulatedBedrock } from '../support-files/simulators.ts';

const bedrock = await simulatedBedrock();
const MODEL = 'eu.anthropic.claude-test-v1:0';

function client(flags: Record<string, unknown> = {}, env: Record<string, string> = {}, simulate = true) {
  const { direct } = configWith({
    'direct.endpoint': bedrock.url,
    'direct.region': 'eu-central-1',
    'direct.modelId': MODEL,
    ...flags,
  });
  return new DirectBedrockClient({
    config: direct,
    simulate,
    env,
    now: () => performance.now(),
    breaker: patientBreaker,
  });
}

const direct = client();
beforeAll(() => direct.warmUp());
afterEach(() => bedrock.control.reset());
afterAll(async () => {
  await direct.close();
  await bedrock.close();
});

describe('a call over Converse', () => {
  it('gives text, model, usage, latency and stop reason', async () => {
    const { answer } = await tried(direct);
    expect(answer).toMatchObject({
      text: expect.stringMatching(/^Simulated answer by eu\.anthropic\.claude-test-v1:0 to emergency: 22 characters/),
      modelId: MODEL,
      upstream: null,
      stopReason: 'end_turn',
      simulated: true,
    });
    expect(answer?.usage?.totalTokens).toBeGreaterThan(0);
    expect(answer?.serviceLatencyMs).toBeGreaterThanOrEqual(0);
    const { counters } = await bedrock.control.state();
    expect(counters).toMatchObject({ requests: 1, byApi: { converse: 1 }, byOperation: { emergency: 1 } });
  });

  it('gives an answer that was cut, and says so', async () => {
    await bedrock.control.setRules([{ fault: { kind: 'max_tokens' } }]);
    expect((await tried(direct)).answer?.stopReason).toBe('max_tokens');
  });

  it('calls the model of the class', async () => {
    const perClass = client({ 'direct.classes.standard': { modelId: 'other-model' } });
    const request = pathRequest({ type: 'background_task', class: 'standard' });
    expect((await tried(perClass, { request })).answer?.modelId).toBe('other-model');
    await perClass.close();
  });
});

describe('a call over ConverseStream', () => {
  it('tells each piece as it comes, and gives the whole in the end', async () => {
    const pieces: string[] = [];
    const { answer } = await tried(direct, { onProgress: (text) => pieces.push(text) });
    expect(pieces.length).toBeGreaterThan(2);
    expect(answer?.text).toBe(pieces.join(''));
    expect(answer).toMatchObject({ stopReason: 'end_turn', simulated: true, modelId: MODEL });
    expect(answer?.usage?.outputTokens).toBeGreaterThan(0);
    expect((await bedrock.control.state()).counters.byApi).toEqual({ 'converse-stream': 1 });
  });
});

// The rows of the fault matrix for the direct path; what follows from a class is checked in path-error.test.ts.
const onBothApis = [
  [{ kind: 'throttled' }, 'throttled', 'ThrottlingException'],
  [{ kind: 'service_quota_exceeded' }, 'throttled', 'ServiceQuotaExceededException'],
  [{ kind: 'service_unavailable' }, 'transient', 'ServiceUnavailableException'],
  [{ kind: 'internal_server' }, 'transient', 'InternalServerException'],
  [{ kind: 'model_not_ready' }, 'transient', 'ModelNotReadyException'],
  [{ kind: 'model_error' }, 'transient', 'ModelErrorException'],
  [{ kind: 'model_timeout' }, 'timeout', 'ModelTimeoutException'],
  [{ kind: 'hang_before_headers' }, 'timeout', 'share_spent'],
  [{ kind: 'hang_mid_body' }, 'timeout', 'share_spent'],
  [{ kind: 'slow_drip', bytesPerSecond: 20 }, 'timeout', 'share_spent'],
  [{ kind: 'connection_reset' }, 'network', 'ECONNRESET'],
  [{ kind: 'malformed_json' }, 'protocol', 'SyntaxError'],
  [{ kind: 'truncated_body' }, 'protocol', 'truncated_body'],
  [{ kind: 'missing_fields' }, 'protocol', 'incomplete_answer'],
  [{ kind: 'validation' }, 'caller', 'ValidationException'],
  [{ kind: 'context_too_long' }, 'caller', 'ValidationException'],
  [{ kind: 'guardrail_intervened' }, 'caller', 'guardrail_intervened'],
  [{ kind: 'content_filtered' }, 'caller', 'content_filtered'],
  [{ kind: 'access_denied' }, 'configuration', 'AccessDeniedException'],
  [{ kind: 'expired_token' }, 'configuration', 'ExpiredTokenException'],
  [{ kind: 'resource_not_found' }, 'configuration', 'ResourceNotFoundException'],
  [{ kind: 'model_retired' }, 'configuration', 'ResourceNotFoundException'],
] as const;

const shareOf = (errorClass: string) => (errorClass === 'timeout' ? 250 : 5_000);

describe.each([
  ['Converse', undefined],
  ['ConverseStream', () => {}],
])('a fault over %s', (_, onProgress) => {
  it.each(onBothApis)('%j is %s (%s)', async (fault, errorClass, kind) => {
    await bedrock.control.setRules([{ fault }]);
    const trial = { shareMs: shareOf(errorClass), ...(onProgress ? { onProgress } : {}) };
    expect(await failureOf(direct, trial)).toMatchObject({ path: 'direct', errorClass, kind });
    // The path itself is whole again as soon as the service is.
    await bedrock.control.clear();
    expect((await tried(direct)).error).toBeNull();
  });
});

it('a refused connection is network (ECONNREFUSED)', async () => {
  await bedrock.control.setRules([{ fault: { kind: 'connection_refused' } }]);
  // A client of its own: the other one may hold a socket that is being cut, which is a reset.
  const fresh = client();
  expect(await failureOf(fresh)).toMatchObject({ errorClass: 'network', kind: 'ECONNREFUSED' });
  await bedrock.control.clear();
  expect((await tried(fresh)).error).toBeNull();
  await fresh.close();
});

describe('a fault in mid-stream', () => {
  it.each([
    [{ kind: 'stream_exception', exception: 'ModelStreamErrorException' }, 'transient', 'ModelStreamErrorException'],
    [{ kind: 'stream_exception', exception: 'InternalServerException' }, 'transient', 'InternalServerException'],
    [
      { kind: 'stream_exception', exception: 'ServiceUnavailableException' },
      'transient',
      'ServiceUnavailableException',
    ],
    [{ kind: 'stream_exception', exception: 'ThrottlingException' }, 'throttled', 'ThrottlingException'],
    [{ kind: 'stream_exception', exception: 'ValidationException' }, 'caller', 'ValidationException'],
    [{ kind: 'stream_truncated' }, 'protocol', 'incomplete_answer'],
    [{ kind: 'stream_stall' }, 'timeout', 'share_spent'],
  ] as const)('%j is %s (%s)', async (fault, errorClass, kind) => {
    await bedrock.control.setRules([{ fault }]);
    const pieces: string[] = [];
    const trial = { shareMs: shareOf(errorClass), onProgress: (text: string) => pieces.push(text) };
    expect(await failureOf(direct, trial)).toMatchObject({ errorClass, kind });
    expect(pieces).toHaveLength(1);
  });

  it('is an unreadable reply where an event is malformed', async () => {
    await bedrock.control.setRules([{ fault: { kind: 'malformed_event' } }]);
    expect(await failureOf(direct, { onProgress: () => {} })).toMatchObject({ errorClass: 'protocol' });
  });
});

describe('how a call ends early', () => {
  it('passes Retry-After on', async () => {
    await bedrock.control.setRules([{ fault: { kind: 'throttled', retryAfterSeconds: 7 } }]);
    expect((await failureOf(direct)).retryAfterMs).toBe(7_000);
  });

  it('never retries by itself', async () => {
    await bedrock.control.setRules([{ fault: { kind: 'service_unavailable' }, times: 1 }]);
    await failureOf(direct);
    expect((await bedrock.control.state()).counters.requests).toBe(1);
  });

  it('closes the connection when the client cancels', async () => {
    await bedrock.control.setRules([{ fault: { kind: 'hang_before_headers' } }]);
    const cancel = new AbortController();
    const error = failureOf(direct, { cancelled: cancel.signal });
    await expect.poll(async () => (await bedrock.control.state()).counters.open).toBe(1);
    cancel.abort();
    expect(await error).toMatchObject({ errorClass: 'cancelled' });
    await expect.poll(async () => (await bedrock.control.state()).counters.aborted).toBe(1);
  });

  it('sends nothing for a call that is cancelled before it begins', async () => {
    expect(await failureOf(direct, { cancelled: AbortSignal.abort() })).toMatchObject({ errorClass: 'cancelled' });
    expect((await bedrock.control.state()).counters.requests).toBe(0);
  });

  it('is a network fault where the name does not resolve', async () => {
    const lost = client({ 'direct.endpoint': 'http://no-such-host.invalid' });
    expect(await failureOf(lost)).toMatchObject({ errorClass: 'network' });
    await lost.close();
  });
});

describe('state', () => {
  it('tells region, endpoint without its path, and models', () => {
    expect(direct.state()).toEqual({
      configured: true,
      available: true,
      breakers: { bedrock: expect.objectContaining({ state: 'closed', reason: null }) },
      findings: [],
      details: {
        region: 'eu-central-1',
        endpoint: bedrock.url,
        models: { emergency: MODEL, critical: MODEL, standard: MODEL },
      },
    });
  });

  it('never shows credentials of the endpoint', () => {
    expect(JSON.stringify(client({ 'direct.endpoint': 'https://u:hunter2@h/?k=hunter2' }).state())).not.toContain(
      'hunter2',
    );
  });

  it('is not configured where it is off, and does not look for credentials then', async () => {
    const off = client({ 'direct.enabled': false }, {}, false);
    await off.warmUp();
    expect(off.state()).toMatchObject({ configured: false, findings: [expect.stringContaining('direct.enabled')] });
  });

  it('names each ended model once', () => {
    const old = 'anthropic.claude-3-sonnet-20240229-v1:0';
    const { findings, details } = client({ 'direct.modelId': old }).state();
    expect(findings).toEqual([expect.stringContaining(`Model ${old} has ended`)]);
    expect(JSON.stringify(details)).not.toContain(`"${old}"`);
  });

  it('takes a bearer token in the place of credentials', async () => {
    const bearer = client({}, { AWS_BEARER_TOKEN_BEDROCK: 'token' }, false);
    await bearer.warmUp();
    expect(bearer.state().configured).toBe(true);
    await bearer.close();
  });
});
