import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvDocument } from '../../../src/compliance/reports/csv.ts';
import { markdownCode, markdownTable, markdownText } from '../../../src/compliance/reports/markdown.ts';

const formula = /^[=+\-@\t\r]/;

describe('CSV', () => {
  it('is read back by a parser of RFC 4180, formulas with their guard', () => {
    const cell = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1 }), (rows) => {
        const read: unknown = parse(csvDocument(['a', 'b'], rows), { record_delimiter: '\r\n' });
        const guarded = rows.map((cells) => cells.map((text) => (formula.test(text) ? `'${text}` : text)));
        expect(read).toEqual([['a', 'b'], ...guarded]);
      }),
    );
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['+49', "'+49"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['=a,"b"', `"'=a,""b"""`],
    [-1, '-1'],
    [null, ''],
    [{ a: 1 }, '"{""a"":1}"'],
  ])('writes %j as %s', (value, cell) => {
    expect(csvDocument(['x'], [[value]])).toBe(`x\r\n${cell}\r\n`);
  });
});

describe('Markdown', () => {
  it.each([
    ['a|b', 'a\\|b'],
    ['<img src=x>', '\\<img src=x\\>'],
    ['[a](javascript:b)', '\\[a\\](javascript:b)'],
    ['# title', '\\# title'],
    ['two\nlines\r\nand\u2028more', 'two lines and more'],
    ['lockdown_mode', 'lockdown_mode'],
    ['_em_', '\\_em\\_'],
    [null, '-'],
    [1.23456, '1.235'],
  ])('writes %j as %s', (value, text) => {
    expect(markdownText(value)).toBe(text);
  });

  it('has as many cells in each line as the header, whatever is in them', () => {
    const cells = fc.array(fc.string({ unit: 'binary' }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(cells), (rows) => {
        const lines = markdownTable(['a', 'b', 'c'], rows);
        expect(lines).toHaveLength(rows.length + 2);
        // A bar that is not escaped parts two cells.
        for (const line of lines) expect(line.replace(/\\./gs, '').match(/\|/g)).toHaveLength(4);
        expect(lines.every((line) => !/[\r\n]/.test(line))).toBe(true);
      }),
    );
  });

  it('fences code that holds a fence', () => {
    expect(markdownCode('```\na\n```\n')).toEqual(['````', '```\na\n```', '````']);
  });
});
