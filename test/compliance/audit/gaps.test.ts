import { describe, expect, it } from 'vitest';
import { findGaps } from '../../../src/compliance/audit/gaps.ts';
import { pagesOf, sampleLog, startedAt } from './sample-log.ts';

const log = await sampleLog(47);
const at = (seq: number) => startedAt + seq - 1;
const openWriter = { kind: 'writer_without_close', from: 3, to: 45, writer: 'gamma', since: at(3), until: at(45) };

describe('findGaps', () => {
  it('finds the writer that did not close, and the tail that no checkpoint covers', async () => {
    const tail = { kind: 'rows_unanchored', from: 41, to: 47, writer: null, since: at(41), until: at(47) };
    const report = await findGaps({ pages: pagesOf(log.rows), anchoredTo: 40, size: 47 });
    expect(report).toEqual({ gaps: [openWriter, tail], more: 0 });
  });

  it("finds missing rows, in the log and in the writers' own counts, with the times around them", async () => {
    const rows = log.rows.filter(({ seq }) => seq < 20 || seq > 22);
    const { gaps } = await findGaps({ pages: pagesOf(rows), anchoredTo: 47, size: 50 });
    expect(gaps.slice(0, 5)).toEqual([
      { kind: 'rows_missing', from: 20, to: 22, writer: null, since: at(19), until: at(23) },
      { kind: 'rows_missing', from: 48, to: 50, writer: null, since: at(47), until: null },
      { kind: 'writer_rows_missing', from: 7, to: 7, writer: 'beta', since: at(17), until: at(23) },
      { kind: 'writer_rows_missing', from: 7, to: 7, writer: 'gamma', since: at(18), until: at(24) },
      { kind: 'writer_rows_missing', from: 8, to: 8, writer: 'alpha', since: at(19), until: at(25) },
    ]);
  });

  it('finds stretches of pruned rows', async () => {
    const rows = log.rows.map((row) => (row.seq < 6 || row.seq === 8 ? { ...row, content: null } : row));
    const { gaps } = await findGaps({ pages: pagesOf(rows, 2), anchoredTo: 47 });
    expect(gaps.filter(({ kind }) => kind === 'rows_pruned')).toEqual([
      { kind: 'rows_pruned', from: 1, to: 5, writer: null, since: at(1), until: at(5) },
      { kind: 'rows_pruned', from: 8, to: 8, writer: null, since: at(8), until: at(8) },
    ]);
  });

  it('begins in the middle where it is told what was before', async () => {
    const rows = log.rows.slice(20);
    expect((await findGaps({ pages: pagesOf(rows), anchoredTo: 47, start: { size: 20, writers: null } })).gaps).toEqual(
      [{ ...openWriter, from: 21, since: at(21) }],
    );
    expect((await findGaps({ pages: pagesOf(rows), anchoredTo: 47 })).gaps[0]).toMatchObject({
      kind: 'rows_missing',
      from: 1,
      to: 20,
    });
  });

  it('keeps as many as it is told to, and counts the rest', async () => {
    const rows = log.rows.filter(({ seq }) => seq % 4 === 0);
    const { gaps, more } = await findGaps({ pages: pagesOf(rows), anchoredTo: 47, limit: 3 });
    expect(gaps).toHaveLength(3);
    expect(more).toBeGreaterThan(8);
  });

  it('stops when it is asked to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(findGaps({ pages: pagesOf(log.rows), anchoredTo: 0, signal })).rejects.toThrow('enough');
  });
});
