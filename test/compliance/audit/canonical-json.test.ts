import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCanonicalJson } from '../../../src/compliance/audit/canonical-check.ts';
import { canonicalJson } from '../../../src/compliance/audit/canonical-json.ts';

function double(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE();
}

describe('canonicalJson: the vectors of RFC 8785', () => {
  it('writes the example of section 3.2.2', () => {
    const input = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(canonicalJson(JSON.parse(input))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts by UTF-16 code units (section 3.2.3)', () => {
    const input = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    const order = canonicalJson(input).match(/[A-Z][A-Za-z: ]+/g);
    expect(order).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the double %s as %s (appendix B)', (bits, text) => {
    expect(canonicalJson(double(bits))).toBe(text);
  });
});

describe('canonicalJson', () => {
  it.each([
    ['NaN', { a: [1, Number.NaN] }, 'a.1'],
    ['infinity', { a: Number.POSITIVE_INFINITY }, 'a'],
    ['undefined', { a: { b: undefined } }, 'a.b'],
    ['a hole', { a: new Array(1) }, 'a.0'],
    ['half a surrogate pair', { a: 'x\ud800' }, 'a'],
    ['half a pair in a key', { 'x\udc00': 1 }, 'x\udc00'],
    ['a bigint', 1n, '(top)'],
    ['a function', { f: () => 1 }, 'f'],
    ['a date', { at: new Date(0) }, 'at'],
    ['a map', { m: new Map() }, 'm'],
  ])('refuses %s, and says where', (_, value, place) => {
    expect(() => canonicalJson(value)).toThrow(`the value at "${place}" is`);
  });

  it('refuses a circle and hostile depth instead of exhausting the stack', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(() => canonicalJson(circle)).toThrow('nested more than 200 deep');
    expect(isCanonicalJson('['.repeat(100_000) + ']'.repeat(100_000))).toBe(false);
  });

  it('keeps the value, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('does not depend on the order in which keys were set', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      }),
    );
  });
});

describe('isCanonicalJson', () => {
  it('takes what canonicalJson writes, and nothing that differs from it', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ stringUnit: 'grapheme' }),
        fc.nat(),
        fc.constantFrom(' ', '0', '"', '}', 'a', '\\'),
        (value, at, extra) => {
          const text = canonicalJson(value);
          expect(isCanonicalJson(text)).toBe(true);
          const place = at % (text.length + 1);
          const other = text.slice(0, place) + extra + text.slice(place);
          expect(isCanonicalJson(other)).toBe(isCanonicalBySlowWay(other));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    '{"9":1,"10":1}',
    '{ "a":1}',
    '1.0',
    '1e5',
    '-0',
    '01',
    String.raw`"\u0041"`,
    String.raw`"\/"`,
    String.raw`"\ud83d\ude00"`,
    String.raw`"\ud800"`,
    String.raw`"\u000A"`,
    '"\ud800"',
    '"\udc00\udc00"',
    '"\n"',
    '[1,]',
    '',
    'nul',
    '"a',
    '{"a"}',
  ])('refuses %j', (text) => {
    expect(isCanonicalJson(text)).toBe(false);
  });

  it.each([
    '{"10":1,"9":1}',
    String.raw`"\\ud800"`,
    '"😀"',
    String.raw`"\u000f\n\"\\"`,
    '{"":{}}',
    '[]',
    '1e+30',
    '-5e-324',
    '{"__proto__":1}',
  ])('takes %j', (text) => {
    expect(isCanonicalJson(text)).toBe(true);
  });
});

function isCanonicalBySlowWay(text: string): boolean {
  try {
    return canonicalJson(JSON.parse(text)) === text;
  } catch {
    return false; // not JSON
  }
}
