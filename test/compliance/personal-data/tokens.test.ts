import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRestorer } from '../../../src/compliance/personal-data/restorer.ts';
import { TokenMap } from '../../../src/compliance/personal-data/tokens.ts';

function withTokens(...values: string[]) {
  const tokens = new TokenMap();
  const made = values.map((value) => tokens.tokenFor('EMAIL', value));
  return { tokens, made, restorer: createRestorer(tokens) };
}

describe('tokens', () => {
  it('are the same for the same value and count up by type', () => {
    const tokens = new TokenMap();
    expect(tokens.tokenFor('EMAIL', 'a@b.de')).toBe('<EMAIL_1>');
    expect(tokens.tokenFor('EMAIL', 'c@d.de')).toBe('<EMAIL_2>');
    expect(tokens.tokenFor('PHONE', '123')).toBe('<PHONE_1>');
    expect(tokens.tokenFor('EMAIL', 'a@b.de')).toBe('<EMAIL_1>');
  });

  it('leave out numbers that a text already has, in any way of writing', () => {
    const tokens = new TokenMap();
    tokens.reserve('see <EMAIL_1>, &lt;email_2&gt; and < EMAIL_3 >');
    expect(tokens.tokenFor('EMAIL', 'a@b.de')).toBe('<EMAIL_4>');
    expect(createRestorer(tokens).restore('<EMAIL_1> <EMAIL_4>')).toBe('<EMAIL_1> a@b.de');
  });
});

describe('restoring', () => {
  it.each([
    '<EMAIL_1>',
    '<email_1>',
    '<Email_1>',
    '<EMAIL_1 >',
    '< EMAIL_1>',
    '<EMAIL 1>',
    '<EMAIL\\_1>',
    '\\<EMAIL_1\\>',
    '&lt;EMAIL_1&gt;',
    '\\u003cEMAIL_1\\u003e',
    '<EMAIL_01>',
  ])('knows %s', (written) => {
    expect(withTokens('a@b.de').restorer.restore(`to \`${written}\`.`)).toBe('to `a@b.de`.');
  });

  it.each(['<EMAIL_2>', '<MAIL_1>', 'EMAIL_1', '<b>', '<EMAIL_1', '&lt;EMAIL_1', '<EMAIL_>'])(
    'leaves %s',
    (written) => {
      expect(withTokens('a@b.de').restorer.restore(written)).toBe(written);
    },
  );

  it('keeps a backslash or bracket that stood before a value', () => {
    const { restorer, made } = withTokens('a@b.de');
    for (const around of ['\\', '<', '&lt;', '\\u003c']) {
      expect(restorer.restore(`${around}${made[0]}${around}`)).toBe(`${around}a@b.de${around}`);
    }
  });

  it('does not look into what it put back', () => {
    const { restorer } = withTokens('<EMAIL_2>', 'secret');
    expect(restorer.restore('<EMAIL_1>')).toBe('<EMAIL_2>');
  });

  it('restores strings and keys of a value without changing it', () => {
    const { restorer } = withTokens('a@b.de');
    const answer = { to: ['<EMAIL_1>', 3, null], '<EMAIL_1>': { x: true } };
    const before = structuredClone(answer);
    expect(restorer.restoreValue(answer)).toEqual({ to: ['a@b.de', 3, null], 'a@b.de': { x: true } });
    expect(answer).toEqual(before);
  });
});

describe('a text that comes in pieces', () => {
  it('holds back a token that a piece cuts', () => {
    const stream = withTokens('a@b.de').restorer.stream();
    expect(stream.push('to <EMA')).toBe('to ');
    expect(stream.push('IL_1> now')).toBe('a@b.de now');
    expect(stream.push(' 1 <')).toBe(' 1 ');
    expect(stream.push(' a')).toBe('');
    expect(stream.flush()).toBe('< a');
    expect(stream.flush()).toBe('');
  });

  it('gives the same as the whole, however it is cut', () => {
    const part = fc.constantFrom(
      '<EMAIL_1>',
      '<email_2 >',
      '&lt;EMAIL_1&gt;',
      '\\<EMAIL_1\\>',
      '\\u003cEMAIL_2\\u003e',
      '<EMAIL\\_1>',
      '<',
      '&',
      '&l',
      '\\',
      '\\u00',
      '<EMAIL',
      'EMAIL_1',
      '_1>',
      ' ',
      'text',
      '<b>',
      'ü',
      '<<',
      '\n',
    );
    const { restorer } = withTokens('a@b.de', '<');
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 20 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 6 })),
        (parts, sizes) => {
          const text = parts.join('');
          const stream = restorer.stream();
          let out = '';
          for (let at = 0; at < text.length; ) {
            const size = sizes.next().value;
            out += stream.push(text.slice(at, at + size));
            at += size;
          }
          expect(out + stream.flush()).toBe(restorer.restore(text));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('holds back no more than a token is long', () => {
    const stream = withTokens('a@b.de').restorer.stream();
    const text = `<${'EMAIL '.repeat(100)}`;
    expect(stream.push(text).length).toBeGreaterThan(text.length - 100);
  });
});
