import { describe, expect, it } from 'vitest';
import { PathError } from '../../src/paths/path-error.ts';
import { readToolAnswer } from '../../src/paths/tool-answer.ts';
import { thrownBy } from '../support-files/thrown.ts';

type Result = Parameters<typeof readToolAnswer>[0];

const read = (result: Result, from = 'text', maxAnswerBytes = 100) =>
  readToolAnswer(result, { upstream: 'kb', tool: 'ask', result: from, maxAnswerBytes });
const text = (...texts: string[]): Result => ({ content: texts.map((each) => ({ type: 'text', text: each })) });
const structured = (structuredContent: Record<string, unknown>): Result => ({ content: [], structuredContent });

describe('readToolAnswer', () => {
  it('joins the text blocks, and leaves out what is none', () => {
    const result: Result = {
      content: [
        { type: 'text', text: 'one' },
        { type: 'image', data: 'AAAA', mimeType: 'image/png' },
        { type: 'text', text: '' },
        { type: 'text', text: 'two' },
      ],
    };
    expect(read(result)).toEqual({
      text: 'one\ntwo',
      modelId: null,
      upstream: 'kb',
      usage: null,
      serviceLatencyMs: null,
      stopReason: null,
      simulated: false,
      removedCharacters: 0,
      untrusted: { source: 'upstream kb', removed: 0 },
    });
  });

  it.each([
    ['a string', 'structuredContent.a', { a: 'yes' }, 'yes'],
    ['deep', 'structuredContent.a.b', { a: { b: 'yes' } }, 'yes'],
    ['a number', 'structuredContent.a', { a: 7 }, '7'],
    ['false', 'structuredContent.a', { a: false }, 'false'],
    ['the whole', 'structuredContent', { a: 1 }, '{"a":1}'],
  ])('takes a value from structured content: %s', (_, from, content, expected) => {
    expect(read(structured(content), from).text).toBe(expected);
  });

  it.each([
    ['no block', read.bind(null, text()), 'empty_answer'],
    ['empty text', read.bind(null, text('')), 'empty_answer'],
    ['no structured content', read.bind(null, text('x'), 'structuredContent.a'), 'empty_answer'],
    ['no such key', read.bind(null, structured({ b: 1 }), 'structuredContent.a'), 'empty_answer'],
    ['null', read.bind(null, structured({ a: null }), 'structuredContent.a'), 'empty_answer'],
    ['empty string', read.bind(null, structured({ a: '' }), 'structuredContent.a'), 'empty_answer'],
    ['a method of objects', read.bind(null, structured({}), 'structuredContent.toString'), 'empty_answer'],
    ['a prototype', read.bind(null, structured({}), 'structuredContent.__proto__'), 'empty_answer'],
    ['too long', read.bind(null, text('a'.repeat(101))), 'oversized_answer'],
    ['too long in bytes alone', read.bind(null, text('ü'.repeat(51))), 'oversized_answer'],
    [
      'too long as JSON',
      read.bind(null, structured({ a: ['b'.repeat(99)] }), 'structuredContent.a'),
      'oversized_answer',
    ],
  ])('has no use for an answer with %s', async (_, run, kind) => {
    const error = await thrownBy(PathError, run);
    expect(error).toMatchObject({ path: 'mcp', errorClass: 'protocol', kind });
    expect(error.message).toContain('Upstream kb: tool ask');
    expect(error.remedy).toContain('mcp.upstreams');
  });

  it('takes an answer of just the longest size', () => {
    expect(read(text('ü'.repeat(50))).text).toHaveLength(50);
  });

  it('is an upstream error where the tool says so, with its own words cut short', async () => {
    const error = await thrownBy(PathError, () => read({ ...text('x'.repeat(999)), isError: true }));
    expect(error).toMatchObject({ errorClass: 'upstream', kind: 'tool_error', code: 'mcp_upstream' });
    expect(error.message.length).toBeLessThan(400);
    expect((await thrownBy(PathError, () => read({ ...text(), isError: true }))).message).toContain('no reason given');
  });

  it('says simulated where the answer does', () => {
    expect(read({ ...text('x'), structuredContent: { simulated: true } }).simulated).toBe(true);
    expect(read({ ...text('x'), _meta: { simulated: true } }).simulated).toBe(true);
    expect(read({ ...text('x'), structuredContent: { simulated: 'true' } }).simulated).toBe(false);
  });
});
