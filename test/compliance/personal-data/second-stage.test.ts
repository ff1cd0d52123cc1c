import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExternalRecognizer } from '../../../src/compliance/personal-data/external-recognizer.ts';
import { createGuardrailRecognizer } from '../../../src/compliance/personal-data/guardrail-recognizer.ts';
import { typeNameOf } from '../../../src/compliance/personal-data/second-stage.ts';
import { personalDataSchema } from '../../../src/config/personal-data-schema.ts';

let answer: { status: number; body: string } | null = null;
const seen: unknown[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    seen.push({ method: request.method, path: request.url, key: request.headers['x-key'], body: JSON.parse(body) });
    if (answer !== null) response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
});
let origin = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  origin = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function external(timeoutMs = 5_000) {
  const { external: config } = personalDataSchema.parse({
    external: { url: `${origin}/analyze`, language: 'de', headers: { 'x-key': 'k' }, timeoutMs },
  });
  if (config === undefined) throw new Error('no external recognizer');
  return createExternalRecognizer({ config });
}

describe('external recognizer', () => {
  it('asks as Presidio analyzer is asked and counts code points', async () => {
    answer = { status: 200, body: JSON.stringify([{ entity_type: 'EMAIL_ADDRESS', start: 2, end: 8, score: 0.85 }]) };
    expect(await external().recognize('😀 a@b.de')).toEqual([{ type: 'EMAIL', start: 3, end: 9, confidence: 0.85 }]);
    expect(seen.at(-1)).toEqual({
      method: 'POST',
      path: '/analyze',
      key: 'k',
      body: { text: '😀 a@b.de', language: 'de' },
    });
  });

  it.each([
    ['a status that is no success', 500, '[]', /HTTP status 500/],
    ['an answer that is no list', 200, '{"a":1}', /something else than findings/],
    ['an answer that is no JSON', 200, '<html>', /failed/],
    ['a finding outside the text', 200, '[{"entity_type":"X","start":1,"end":99,"score":1}]', /outside the text/],
    ['an empty finding', 200, '[{"entity_type":"X","start":1,"end":1,"score":1}]', /outside the text/],
  ])('fails on %s', async (_name, status, body, message) => {
    answer = { status, body };
    await expect(external().recognize('text')).rejects.toMatchObject({
      code: 'personal_data_second_stage',
      message: expect.stringMatching(message),
    });
  });

  it('fails when no answer comes in time, and ends with the operation', async () => {
    answer = null;
    await expect(external(20).recognize('text')).rejects.toThrow('did not answer in 20 ms');
    await expect(external().recognize('text', AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  });
});

describe('guardrail', () => {
  const config = { timeoutMs: 1_000, onFailure: 'block' } as const;

  it('finds every occurrence of what the guardrail matched', async () => {
    const guardrail = createGuardrailRecognizer({
      config,
      applyGuardrail: async () => ({
        action: 'GUARDRAIL_INTERVENED',
        piiEntities: [{ type: 'NAME', match: 'Anna' }],
        regexes: [{ name: 'contract no.', match: 'C-1' }],
      }),
    });
    expect(await guardrail.recognize('Anna: C-1, Anna')).toEqual([
      { type: 'PERSON', start: 0, end: 4, confidence: 0.9 },
      { type: 'PERSON', start: 11, end: 15, confidence: 0.9 },
      { type: 'CONTRACT_NO', start: 6, end: 9, confidence: 0.9 },
    ]);
  });

  it('fails on a match that is not in the text, without telling it', async () => {
    const guardrail = createGuardrailRecognizer({
      config,
      applyGuardrail: async () => ({ action: 'NONE', piiEntities: [{ type: 'NAME', match: 'Otto' }], regexes: [] }),
    });
    await expect(guardrail.recognize('Anna')).rejects.toThrow('found a PERSON that is not in the text');
    await expect(guardrail.recognize('Anna')).rejects.not.toThrow(/Otto/);
  });

  it('fails when the call fails', async () => {
    const applyGuardrail = async (): Promise<never> => Promise.reject(new Error('no access'));
    await expect(createGuardrailRecognizer({ config, applyGuardrail }).recognize('x')).rejects.toThrow(
      'The guardrail failed: no access.',
    );
  });
});

it.each([
  ['EMAIL_ADDRESS', 'EMAIL'],
  ['Organization', 'ORGANIZATION'],
  ['my regex: 1', 'MY_REGEX_1'],
  ['123', 'OTHER'],
])('names %s %s', (theirs, ours) => {
  expect(typeNameOf(theirs)).toBe(ours);
});
