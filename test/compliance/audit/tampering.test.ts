import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type AuditRow, sealRows } from '../../../src/compliance/audit/entry.ts';
import { leafHash } from '../../../src/compliance/audit/merkle.ts';
import { resealed, sampleLog, signedAt, strangerSigner, verify } from './sample-log.ts';

// Hundreds of logs are verified in one test.
vi.setConfig({ testTimeout: 60_000 });

// 47 rows with a checkpoint each 10: some rows are anchored several times, the last 7 by the signed head alone.
const size = 47;
const log = await sampleLog(size);
const anyRow = fc.nat(size - 1);
const twoRows = fc.tuple(anyRow, anyRow).filter(([a, b]) => a < b);

function rowAt(at: number): AuditRow {
  const row = log.rows[at];
  if (!row) throw new RangeError(`no row at ${at}`);
  return row;
}

/** The text with one character changed in its lowest bit. */
function flipped(text: string, pick: number): string {
  const at = pick % text.length;
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
}

const textColumns = ['content', 'leaf', 'previous', 'kind', 'writer'] as const;
const numberColumns = ['at', 'seq', 'writerSeq'] as const;

describe('tampering with rows', () => {
  it('is found in any character of any text, with its row', async () => {
    await fc.assert(
      fc.asyncProperty(anyRow, fc.constantFrom(...textColumns), fc.nat(), async (at, column, pick) => {
        const row = rowAt(at);
        const rows = log.rows.with(at, { ...row, [column]: flipped(row[column] ?? '', pick) });
        const found = await verify({ ...log, rows });
        expect(found).toMatchObject({ ok: false, verifiedTo: at, firstBreak: { seq: at + 1 } });
        expect(found.firstBreak?.kind).toBe(column === 'content' || column === 'leaf' ? 'row_hash' : 'row_column');
        // One change is one break, even though the tree and the chain feel it, too.
        expect(found.breakCount).toBe(1);
      }),
      { numRuns: 500 },
    );
  });

  it('is found in any number, with its row', async () => {
    await fc.assert(
      fc.asyncProperty(anyRow, fc.constantFrom(...numberColumns), fc.integer({ min: 1 }), async (at, column, by) => {
        const row = rowAt(at);
        const found = await verify({ ...log, rows: log.rows.with(at, { ...row, [column]: row[column] + by }) });
        expect(found).toMatchObject({ ok: false, firstBreak: { seq: at + 1, kind: 'row_column' }, breakCount: 1 });
        expect(found.firstBreak?.message).toContain(`column ${column} says ${row[column] + by}`);
      }),
    );
  });

  it('is found in a row that the store sorts elsewhere because its place was changed', async () => {
    await fc.assert(
      fc.asyncProperty(anyRow, fc.integer({ min: 1, max: 60 }), async (at, seq) => {
        fc.pre(seq !== at + 1);
        const rows = log.rows.with(at, { ...rowAt(at), seq }).sort((a, b) => a.seq - b.seq);
        const { ok, breaks } = await verify({ ...log, rows });
        expect({ ok, seq: breaks[0]?.seq }).toEqual({ ok: false, seq: Math.min(at, seq) + 1 });
        expect(breaks).toContainEqual(expect.objectContaining({ kind: 'row_column', seq: at + 1 }));
      }),
    );
  });

  it('is found when any row is removed', async () => {
    for (let at = 0; at < size - 1; at++) {
      const found = await verify({ ...log, rows: log.rows.toSpliced(at, 1) });
      expect(found).toMatchObject({
        ok: false,
        verifiedTo: at,
        breakCount: 1,
        firstBreak: { seq: at + 1, kind: 'row_missing' },
      });
    }
  });

  it('is found when any stretch is removed', async () => {
    await fc.assert(
      fc.asyncProperty(twoRows, async ([from, to]) => {
        const found = await verify({ ...log, rows: log.rows.toSpliced(from, to - from) });
        expect(found.firstBreak).toMatchObject({ seq: from + 1, kind: 'row_missing' });
      }),
    );
  });

  it('is found when any tail is removed, also with the checkpoints over it, and with the head as well', async () => {
    for (let kept = 0; kept < size; kept++) {
      const rows = log.rows.slice(0, kept);
      const checkpoints = log.checkpoints.slice(0, Math.floor(kept / 10));
      const tail = { seq: kept + 1, kind: 'tail_missing' };
      expect((await verify({ ...log, rows })).firstBreak).toMatchObject(tail);
      expect((await verify({ ...log, rows, checkpoints })).firstBreak).toMatchObject(tail);
      const [, older] = [log.head, log.checkpoints[Math.floor(kept / 10) - 1] ?? null];
      const found = await verify({ rows, checkpoints: log.checkpoints, head: older });
      if (kept < 40) expect(found.breaks).toContainEqual(expect.objectContaining(tail));
      else if (kept > 40) expect(found.firstBreak).toMatchObject({ kind: 'rows_unsigned', seq: 41 });
    }
  });

  it('is found when any two rows change places', async () => {
    await fc.assert(
      fc.asyncProperty(twoRows, async ([a, b]) => {
        const found = await verify({ ...log, rows: log.rows.with(a, rowAt(b)).with(b, rowAt(a)) });
        expect(found).toMatchObject({ ok: false, verifiedTo: a, firstBreak: { seq: a + 1, kind: 'row_order' } });
      }),
    );
  });

  it('is found when any two rows change places, but for their place columns', async () => {
    await fc.assert(
      fc.asyncProperty(twoRows, async ([a, b]) => {
        const rows = log.rows.with(a, { ...rowAt(b), seq: a + 1 }).with(b, { ...rowAt(a), seq: b + 1 });
        const { ok, breaks } = await verify({ ...log, rows });
        expect(ok).toBe(false);
        expect(breaks.some(({ seq }) => seq === a + 1)).toBe(true);
      }),
    );
  });

  it('is found when any row stands twice, anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(anyRow, fc.nat(size), async (at, to) => {
        fc.pre(to > at);
        const found = await verify({ ...log, rows: log.rows.toSpliced(to, 0, rowAt(at)) });
        expect(found).toMatchObject({ ok: false, firstBreak: { seq: at + 1, kind: 'row_repeated' }, breakCount: 1 });
      }),
    );
  });

  it('is found when a row that fits the chain is forged in', async () => {
    for (let at = 0; at <= size; at++) {
      const before = log.rows.slice(0, at);
      const forged = forgedAfter(before);
      const { ok, verifiedTo, firstBreak } = await verify({ ...log, rows: [...before, forged, ...log.rows.slice(at)] });
      expect({ ok, seq: firstBreak?.seq }).toEqual({ ok: false, seq: at + 1 });
      // Where a checkpoint stands at the forged row, it vouches for none of the rows since the one before.
      expect(verifiedTo).toBe(at % 10 === 9 || at === size - 1 ? Math.floor(at / 10) * 10 : at);
    }
  });

  it('is found when a row is replaced by one that fits the chain before it', async () => {
    for (let at = 0; at < size; at++) {
      const forged = forgedAfter(log.rows.slice(0, at), rowAt(at));
      const { ok, firstBreak } = await verify({ ...log, rows: log.rows.with(at, forged) });
      // The last row has no row after it: the signed head tells, and vouches for all since the last checkpoint.
      expect({ ok, seq: firstBreak?.seq }).toEqual({ ok: false, seq: at + 1 });
    }
  });
});

describe('an attacker without the key', () => {
  it('who edits a row and computes all hashes anew is found at the next checkpoint, or at the head', async () => {
    for (let seq = 1; seq <= size; seq++) {
      const rows = resealed(log.rows, (body, at) => (at === seq ? { edited: true } : body));
      const anchor = Math.min(Math.ceil(seq / 10) * 10, size);
      const found = await verify({ ...log, rows });
      expect(found).toMatchObject({
        ok: false,
        verifiedTo: Math.floor((seq - 1) / 10) * 10,
        breakCount: 1,
        firstBreak: { seq: anchor, kind: 'root_mismatch', from: Math.floor((seq - 1) / 10) * 10 + 1 },
      });
    }
  });

  it('who signs the new roots with another key is found at the first of them', async () => {
    const rows = resealed(log.rows, (body, seq) => (seq === 5 ? {} : body));
    const heads = await Promise.all([10, 20, 30, 40, size].map((at) => headOf(rows.slice(0, at))));
    const notes = await Promise.all(heads.map((head) => signedAt(head, strangerSigner)));
    const found = await verify({ rows, checkpoints: notes.slice(0, -1), head: notes.at(-1) ?? '' });
    expect(found).toMatchObject({
      ok: false,
      verifiedTo: 0,
      unanchored: size,
      firstBreak: { kind: 'checkpoint_invalid', seq: 10 },
    });
  });

  it('who removes a row and computes all hashes anew is found by the counts', async () => {
    const drafts = log.rows
      .toSpliced(20, 1)
      .map(({ content, ...row }) => ({ ...row, body: JSON.parse(content ?? '').body }));
    const { rows } = sealRows({ size: 0, leaf: rowAt(0).previous, frontier: { size: 0, hashes: [] } }, drafts);
    const { breaks } = await verify({ ...log, rows });
    expect(breaks).toContainEqual(expect.objectContaining({ kind: 'writer_seq', seq: 23 }));
    expect(breaks).toContainEqual(expect.objectContaining({ kind: 'root_mismatch', seq: 30 }));
    expect(breaks).toContainEqual(expect.objectContaining({ kind: 'tail_missing', seq: 47 }));
  });

  it('who exchanges the hash of a pruned row is found at that row', async () => {
    for (let at = 0; at < 40; at++) {
      const pruned = log.rows.map((row) => (row.seq <= 40 ? { ...row, content: null } : row));
      const rows = pruned.with(at, { ...rowAt(at), content: null, leaf: leafHash('other') });
      expect((await verify({ ...log, rows })).firstBreak).toMatchObject({ seq: at + 1 });
    }
  });
});

describe('tampering with checkpoints', () => {
  it('is found in any character of any of them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(log.checkpoints.length - 1), fc.nat(), async (at, pick) => {
        const checkpoints = log.checkpoints.with(at, flipped(log.checkpoints[at] ?? '', pick));
        const { ok, firstBreak } = await verify({ ...log, checkpoints });
        expect(ok).toBe(false);
        expect(firstBreak?.kind).toBe('checkpoint_invalid');
        expect(firstBreak?.message).toContain(`checkpoint number ${at + 1}`);
      }),
      { numRuns: 300 },
    );
  });

  it('is found in any character of the head', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (pick) => {
        const { ok, firstBreak } = await verify({ ...log, head: flipped(log.head, pick) });
        expect({ ok, kind: firstBreak?.kind }).toEqual({ ok: false, kind: 'head_invalid' });
      }),
      { numRuns: 300 },
    );
  });
});

function headOf(rows: readonly AuditRow[]) {
  return verify({ rows: [...rows], checkpoints: [], head: null }).then(({ end }) => end);
}

/** A row that is right in itself and in the chain, with the columns of `like` or of a new one. */
function forgedAfter(before: readonly AuditRow[], like?: AuditRow): AuditRow {
  const last = before.at(-1);
  const head = { size: before.length, leaf: last?.leaf ?? rowAt(0).previous };
  const draft = like ?? { writer: 'mallory', writerSeq: 1, at: 1, kind: 'FORGED' };
  // The frontier does not matter for the row itself.
  const sealed = sealRows({ ...head, frontier: { size: 0, hashes: [] } }, [{ ...draft, body: { forged: true } }]);
  const [row] = sealed.rows;
  if (!row) throw new Error('nothing was sealed');
  return row;
}
