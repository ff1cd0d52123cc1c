import { createServer } from 'node:http';
import { ApplyGuardrailCommand } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openBedrock } from '../../src/paths/bedrock-connection.ts';
import { applyGuardrail, type GuardrailQuestion } from '../../src/paths/bedrock-guardrail.ts';
import { partLength } from '../../src/paths/bedrock-guardrail-parts.ts';
import { DirectBedrockClient } from '../../src/paths/direct-bedrock-client.ts';
import { PathError } from '../../src/paths/path-error.ts';
import type { Rule } from '../../src/simulator/rule-schema.ts';
import { patientBreaker } from '../support-files/breakers.ts';
import { configWith } from '../support-files/config.ts';
import { simulatedBedrock } from '../support-files/simulators.ts';
import { thrownBy } from '../support-files/thrown.ts';

const bedrock = await simulatedBedrock();
const connectionTo = (url: string) =>
  openBedrock(configWith({ 'direct.endpoint': url, 'direct.region': 'eu-central-1' }).direct, true);
const connection = await connectionTo(bedrock.url);
afterEach(() => bedrock.control.reset());
afterAll(async () => {
  connection.client.destroy();
  await bedrock.close();
});

const guardrail = { id: 'gr4test', version: 'DRAFT' };
const text = 'Frau Erika Mustermann (erika@example.org) called Mr Bean, and erika@example.org again.';

function question(changes: Partial<GuardrailQuestion> = {}): GuardrailQuestion {
  const signal = new AbortController().signal;
  return { open: async () => connection, guardrail, text, source: 'INPUT', signal, throttlePauseMs: 1, ...changes };
}

const ask = (changes?: Partial<GuardrailQuestion>) => applyGuardrail(question(changes));
const failure = (changes?: Partial<GuardrailQuestion>) => thrownBy(PathError, () => ask(changes));
const requests = async () => (await bedrock.control.state()).counters.requests;

describe('a guardrail asked over the wire', () => {
  it('tells what it found, each kind and text once', async () => {
    expect(await ask()).toEqual({
      action: 'GUARDRAIL_INTERVENED',
      piiEntities: [
        { type: 'NAME', match: 'Erika Mustermann' },
        { type: 'EMAIL', match: 'erika@example.org' },
        { type: 'NAME', match: 'Bean' },
      ],
      regexes: [],
    });
    const { counters } = await bedrock.control.state();
    expect(counters).toMatchObject({ requests: 1, answered: 1, byApi: { 'apply-guardrail': 1 } });
  });

  it('finds nothing in a plain text, and asks nothing about an empty one', async () => {
    const nothing = { action: 'NONE', piiEntities: [], regexes: [] };
    expect(await ask({ text: 'The disk is full.' })).toEqual(nothing);
    expect(await ask({ text: ' \n' })).toEqual(nothing);
    expect(await requests()).toBe(1);
  });

  it('is asked by ARN too, about the output of a model too', async () => {
    const id = 'arn:aws:bedrock:eu-central-1:123456789012:guardrail/gr4test';
    expect(await ask({ guardrail: { id, version: '3' }, source: 'OUTPUT' })).toMatchObject({
      action: 'GUARDRAIL_INTERVENED',
    });
  });

  it('intervenes where a topic is denied, without personal data', async () => {
    await bedrock.control.setRules([{ fault: { kind: 'guardrail_intervened' } }]);
    expect(await ask()).toEqual({ action: 'GUARDRAIL_INTERVENED', piiEntities: [], regexes: [] });
  });

  it('is no matter of the ends that only a model has', async () => {
    await bedrock.control.setRules([{ fault: { kind: 'max_tokens' } }, { fault: { kind: 'content_filtered' } }]);
    await ask();
    expect((await bedrock.control.state()).counters).toMatchObject({ answered: 1, byFault: {} });
  });
});

describe('what the simulated service answers', () => {
  const send = (content: string, version = 'DRAFT') =>
    connection.client.send(
      new ApplyGuardrailCommand({
        guardrailIdentifier: guardrail.id,
        guardrailVersion: version,
        source: 'INPUT',
        content: [{ text: { text: content } }],
      }),
    );

  it('has outputs, actions, usage and coverage as the SDK reads them', async () => {
    await bedrock.control.setRules([{ fault: { kind: 'latency', distribution: { type: 'fixed', ms: 3 } } }]);
    const answer = await send('Herr Klee, klee@example.com');
    expect(answer).toMatchObject({
      action: 'GUARDRAIL_INTERVENED',
      actionReason: expect.stringContaining('simulated'),
      outputs: [{ text: 'Herr {NAME}, {EMAIL}' }],
      usage: { sensitiveInformationPolicyUnits: 1, topicPolicyUnits: 0 },
      guardrailCoverage: { textCharacters: { guarded: 27, total: 27 } },
    });
    expect(answer.assessments?.[0]).toMatchObject({
      sensitiveInformationPolicy: { piiEntities: [{ action: 'ANONYMIZED', detected: true }, { type: 'EMAIL' }] },
      invocationMetrics: { guardrailProcessingLatency: 3 },
      appliedGuardrailDetails: { guardrailId: guardrail.id, guardrailVersion: 'DRAFT' },
    });
  });

  it('is a refusal of a version that cannot be, of too long a text and of what is no JSON', async () => {
    await expect(send('x', 'latest')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(send('x'.repeat(partLength + 1))).rejects.toMatchObject({ name: 'ThrottlingException' });
    const url = `${bedrock.url}/guardrail/gr/version/1/apply`;
    for (const body of ['{', '{"source":"INPUT"}', '{"source":"SIDE","content":[{"text":{"text":"x"}}]}']) {
      expect((await fetch(url, { method: 'POST', body })).status).toBe(400);
    }
    expect((await bedrock.control.state()).counters).toMatchObject({ requests: 5, rejected: 5 });
  });

  it('is soon found in a hostile text', async () => {
    const hostile = [
      `${'a'.repeat(20_000)}@`,
      'a@'.repeat(10_000),
      'Frau '.repeat(4_000),
      `Frau ${'A'.repeat(19_000)}`,
    ];
    for (const content of hostile) await send(content);
    expect((await bedrock.control.state()).counters.answered).toBe(hostile.length);
  });
});

describe('a long text', () => {
  const filler = (length: number) => 'nothing to see here. '.repeat(Math.ceil(length / 21)).slice(0, length);
  const long = `Frau Anfang. ${filler(partLength - 30)} Frau Erika Mustermann ${filler(2 * partLength)} Herr Schluss`;

  it('is asked in parts, and loses nothing at the cuts', async () => {
    const { action, piiEntities } = await ask({ text: long });
    expect(action).toBe('GUARDRAIL_INTERVENED');
    expect(piiEntities).toEqual(
      expect.arrayContaining([
        { type: 'NAME', match: 'Anfang' },
        { type: 'NAME', match: 'Erika Mustermann' },
        { type: 'NAME', match: 'Schluss' },
      ]),
    );
    expect((await bedrock.control.state()).counters).toMatchObject({ requests: 4, answered: 4, rejected: 0 });
  });

  it('has a part asked again that was throttled, but not without end', async () => {
    await bedrock.control.setRules([{ fault: { kind: 'throttled' }, times: 2 }]);
    expect((await ask({ text: long })).piiEntities).toContainEqual({ type: 'NAME', match: 'Erika Mustermann' });
    expect(await requests()).toBe(6);
    await bedrock.control.setRules([{ fault: { kind: 'throttled' } }]);
    expect(await failure({ text: long })).toMatchObject({ errorClass: 'throttled' });
  });

  it('has no findings at all where one part fails', async () => {
    const hang = { fault: { kind: 'hang_before_headers' } } as const;
    await bedrock.control.setRules([{ fault: { kind: 'internal_server' }, times: 1 }, hang]);
    expect(await failure({ text: long })).toMatchObject({ errorClass: 'transient' });
    // What the other parts still wait for is given up, too.
    await expect.poll(async () => (await bedrock.control.state()).counters.open).toBe(0);
  });

  it('ends in all its parts with the signal', async () => {
    await bedrock.control.setRules([{ fault: { kind: 'hang_before_headers' } }]);
    const cancel = new AbortController();
    const ended = ask({ text: long, signal: cancel.signal }).catch((thrown: unknown) => thrown);
    await expect.poll(async () => (await bedrock.control.state()).counters.open).toBe(4);
    cancel.abort('enough');
    expect(await ended).toBe('enough');
    await expect.poll(async () => (await bedrock.control.state()).counters.aborted).toBe(4);
  });
});

describe('a fault of the guardrail', () => {
  const faults: [Rule['fault'], string, string, RegExp][] = [
    [{ kind: 'throttled', retryAfterSeconds: 7 }, 'throttled', 'ThrottlingException', /quota/],
    [{ kind: 'internal_server' }, 'transient', 'InternalServerException', /Health/],
    [{ kind: 'access_denied' }, 'configuration', 'AccessDeniedException', /bedrock:ApplyGuardrail/],
    [{ kind: 'resource_not_found' }, 'configuration', 'ResourceNotFoundException', /id and version/],
    [{ kind: 'expired_token' }, 'configuration', 'ExpiredTokenException', /AWS_PROFILE/],
    [{ kind: 'validation' }, 'caller', 'ValidationException', /text/],
    [{ kind: 'connection_reset' }, 'network', 'ECONNRESET', /firewall/],
    [{ kind: 'malformed_json' }, 'protocol', 'SyntaxError', /endpoint/],
    [{ kind: 'missing_fields' }, 'protocol', 'incomplete_answer', /endpoint/],
    [{ kind: 'truncated_body' }, 'protocol', 'truncated_body', /endpoint/],
  ];
  it.each(faults)('%j is %s (%s)', async (fault, errorClass, kind, remedy) => {
    await bedrock.control.setRules([{ fault }]);
    expect(await failure()).toMatchObject({ errorClass, kind, remedy: expect.stringMatching(remedy) });
    expect(await requests()).toBe(1);
  });

  it('is of the configuration where the guardrail is none', async () => {
    const wrong = { id: 'Not A Guardrail', version: '1' };
    expect(await failure({ guardrail: wrong })).toMatchObject({
      errorClass: 'configuration',
      remedy: expect.stringContaining('id and version'),
    });
  });

  it('is the reason of the signal where that had aborted before', async () => {
    const reason = new Error('share spent');
    await expect(ask({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await requests()).toBe(0);
  });
});

describe('an assessment', () => {
  /** What is read from this answer of a service. */
  async function readFrom(sensitiveInformationPolicy: unknown) {
    const server = createServer((request, response) => {
      request.resume();
      const body = { usage: {}, action: 'NONE', outputs: [], assessments: [{ sensitiveInformationPolicy }] };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const own = await connectionTo(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`);
    try {
      return await ask({ open: async () => own });
    } finally {
      own.client.destroy();
      server.closeAllConnections();
      server.close();
    }
  }

  it('counts by what is detected, also where nothing is done about it', async () => {
    const findings = await readFrom({
      piiEntities: [
        { type: 'PHONE', match: '0170', action: 'NONE', detected: true },
        { type: 'AGE', match: '50', action: 'NONE', detected: false },
      ],
      regexes: [
        { name: 'ticket', match: 'T-1', regex: 'T-\\d', action: 'BLOCKED' },
        { match: 'T-2', regex: 'T-\\d', action: 'ANONYMIZED' },
      ],
    });
    expect(findings).toEqual({
      action: 'NONE',
      piiEntities: [{ type: 'PHONE', match: '0170' }],
      regexes: [
        { name: 'ticket', match: 'T-1' },
        { name: 'T-\\d', match: 'T-2' },
      ],
    });
  });

  it.each([
    { piiEntities: [{ type: 'NAME', action: 'ANONYMIZED' }] },
    { piiEntities: [], regexes: [{ name: 'ticket', action: 'BLOCKED' }] },
  ])('is refused where a finding does not say what it found: %j', async (policy) => {
    expect(await thrownBy(PathError, () => readFrom(policy))).toMatchObject({ kind: 'incomplete_answer' });
  });
});

it('is asked through the direct path, whatever its breaker holds of the models', async () => {
  const { direct } = configWith({ 'direct.endpoint': bedrock.url, 'direct.region': 'eu-central-1' });
  const path = new DirectBedrockClient({
    config: direct,
    simulate: true,
    env: {},
    now: () => 0,
    breaker: patientBreaker,
  });
  const { signal } = new AbortController();
  expect(await path.applyGuardrail({ guardrail, text, source: 'INPUT', signal })).toMatchObject({
    action: 'GUARDRAIL_INTERVENED',
  });
  await path.close();
});
