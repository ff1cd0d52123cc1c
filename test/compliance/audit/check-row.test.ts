import { describe, expect, it } from 'vitest';
import { checkRow } from '../../../src/compliance/audit/check-row.ts';
import { type AuditRow, contentFrame } from '../../../src/compliance/audit/entry.ts';
import { leafHash, noLeaf } from '../../../src/compliance/audit/merkle.ts';

const columns = { seq: 1, writer: 'w', writerSeq: 1, at: 5, kind: 'KIND', previous: noLeaf };

/** A row whose hash is right, whatever its content is. */
function hashed(content: string, changes: Partial<AuditRow> = {}): AuditRow {
  return { ...columns, content, leaf: leafHash(content), ...changes };
}

function contentOf(body: string, changes: Partial<AuditRow> = {}): string {
  const { start, end } = contentFrame({ ...columns, ...changes });
  return `${start}${body}${end}`;
}

describe('checkRow', () => {
  it('takes a row that is whole', () => {
    expect(checkRow(hashed(contentOf('{"a":[1,"x"]}')))).toEqual({
      columns: hashed(contentOf('{"a":[1,"x"]}')),
      fault: null,
    });
  });

  it.each([
    ['a body with a space', contentOf('{ "a":1}')],
    ['a body that smuggles in a key', contentOf('1,"body":2')],
    ['no body', contentOf('')],
    ['keys in another order', contentOf('{"b":1,"a":2}')],
    ['another version', contentOf('1').replace('"v":1', '"v":2')],
    ['no JSON', 'hello'],
    ['half a surrogate pair, raw', contentOf('"\ud800"')],
  ])('refuses %s, though the hash is right', (_, content) => {
    expect(checkRow(hashed(content)).fault?.kind).toBe('row_content');
  });

  it('refuses half a surrogate pair in a column', () => {
    const changes = { kind: '\ud800' };
    expect(checkRow(hashed(contentOf('1', changes), changes)).fault?.kind).toBe('row_content');
  });

  it('goes on with the columns of the content where the hash vouches for them', () => {
    const { columns: told, fault } = checkRow(hashed(contentOf('1'), { seq: 9, writer: 'x'.repeat(200) }));
    expect(told).toEqual(columns);
    expect(fault?.message).toMatch(
      /^row 1: column seq says 9, the content 1, column writer says "x{78}…, the content "w";/,
    );
  });

  it('takes a pruned row with well-formed hashes alone', () => {
    const pruned = hashed('', { content: null });
    expect(checkRow(pruned).fault).toBe(null);
    expect(checkRow({ ...pruned, leaf: 'zz' }).fault?.kind).toBe('row_hash');
    expect(checkRow({ ...pruned, previous: '' }).fault?.kind).toBe('row_hash');
  });
});
