import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeSamples } from '../../../bench/pii/samples.ts';
import {
  createPersonalDataProtector,
  PersonalDataBlockedError,
  type ProtectRequest,
} from '../../../src/compliance/personal-data/protector.ts';
import { detectorVersion } from '../../../src/compliance/personal-data/registry.ts';
import { type SecondStage, secondStageError } from '../../../src/compliance/personal-data/second-stage.ts';
import { type PersonalDataMode, personalDataSchema } from '../../../src/config/personal-data-schema.ts';

function protector(mode: PersonalDataMode, secondStages: SecondStage[] = []) {
  const config = personalDataSchema.parse({ modes: { standard: mode } });
  return createPersonalDataProtector({ config, secondStages });
}
const request = (...texts: string[]): ProtectRequest => ({ operationClass: 'standard', texts });
const prompt = 'Mail an max@example.org und nochmal max@example.org, Tel. 030 1234567';

describe('modes', () => {
  it('tokenizes, the same value to the same token, and restores', async () => {
    const {
      texts,
      counts,
      restorer,
      mode,
      detectorVersion: version,
    } = await protector('tokenize').protect(request(prompt));
    expect(texts).toEqual(['Mail an <EMAIL_1> und nochmal <EMAIL_1>, Tel. <PHONE_1>']);
    expect(counts).toEqual({ EMAIL: 2, PHONE: 1 });
    expect(restorer.restore(texts[0] ?? '')).toBe(prompt);
    expect({ mode, version }).toEqual({ mode: 'tokenize', version: detectorVersion });
  });

  it('redacts, which nothing restores', async () => {
    const { texts, restorer } = await protector('redact').protect(request(prompt));
    expect(texts).toEqual(['Mail an [EMAIL] und nochmal [EMAIL], Tel. [PHONE]']);
    expect(restorer.restore('[EMAIL]')).toBe('[EMAIL]');
  });

  it('only counts in mode detect, and does nothing in mode off', async () => {
    expect(await protector('detect').protect(request(prompt))).toMatchObject({ texts: [prompt], counts: { EMAIL: 2 } });
    expect(await protector('off').protect(request(prompt))).toMatchObject({ texts: [prompt], counts: {} });
  });

  it('blocks with the types and no value in the message', async () => {
    const blocked = protector('block').protect(request(prompt));
    await expect(blocked).rejects.toThrow(PersonalDataBlockedError);
    await expect(blocked).rejects.toMatchObject({ code: 'personal_data_blocked', counts: { EMAIL: 2, PHONE: 1 } });
    await expect(blocked).rejects.not.toThrow(/max@|1234567/);
    expect(await protector('block').protect(request('nothing here'))).toMatchObject({ texts: ['nothing here'] });
  });

  it('takes the mode of the operation class', async () => {
    const config = personalDataSchema.parse({ modes: { emergency: 'redact' } });
    const both = createPersonalDataProtector({ config });
    expect((await both.protect({ operationClass: 'emergency', texts: ['a@b.de'] })).texts).toEqual(['[EMAIL]']);
    expect((await both.protect({ operationClass: 'critical', texts: ['a@b.de'] })).texts).toEqual(['<EMAIL_1>']);
  });
});

describe('data', () => {
  it('replaces strings at any depth, keys with personal data and labelled numbers, and changes nothing in place', async () => {
    const data = {
      user: { name: 'Quirin Ostrowitzki', tags: ['vip', 'max@example.org'] },
      'max@example.org': true,
      phone: 493012345678,
      count: 493012345678,
      none: null,
    };
    const before = structuredClone(data);
    const done = await protector('tokenize').protect({ operationClass: 'standard', texts: [], data });
    expect(done.data).toEqual({
      user: { name: '<PERSON_1>', tags: ['vip', '<EMAIL_1>'] },
      '<EMAIL_1>': true,
      phone: '<PHONE_1>',
      count: 493012345678,
      none: null,
    });
    expect(data).toEqual(before);
    expect(done.restorer.restoreValue(done.data)).toEqual({ ...data, phone: '493012345678' });
  });

  it('keeps two keys apart that are redacted to the same text', async () => {
    const data = { 'a@b.de': 1, 'c@d.de': 2 };
    const done = await protector('redact').protect({ operationClass: 'standard', texts: [], data });
    expect(done.data).toEqual({ '[EMAIL]': 1, '[EMAIL] 2': 2 });
  });

  it('keeps __proto__ a key', async () => {
    const data: unknown = JSON.parse('{"__proto__": {"mail": "a@b.de"}}');
    const done = await protector('tokenize').protect({ operationClass: 'standard', texts: [], data });
    expect(JSON.stringify(done.data)).toBe('{"__proto__":{"mail":"<EMAIL_1>"}}');
  });

  it('refuses a value that contains itself', async () => {
    const data: unknown[] = [];
    data.push(data);
    const done = protector('tokenize').protect({ operationClass: 'standard', texts: [], data });
    await expect(done).rejects.toMatchObject({ code: 'personal_data_too_deep' });
  });
});

describe('one operation', () => {
  it('replaces a value that context gave away wherever else it stands', async () => {
    const { texts } = await protector('tokenize').protect(
      request('Frau Anna Quandthoff, Kundennummer 4711-0815', 'Quandthoff rief wegen 4711-0815 an; Quandthoffs Sache'),
    );
    expect(texts).toEqual([
      'Frau <PERSON_1>, Kundennummer <ID_NUMBER_1>',
      '<PERSON_2> rief wegen <ID_NUMBER_1> an; Quandthoffs Sache',
    ]);
  });

  it('gives out numbers that its texts do not use', async () => {
    const text = 'What is <EMAIL_1>? My mail is a@b.de';
    const { texts, restorer } = await protector('tokenize').protect(request(text));
    expect(texts).toEqual(['What is <EMAIL_1>? My mail is <EMAIL_2>']);
    expect(restorer.restore(texts[0] ?? '')).toBe(text);
  });

  it('restores every text to what it was', async () => {
    const used = protector('tokenize');
    const { positive } = makeSamples(11, 1);
    const part = fc.oneof(
      fc.constantFrom(...positive.map(({ text }) => text)),
      fc.constantFrom('<EMAIL_1>', '<', '\\', '&lt;', '>', '_1>', '<PERSON_', '\u200b'),
      fc.string({ unit: 'binary', maxLength: 20 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), fc.jsonValue(), async (parts, data) => {
        const text = parts.join('');
        const done = await used.protect({ operationClass: 'standard', texts: [text], data });
        expect(done.restorer.restore(done.texts[0] ?? '')).toBe(text);
        expect(JSON.stringify(done.restorer.restoreValue(done.data))).toBe(JSON.stringify(data));
      }),
      { numRuns: 150 },
    );
  });

  it('loads the phone library for a text with digits only', async () => {
    let loads = 0;
    const loadPhoneNumbers = async () => {
      loads += 1;
      return { isValid: () => true };
    };
    const lazy = createPersonalDataProtector({ config: personalDataSchema.parse({}), loadPhoneNumbers });
    await lazy.protect(request('no digits here'));
    expect(loads).toBe(0);
    await lazy.protect(request('0301234567'));
    await lazy.protect(request('0301234568'));
    expect(loads).toBe(1);
  });
});

describe('second stages', () => {
  const stage = (onFailure: 'continue' | 'block', recognize: SecondStage['recognize']): SecondStage => ({
    name: 'guardrail',
    onFailure,
    recognize,
  });
  const failing = async () => {
    throw secondStageError('guardrail', 'failed');
  };

  it('adds its findings, above the confidence asked for', async () => {
    const found = stage('block', async () => [
      { type: 'ORGANIZATION', start: 4, end: 8, confidence: 0.9 },
      { type: 'WEAK', start: 0, end: 3, confidence: 0.2 },
    ]);
    const { texts, counts } = await protector('tokenize', [found]).protect(request('the Acme plan'));
    expect({ texts, counts }).toEqual({ texts: ['the <ORGANIZATION_1> plan'], counts: { ORGANIZATION: 1 } });
  });

  it('goes on with our own findings and a warning when it may fail', async () => {
    const done = await protector('tokenize', [stage('continue', failing)]).protect(request('a@b.de'));
    expect(done).toMatchObject({ texts: ['<EMAIL_1>'], warnings: ['The guardrail failed.'] });
  });

  it('fails the operation when it must not fail', async () => {
    const done = protector('tokenize', [stage('block', failing)]).protect(request('a@b.de'));
    await expect(done).rejects.toMatchObject({ code: 'personal_data_second_stage' });
  });
});
