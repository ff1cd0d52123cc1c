import { describe, expect, it } from 'vitest';
import { signCheckpoint } from '../../../src/compliance/audit/checkpoint.ts';
import { emptyHead } from '../../../src/compliance/audit/entry.ts';
import { verifyRows } from '../../../src/compliance/audit/verify-rows.ts';
import {
  checkpointAt,
  origin,
  pagesOf,
  sampleLog,
  signedAt,
  signer,
  startedAt,
  strangerSigner,
  trustedKeys,
  verify,
} from './sample-log.ts';

const log = await sampleLog(47);

describe('verifyRows on a whole log', () => {
  it('says how far it is verified, what is unanchored, and who did not close', async () => {
    expect(await verify(log)).toMatchObject({
      ok: true,
      rows: 47,
      verifiedTo: 47,
      unanchored: 7,
      checkpoints: { valid: 4, last: { size: 40, time: startedAt + 40 } },
      pruned: 0,
      writers: { total: 3, withoutClose: [{ writer: 'gamma', firstSeq: 3, lastSeq: 45, openedAt: startedAt + 2 }] },
      firstBreak: null,
      breaks: [],
      breakCount: 0,
    });
  });

  it('takes an empty log, and one without a checkpoint', async () => {
    expect(await verify({ rows: [], checkpoints: [], head: null })).toMatchObject({ ok: true, rows: 0, verifiedTo: 0 });
    const empty = await signedAt(emptyHead);
    expect(await verify({ rows: [], checkpoints: [empty], head: empty })).toMatchObject({
      ok: true,
      checkpoints: { valid: 1 },
    });
    expect(await verify({ ...log, checkpoints: [] })).toMatchObject({
      ok: true,
      unanchored: 47,
      checkpoints: { last: null },
    });
  });

  it('counts pruned rows as attested by checkpoints alone', async () => {
    const rows = log.rows.map((row) => (row.seq <= 40 ? { ...row, content: null } : row));
    expect(await verify({ ...log, rows })).toMatchObject({ ok: true, pruned: 40, verifiedTo: 47 });
  });

  it('goes on from where an earlier verification ended', async () => {
    const cut = { rows: log.rows.slice(0, 33), checkpoints: log.checkpoints.slice(0, 3) };
    const { end } = await verifyRows({
      pages: pagesOf(cut.rows),
      checkpoints: cut.checkpoints,
      head: await signedAt(await headAt(33)),
      trustedKeys,
    });
    const later = await verify({ ...log, rows: log.rows.slice(33) }, end);
    expect(later).toMatchObject({ ok: true, rows: 14, verifiedTo: 47, unanchored: 7, checkpoints: { valid: 1 } });
    expect(later.writers).toEqual((await verify(log)).writers);
    expect(later.end).toEqual((await verify(log)).end);
  });

  it('sees that the rows before the saved state were exchanged', async () => {
    const { end } = await verify(log);
    const wrong = { ...end, size: 33, leaf: log.rows[31]?.leaf ?? '', frontier: (await headAt(33)).frontier };
    const { firstBreak } = await verify({ ...log, rows: log.rows.slice(33) }, wrong);
    expect(firstBreak).toMatchObject({ kind: 'chain', seq: 34 });
  });

  it('tells its progress, and stops when it is asked to', async () => {
    const told: number[] = [];
    const request = { pages: pagesOf(log.rows, 20), checkpoints: log.checkpoints, head: log.head, trustedKeys };
    await verifyRows({ ...request, onProgress: (rows) => told.push(rows) });
    expect(told).toEqual([20, 40, 47]);
    const stop = new AbortController();
    const stopped = verifyRows({
      ...request,
      pages: pagesOf(log.rows, 20),
      onProgress: () => stop.abort(new Error('enough')),
      signal: stop.signal,
    });
    await expect(stopped).rejects.toThrow('enough');
  });

  it('lets its sources go when it stops early', async () => {
    const closed: string[] = [];
    const pages = async function* () {
      try {
        yield* pagesOf(log.rows, 1);
      } finally {
        closed.push('pages');
      }
    };
    const checkpoints = async function* () {
      try {
        yield* log.checkpoints;
      } finally {
        closed.push('checkpoints');
      }
    };
    const signal = AbortSignal.abort(new Error('enough'));
    const stopped = verifyRows({ pages: pages(), checkpoints: checkpoints(), head: log.head, trustedKeys, signal });
    await expect(stopped).rejects.toThrow('enough');
    expect(closed).toEqual(['pages', 'checkpoints']);
  });

  it('lets other work run between pages', async () => {
    const order: string[] = [];
    const pages = async function* () {
      for (const row of log.rows.slice(0, 3)) {
        order.push('page');
        yield [row];
      }
    };
    setImmediate(() => order.push('other work'));
    await verifyRows({ pages: pages(), checkpoints: [], head: null, trustedKeys });
    expect(order.indexOf('other work')).toBe(1);
  });
});

describe('verifyRows on checkpoints and heads', () => {
  it.each([
    ['removed', null, { kind: 'head_missing', seq: 47 }],
    ['cut', log.head.slice(0, -2), { kind: 'head_invalid' }],
    ['of a shorter log', log.checkpoints[3] ?? '', { kind: 'rows_unsigned', seq: 41 }],
  ])('finds a head that was %s', async (_, head, found) => {
    expect(await verify({ ...log, head })).toMatchObject({ ok: false, firstBreak: found });
  });

  it('finds a head, and a checkpoint, of an unknown key or another log', async () => {
    const stranger = await signedAt(await headAt(47), strangerSigner);
    expect((await verify({ ...log, head: stranger })).firstBreak).toMatchObject({ kind: 'head_invalid', seq: 47 });
    const checkpoints = log.checkpoints.with(2, await signedAt(await headAt(30), strangerSigner));
    const found = await verify({ ...log, checkpoints });
    expect(found.firstBreak).toMatchObject({ kind: 'checkpoint_invalid', seq: 30 });
    expect(found.firstBreak?.message).toContain('checkpoint number 3, of size 30: no trusted key signed it');
    const request = { pages: pagesOf(log.rows), checkpoints: log.checkpoints, head: log.head, trustedKeys };
    expect((await verifyRows({ ...request, origin })).ok).toBe(true);
    const other = await verifyRows({ ...request, pages: pagesOf(log.rows), origin: 'another' });
    expect(other.firstBreak?.message).toContain('it is of another log');
  });

  it('finds a checkpoint whose chain hash is not that of its last row', async () => {
    const checkpoint = { ...checkpointAt(await headAt(20)), chain: log.rows[18]?.leaf ?? '' };
    const checkpoints = log.checkpoints.with(1, await signCheckpoint(checkpoint, signer));
    const found = await verify({ ...log, checkpoints });
    expect(found).toMatchObject({ verifiedTo: 10, firstBreak: { kind: 'root_mismatch', seq: 20, from: 11 } });
  });

  it('finds checkpoints out of order', async () => {
    const checkpoints = [1, 0, 2, 3].map((at) => log.checkpoints[at] ?? '');
    expect((await verify({ ...log, checkpoints })).firstBreak).toMatchObject({ kind: 'checkpoint_order', seq: 10 });
  });

  it('finds a row that was pruned before a checkpoint covered it', async () => {
    const rows = log.rows.map((row) => (row.seq === 43 ? { ...row, content: null } : row));
    const found = await verify({ ...log, rows });
    expect(found).toMatchObject({ ok: false, verifiedTo: 42, firstBreak: { kind: 'pruned_unattested', seq: 43 } });
  });

  it('keeps the first 20 breaks and counts all', async () => {
    const rows = log.rows.map((row) => ({ ...row, at: row.at + 1 }));
    const found = await verify({ ...log, rows });
    expect(found.breaks.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    expect(found.breakCount).toBe(47);
  });
});

async function headAt(size: number) {
  const { end } = await verify({ rows: log.rows.slice(0, size), checkpoints: [], head: null });
  return end;
}
