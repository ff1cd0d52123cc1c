import { describe, expect, it } from 'vitest';
import { admit, asPrompt, RefusedError } from '../../src/support/admission.ts';
import { operationRequestSchema } from '../../src/support/operation.ts';
import { operationRequest, PROMPT } from '../support-files/requests.ts';
import { thrownBy } from '../support-files/thrown.ts';

const limits = { promptBytes: 100, contextBytes: 50 };
const admitted = (changes: Record<string, unknown>) =>
  admit(operationRequest({ prompt: undefined, ...changes }), limits);
const user = (text: string) => ({ role: 'user', text });
const assistant = (text: string) => ({ role: 'assistant', text });

describe('admit', () => {
  it('makes a conversation of a prompt, and takes one as it is', () => {
    expect(admitted({ prompt: PROMPT })).toEqual([user(PROMPT)]);
    const messages = [user('a'), assistant('b'), user('c')];
    expect(admitted({ messages })).toEqual(messages);
  });

  it.each([
    ['neither prompt nor messages', {}, 'invalid_input', 'prompt: is missing'],
    ['both', { prompt: 'a', messages: [user('b')] }, 'invalid_input', 'given together'],
    ['an answer in the end', { messages: [user('a'), assistant('b')] }, 'invalid_input', 'not from the user'],
    ['a long prompt', { prompt: 'a'.repeat(101) }, 'too_large', 'prompt: has 101 bytes, over the limit of 100'],
    ['a prompt of long characters', { prompt: '€'.repeat(34) }, 'too_large', 'prompt: has 102 bytes'],
    [
      'a long conversation',
      { messages: [user('a'.repeat(60)), user('b'.repeat(41))] },
      'too_large',
      'messages: has 101',
    ],
    ['a long context', { prompt: 'a', context: { x: 'é'.repeat(25) } }, 'too_large', 'context: has 58 bytes'],
  ])('refuses %s', async (_, changes, code, message) => {
    const error = await thrownBy(RefusedError, () => admitted(changes));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.remedy).not.toBe('');
  });

  it('takes what is just as long as the limit', () => {
    expect(admitted({ prompt: 'a'.repeat(100) })).toHaveLength(1);
    expect(admitted({ prompt: `${'€'.repeat(33)}a` })).toHaveLength(1);
    expect(admitted({ prompt: 'a', context: { x: 'y'.repeat(42) } })).toHaveLength(1);
  });
});

describe('the schema of a request', () => {
  it.each([
    ['no operation', { operation: undefined }],
    ['unknown operation', { operation: 'urgent' }],
    ['unknown field', { priority: 1 }],
    ['empty prompt', { prompt: '' }],
    ['blank prompt', { prompt: ' \n\t' }],
    ['blank message', { messages: [user(' ')] }],
    ['no messages', { messages: [] }],
    ['too many messages', { messages: Array.from({ length: 201 }, () => user('a')) }],
    ['a system message', { messages: [{ role: 'system', text: 'a' }] }],
    ['no time', { deadlineMs: 0 }],
    ['a fraction of time', { deadlineMs: 1.5 }],
    ['too much time', { deadlineMs: 600_001 }],
    ['empty key', { idempotencyKey: '' }],
    ['long key', { idempotencyKey: 'k'.repeat(201) }],
    ['context that is a list', { context: [] }],
  ])('refuses %s', (_, changes) => {
    const request = { operation: 'emergency', prompt: PROMPT, ...changes };
    expect(operationRequestSchema.safeParse(request).success).toBe(false);
  });
});

it.each([
  [[user('only')], 'only'],
  [[user('a'), assistant('b'), user('c')], 'user: a\n\nassistant: b\n\nuser: c'],
])('asPrompt of %j', (messages, prompt) => {
  expect(asPrompt(operationRequest({ prompt: undefined, messages }).messages ?? [])).toBe(prompt);
});
