import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillArguments } from '../../src/paths/argument-template.ts';
import { PROMPT, pathRequest } from '../support-files/requests.ts';

const context = { n: 7, yes: true, nothing: null, list: [1, 'two'], deep: { a: { b: 'c' } } };
const request = pathRequest({ context });

describe('fillArguments', () => {
  it.each([
    ['the prompt', '{{prompt}}', PROMPT],
    ['the type', '{{type}}', 'emergency'],
    ['the class', '{{class}}', 'emergency'],
    ['the operation id', '{{operationId}}', 'op-1'],
    ['the messages', '{{messages}}', [{ role: 'user', text: PROMPT }]],
    ['the whole context', '{{context}}', context],
    ['spaces in the braces', '{{  type }}', 'emergency'],
    ['a number', '{{context.n}}', 7],
    ['a boolean', '{{context.yes}}', true],
    ['null', '{{context.nothing}}', null],
    ['a list', '{{context.list}}', [1, 'two']],
    ['an object', '{{context.deep.a}}', { b: 'c' }],
    ['something deep', '{{context.deep.a.b}}', 'c'],
    ['text around', 'id {{operationId}}, n={{context.n}}', 'id op-1, n=7'],
    ['an object in text', 'facts: {{context.deep}}', 'facts: {"a":{"b":"c"}}'],
    ['two without space', '{{type}}{{context.n}}', 'emergency7'],
    ['missing in text', 'a{{context.none}}b{{context.nothing}}c', 'abc'],
    ['no placeholder', 'plain {text} {{ not one }} {{}}', 'plain {text} {{ not one }} {{}}'],
    ['a number in the template', 5, 5],
    ['null in the template', null, null],
  ])('fills %s', (_, template, expected) => {
    expect(fillArguments({ x: template }, request)).toEqual({ x: expected });
  });

  it('leaves out a key, and a list item, whose lone placeholder has no value', () => {
    const template = { gone: '{{context.none}}', list: ['{{nobody}}', 'kept'], deep: { gone: '{{context.deep.x.y}}' } };
    expect(fillArguments(template, request)).toEqual({ list: ['kept'], deep: {} });
  });

  it('fills keys of nested objects and lists', () => {
    const template = { a: { b: [{ c: '{{context.n}}' }] } };
    expect(fillArguments(template, request)).toEqual({ a: { b: [{ c: 7 }] } });
  });

  it('does not fill what a value brings with it', () => {
    const sly = pathRequest({ prompt: '{{context.deep}}', context });
    expect(fillArguments({ a: '{{prompt}}', b: 'x{{prompt}}' }, sly)).toEqual({
      a: '{{context.deep}}',
      b: 'x{{context.deep}}',
    });
  });

  it('takes a value as text, not as a pattern', () => {
    const sly = pathRequest({ prompt: "$& $1 $' $`" });
    expect(fillArguments({ a: '<{{prompt}}>' }, sly)).toEqual({ a: "<$& $1 $' $`>" });
  });

  it.each([
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'context.__proto__',
    'context.constructor',
    'context.constructor.name',
    'context.hasOwnProperty',
    'context.valueOf',
    'context.deep.toString.name',
    'context.list.map',
    'context.list.constructor',
    'prompt.constructor',
    'prompt.length.constructor',
    'prompt.toUpperCase',
    'messages.map',
    'messages.at.name',
  ])('shows nothing that the operation does not have: %s', (name) => {
    expect(fillArguments({ lone: `{{${name}}}`, text: `a{{${name}}}b` }, request)).toEqual({ text: 'ab' });
  });

  it('keeps a template key named __proto__ a plain key', () => {
    const template: Record<string, string> = JSON.parse('{"__proto__": "{{type}}"}');
    const filled = fillArguments(template, request);
    expect(JSON.stringify(filled)).toBe('{"__proto__":"emergency"}');
    expect(Reflect.get({}, 'emergency')).toBeUndefined();
  });

  it('changes neither template nor request', () => {
    const template = Object.freeze({ a: Object.freeze(['{{context.list}}']) });
    const before = JSON.stringify(request);
    // @ts-expect-error the template's type has no read-only lists; frozen ones show a write.
    fillArguments(template, request);
    expect(JSON.stringify(request)).toBe(before);
  });

  it('never throws, and gives only JSON', () => {
    const part = fc.oneof(
      fc.string(),
      fc.constantFrom('{{', '}}', '{{context.', '.', '\\', '[', ']', '0', '__proto__', '{{prompt}}', '{{messages.0}}'),
    );
    const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
    const template = fc.dictionary(text, fc.oneof(text, fc.array(text), fc.dictionary(fc.string(), text)));
    const anyContext = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(template, anyContext, (shape, facts) => {
        const filled = fillArguments(shape, pathRequest({ context: facts }));
        const onlyJson = (value: unknown): boolean =>
          ['string', 'number', 'boolean'].includes(typeof value) ||
          (typeof value === 'object' && (value === null || Object.values(value).every(onlyJson)));
        expect(onlyJson(filled)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws for any well-formed name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w.-]{1,30}$/), (name) => {
        fillArguments({ lone: `{{${name}}}`, text: `a{{${name}}}` }, request);
      }),
    );
  });
});
