import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/compliance/audit/canonical-json.ts';
import {
  type AuditDraft,
  contentFrame,
  emptyHead,
  prepareDraft,
  sealPrepared,
  sealRows,
} from '../../../src/compliance/audit/entry.ts';
import { Frontier, noLeaf } from '../../../src/compliance/audit/merkle.ts';

const draft: AuditDraft = {
  writer: 'w-1',
  writerSeq: 1,
  at: 1_767_225_600_000,
  kind: 'WRITER_OPENED',
  body: { b: 1, a: 'x' },
};
const text = fc.string({ unit: 'grapheme', minLength: 1 });
const drafts = fc.array(
  fc.record({
    writer: text,
    writerSeq: fc.integer({ min: 1 }),
    at: fc.maxSafeNat(),
    kind: text,
    body: fc.jsonValue({ stringUnit: 'grapheme' }),
  }),
  { maxLength: 20 },
);

describe('sealRows', () => {
  it('writes the row as the format says', () => {
    const { rows, head } = sealRows(emptyHead, [draft]);
    const content = `{"at":1767225600000,"body":{"a":"x","b":1},"kind":"WRITER_OPENED","previous":"${noLeaf}","seq":1,"v":1,"writer":"w-1","writerSeq":1}`;
    const leaf = createHash('sha256').update(Buffer.of(0)).update(content).digest('hex');
    const { body: _, ...columns } = draft;
    expect(rows).toEqual([{ ...columns, seq: 1, content, previous: noLeaf, leaf }]);
    expect(head).toEqual({ size: 1, leaf, frontier: { size: 1, hashes: [leaf] } });
  });

  it('gives canonical JSON, a chain and a tree, whatever the entries hold', () => {
    fc.assert(
      fc.property(drafts, (some) => {
        const { rows, head } = sealRows(emptyHead, some);
        const frontier = new Frontier();
        for (const [index, row] of rows.entries()) {
          const { writer, writerSeq, at, kind, body } = some[index] ?? draft;
          expect(row.previous).toBe(rows[index - 1]?.leaf ?? noLeaf);
          const { seq, previous } = row;
          expect(row.content).toBe(canonicalJson({ v: 1, seq, writer, writerSeq, at, kind, previous, body }));
          const frame = contentFrame(row);
          expect(row.content).toBe(`${frame.start}${canonicalJson(body)}${frame.end}`);
          frontier.append(row.leaf);
        }
        expect(head).toEqual({ size: some.length, leaf: rows.at(-1)?.leaf ?? noLeaf, frontier: frontier.state() });
      }),
    );
  });

  it('gives the same rows in one batch and in many', () => {
    fc.assert(
      fc.property(drafts, fc.nat(20), (some, cut) => {
        const first = sealRows(emptyHead, some.slice(0, cut));
        const second = sealPrepared(first.head, some.slice(cut).map(prepareDraft));
        expect({ rows: [...first.rows, ...second.rows], head: second.head }).toEqual(sealRows(emptyHead, some));
      }),
    );
  });

  it.each([
    ['an empty writer', { writer: '' }, 'writer'],
    ['half a surrogate pair', { kind: '\ud800' }, 'kind'],
    ['a count from 0', { writerSeq: 0 }, 'writerSeq'],
    ['a fraction of a millisecond', { at: 0.5 }, 'at'],
    ['a time before 1970', { at: -1 }, 'at'],
    ['a body that JSON cannot hold', { body: { x: undefined } }, '"x" is undefined'],
  ])('refuses %s, and names it', (_, wrong, named) => {
    expect(() => sealRows(emptyHead, [draft, { ...draft, ...wrong }])).toThrow(named);
  });
});
