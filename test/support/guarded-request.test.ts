import { describe, expect, it } from 'vitest';
import { createPersonalDataProtector } from '../../src/compliance/personal-data/protector.ts';
import { runbookPolicy } from '../../src/routing/policy.ts';
import { guardedRequest } from '../../src/support/guarded-request.ts';
import type { OperationResult } from '../../src/support/operation.ts';
import { type Subject, uncalled } from '../../src/support/operation-outcome.ts';
import { configWith } from '../support-files/config.ts';
import { recordingLogger } from '../support-files/log-lines.ts';
import { pathRequest } from '../support-files/requests.ts';

const secret = 'ann.example@example.org';
const prompt = `Write to ${secret} about the incident`;
const request = pathRequest({
  messages: [
    { role: 'user', text: 'Who is on call?' },
    { role: 'assistant', text: `It is ${secret}` },
    { role: 'user', text: prompt },
  ],
  prompt: '',
  context: { owner: secret, hosts: ['db-1'] },
});

async function guarded(mode: string, onProgress?: (text: string) => void) {
  const log = recordingLogger();
  const config = configWith({ 'personalData.modes.emergency': mode }).personalData;
  const protector = createPersonalDataProtector({ config });
  const signal = new AbortController().signal;
  return { log, ...(await guardedRequest({ protector, logger: log.logger }, request, { signal, onProgress })) };
}

function answered(answer: string): OperationResult {
  const subject: Subject = {
    operationId: 'op',
    type: 'emergency',
    policy: runbookPolicy,
    notices: [],
    simulate: false,
  };
  return { ...uncalled(subject, null, null), answer };
}

describe('an operation on its way out', () => {
  it('has tokens for what identifies a person, the same everywhere, and gets the values back', async () => {
    const { request: sent, restored, facts, log } = await guarded('tokenize');
    expect(JSON.stringify(sent)).not.toContain(secret);
    expect(sent.messages.map(({ text }) => text)).toEqual([
      'Who is on call?',
      'It is <EMAIL_1>',
      'Write to <EMAIL_1> about the incident',
    ]);
    expect(sent.context).toEqual({ owner: '<EMAIL_1>', hosts: ['db-1'] });
    expect(sent.prompt).toContain('assistant: It is <EMAIL_1>');
    expect(restored(answered('Sent to <EMAIL_1>.')).answer).toBe(`Sent to ${secret}.`);
    expect(facts.counts).toEqual({ EMAIL: 3 });
    expect(log.lines()).toMatchObject([
      { event: 'PII_DETECTED', counts: { EMAIL: 3 }, detectorVersion: expect.any(String) },
    ]);
    expect(log.text()).not.toContain(secret);
  });

  it('shows progress with the values put back, also where a token is cut', async () => {
    const shown: string[] = [];
    const { onProgress } = await guarded('tokenize', (text) => shown.push(text));
    for (const piece of ['Dear <EMA', 'IL_1', '>, all is well']) onProgress?.(piece);
    expect(shown.join('')).toBe(`Dear ${secret}, all is well`);
  });

  it('is cleared for good in mode redact', async () => {
    const { request: sent, restored } = await guarded('redact');
    expect(sent.messages[2]?.text).toBe('Write to [EMAIL] about the incident');
    expect(restored(answered('Sent to [EMAIL].')).answer).toBe('Sent to [EMAIL].');
  });

  it.each(['detect', 'off'])('is left as it is in mode %s', async (mode) => {
    const { request: sent, facts } = await guarded(mode);
    expect(sent.messages).toEqual(request.messages);
    expect(facts.counts).toEqual(mode === 'detect' ? { EMAIL: 3 } : {});
  });

  it('does not leave in mode block, and says what was found, not where or what', async () => {
    const { refusal, facts, log } = await guarded('block');
    expect(refusal).toMatchObject({ code: 'personal_data_blocked', message: expect.stringContaining('3 EMAIL') });
    expect(`${refusal?.message}${refusal?.remedy}${log.text()}`).not.toContain(secret);
    expect(facts).toMatchObject({ mode: 'block', counts: { EMAIL: 3 } });
  });

  it('is not logged where nothing was found', async () => {
    const log = recordingLogger();
    const protector = createPersonalDataProtector({ config: configWith().personalData });
    const signal = new AbortController().signal;
    const outcome = await guardedRequest({ protector, logger: log.logger }, pathRequest(), {
      signal,
      onProgress: undefined,
    });
    expect(outcome.request.messages).toEqual(pathRequest().messages);
    expect(log.lines()).toEqual([]);
  });
});
