import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulatedBedrock } from '../support-files/simulators.ts';
import { type EchoBedrock, echoBedrock } from './harness/echo-bedrock.ts';
import { fakeCredentials, startServer } from './harness/server.ts';

const direct = (endpoint: string) => ({ region: 'eu-central-1', endpoint });
// What our own recognizers cannot know to be personal data: only a second stage finds it.
const codename = 'zorgblat';

async function routed(config: Record<string, unknown>, prompt: string) {
  const server = await startServer({ config, env: fakeCredentials });
  try {
    return { result: await server.route({ operation: 'emergency', prompt }), stderr: server.stderr() };
  } finally {
    await server.close();
  }
}

describe('a Bedrock guardrail as second stage', () => {
  let bedrock: Awaited<ReturnType<typeof simulatedBedrock>>;

  beforeAll(async () => {
    bedrock = await simulatedBedrock();
  });
  afterAll(() => bedrock.close());

  it('is asked by ApplyGuardrail before the model is', async () => {
    const personalData = { guardrail: { id: 'gr-1', version: '3' }, disabledTypes: ['EMAIL'] };
    const config = { direct: direct(bedrock.url), personalData };
    const { result } = await routed(config, 'Write to Frau Wundersam today');
    expect(result).toMatchObject({ status: 'answered', personalData: { mode: 'tokenize', counts: { PERSON: 1 } } });
    const state = await bedrock.control.state();
    expect(JSON.stringify(state)).toContain('apply-guardrail');
  });

  it.each([
    ['continue', 'answered', null],
    ['block', 'refused', 'personal_data_second_stage'],
  ] as const)('that fails: %s', async (onFailure, status, code) => {
    await bedrock.control.setRules([{ match: { api: 'apply-guardrail' }, fault: { kind: 'access_denied' } }]);
    const personalData = { guardrail: { id: 'gr-1', version: '3', onFailure } };
    const { result, stderr } = await routed({ direct: direct(bedrock.url), personalData }, 'All is well');
    await bedrock.control.clear();
    expect(result.status).toBe(status);
    expect(result.error?.code ?? null).toBe(code);
    if (onFailure === 'continue') expect(stderr).toContain('second stage of recognition failed');
  });
});

describe('an external recognizer as second stage', () => {
  let bedrock: EchoBedrock;
  let recognizer: Server;
  let url: string;
  let authorization: string | undefined;

  beforeAll(async () => {
    bedrock = await echoBedrock();
    recognizer = createServer((request, response) => {
      authorization = request.headers.authorization;
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8');
      });
      request.on('end', () => {
        const { text }: { text: string } = JSON.parse(body);
        const start = text.indexOf(codename);
        const found = start < 0 ? [] : [{ entity_type: 'NRP', start, end: start + codename.length, score: 0.9 }];
        response.setHeader('content-type', 'application/json').end(JSON.stringify(found));
      });
    });
    await new Promise<void>((resolve) => recognizer.listen(0, '127.0.0.1', resolve));
    const address = recognizer.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/analyze`;
  });
  afterAll(async () => {
    recognizer.closeAllConnections();
    await new Promise((resolve) => recognizer.close(resolve));
    await bedrock.close();
  });

  it('adds what it finds to our own, and is sent the headers that are configured', async () => {
    const external = { url, headers: { authorization: 'Bearer ${RECOGNIZER_TOKEN}' } };
    const config = { direct: direct(bedrock.endpoint), personalData: { external } };
    const server = await startServer({ config, env: { ...fakeCredentials, RECOGNIZER_TOKEN: 'secret-token' } });
    const prompt = `${codename} wrote to ann@example.org`;
    const result = await server.route({ operation: 'emergency', prompt });
    await server.close();
    expect(result).toMatchObject({ answer: prompt, personalData: { counts: { NRP: 1, EMAIL: 1 } } });
    expect(bedrock.bodies.at(-1)).not.toContain(codename);
    expect(authorization).toBe('Bearer secret-token');
    expect(server.stderr()).not.toContain('secret-token');
  });
});
