import { describe, expect, it } from 'vitest';
import { retiredModels } from '../../src/config/models.ts';
import { converseInput, modelSettings } from '../../src/paths/bedrock-request.ts';
import { configWith } from '../support-files/config.ts';
import { pathRequest } from '../support-files/requests.ts';

describe('modelSettings', () => {
  it('takes a class its own settings over the common ones, one by one', () => {
    const { direct } = configWith({
      'direct.modelId': 'common',
      'direct.temperature': 0.5,
      'direct.systemPrompt': 'Be brief.',
      'direct.classes.emergency': { modelId: 'fast', temperature: 0, latency: 'optimized' },
    });
    expect(modelSettings(direct, 'emergency')).toEqual({
      configuredModelId: 'fast',
      modelId: 'fast',
      maxTokens: 2_048,
      temperature: 0,
      systemPrompt: 'Be brief.',
      guardrail: undefined,
      latency: 'optimized',
    });
    expect(modelSettings(direct, 'standard')).toMatchObject({ modelId: 'common', temperature: 0.5 });
  });

  it.each(Object.entries(retiredModels))('calls %s by the id in its place', (from, to) => {
    const { direct } = configWith({ 'direct.modelId': from });
    expect(modelSettings(direct, 'critical')).toMatchObject({ configuredModelId: from, modelId: to });
  });

  it.each(['toString', 'constructor', '__proto__'])('takes no model for ended that nobody named: %s', (id) => {
    expect(modelSettings(configWith({ 'direct.modelId': id }).direct, 'critical').modelId).toBe(id);
  });
});

describe('converseInput', () => {
  it('sends what is set, and nothing for what is not', () => {
    const { direct } = configWith({ 'direct.modelId': 'm' });
    expect(converseInput(pathRequest(), modelSettings(direct, 'emergency'))).toEqual({
      modelId: 'm',
      messages: [{ role: 'user', content: [{ text: 'Summarise the incident' }] }],
      inferenceConfig: { maxTokens: 2_048 },
      requestMetadata: { operation: 'emergency', operationId: 'op-1' },
    });
  });

  it('sends the facts before the question, once', () => {
    const messages = (['user', 'assistant', 'user'] as const).map((role, index) => ({ role, text: `t${index}` }));
    const { direct } = configWith();
    const request = pathRequest({ messages, context: { host: 'db1' } });
    expect(converseInput(request, modelSettings(direct, 'emergency')).messages).toEqual([
      { role: 'user', content: [{ text: 't0' }] },
      { role: 'assistant', content: [{ text: 't1' }] },
      { role: 'user', content: [{ text: 'Context (JSON):\n{"host":"db1"}' }, { text: 't2' }] },
    ]);
  });

  it('sends every setting', () => {
    const { direct } = configWith({
      'direct.modelId': 'm',
      'direct.temperature': 0,
      'direct.systemPrompt': 'Be brief.',
      'direct.guardrail': { id: 'g', version: 'DRAFT' },
      'direct.latency': 'optimized',
    });
    expect(converseInput(pathRequest(), modelSettings(direct, 'emergency'))).toMatchObject({
      inferenceConfig: { temperature: 0 },
      system: [{ text: 'Be brief.' }],
      guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: 'DRAFT' },
      performanceConfig: { latency: 'optimized' },
    });
  });
});
