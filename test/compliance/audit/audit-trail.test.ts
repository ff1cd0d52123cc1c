import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pruneContent } from '../../../src/compliance/audit/audit-retention.ts';
import { openCheckpoint } from '../../../src/compliance/audit/checkpoint.ts';
import { trustedKey } from '../../../src/compliance/audit/note-keys.ts';
import { bothEngines, type Place, titleOf } from '../../support-files/store-engines.ts';
import { type AuditParts, appendRows, auditOn, closeAudit } from './audit-parts.ts';

vi.setConfig({ testTimeout: 60_000 });
const { engines, stop } = await bothEngines();
afterAll(stop);

const patient = { timeout: 30_000, interval: 20 };
const rows = 40;
/** A row in the middle, and what an altered column is set to. */
const victim = 17;

describe.each(engines)('the audit log in the tables of $name', (engine) => {
  if (engine.missing !== null) return void it.skip(titleOf(engine), () => {});
  let place: Place;
  let anchor: string;
  const opened: AuditParts[] = [];
  const newLog = (options: Parameters<typeof auditOn>[1] = {}) => {
    const parts = auditOn(place, options);
    opened.push(parts);
    return parts;
  };
  beforeEach(async () => {
    place = await engine.place();
    anchor = mkdtempSync(join(tmpdir(), 'hybrid-anchor-'));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await Promise.all(opened.splice(0).map(closeAudit));
    await place.remove();
    rmSync(anchor, { recursive: true, force: true });
  });

  /** A log of 40 rows of one process, with checkpoints at 10, 20, 30 and 40; each row a commit. */
  async function filled(options: Parameters<typeof auditOn>[1] = {}): Promise<AuditParts> {
    const parts = newLog({ ...options, config: { checkpointRows: 10, ...options.config } });
    for (let at = 0; at < rows; at++) {
      await appendRows(parts, 1, at);
      if ((at + 1) % 10 === 0) await parts.checkpoints.keep();
    }
    expect(await parts.trail.verify()).toMatchObject({ ok: true, rows, checkpoints: { last: { size: rows } } });
    return parts;
  }

  /** What a process finds that knows nothing but the store and its key. */
  const found = async () => (await newLog().trail.verify()).breaks.map(({ kind, seq }) => ({ kind, seq }));

  describe('tells what was altered, with its place:', () => {
    it.each([
      [
        'content',
        `update audit_log set content = replace(content, '"number":16', '"number":61') where seq = ${victim}`,
        [{ kind: 'row_hash', seq: victim }],
      ],
      [
        'leaf',
        `update audit_log set leaf = replace(leaf, substr(leaf, 1, 4), '0000') where seq = ${victim}`,
        [{ kind: 'row_hash', seq: victim }],
      ],
      [
        'previous',
        `update audit_log set previous = replace(previous, substr(previous, 1, 4), '0000') where seq = ${victim}`,
        [{ kind: 'row_column', seq: victim }],
      ],
      ['at', `update audit_log set at = at + 1 where seq = ${victim}`, [{ kind: 'row_column', seq: victim }]],
      ['kind', `update audit_log set kind = 'OPERATIOn' where seq = ${victim}`, [{ kind: 'row_column', seq: victim }]],
      [
        'writer',
        `update audit_log set writer = 'x-' || writer where seq = ${victim}`,
        [{ kind: 'row_column', seq: victim }],
      ],
      [
        'writer_seq',
        `update audit_log set writer_seq = writer_seq + 1000 where seq = ${victim}`,
        [{ kind: 'row_column', seq: victim }],
      ],
      ['seq, to the end', `update audit_log set seq = 41 where seq = ${victim}`, [{ kind: 'row_order', seq: victim }]],
    ])('%s', async (_column, sql, expected) => {
      await filled();
      await place.sql(sql);
      const breaks = await found();
      expect(breaks.slice(0, 1)).toEqual(expected);
      expect(breaks.every(({ seq }) => seq >= victim)).toBe(true);
    });

    it.each([
      ['size', 'update audit_head set size = size - 1'],
      ['leaf', `update audit_head set leaf = '${'1'.repeat(64)}'`],
      ['frontier', `update audit_head set frontier = replace(frontier, '"', '')`],
      ['note, of its size', "update audit_head set note = replace(note, '40', '41')"],
      ['note, taken away', "update audit_head set note = ''"],
      ['the whole of it', 'delete from audit_head'],
    ])('the head: %s', async (_column, sql) => {
      await filled();
      await place.sql(sql);
      const breaks = await found();
      expect(breaks[0]?.kind).toMatch(/^head_|^rows_unsigned$/);
    });

    it.each([
      [
        'a flipped letter',
        "update audit_checkpoints set note = replace(note, 'time', 'tame') where size = 20",
        'checkpoint_invalid',
      ],
      [
        'the size in its note',
        "update audit_checkpoints set note = replace(note, '20', '21') where size = 20",
        'checkpoint_invalid',
      ],
      [
        'the note of another one',
        'update audit_checkpoints set note = (select note from audit_checkpoints where size = 10) where size = 20',
        'checkpoint_invalid',
      ],
      ['its size', 'update audit_checkpoints set size = 21 where size = 20', 'checkpoint_invalid'],
    ])('a checkpoint: %s', async (_what, sql, kind) => {
      await filled();
      await place.sql(sql);
      const breaks = await found();
      expect(breaks.map((one) => one.kind)).toContain(kind);
      expect(breaks.every(({ seq }) => seq >= 10 && seq <= 21)).toBe(true);
    });
  });

  describe('tells what was moved or removed:', () => {
    it('a row', async () => {
      await filled();
      await place.sql(`delete from audit_log where seq = ${victim}`);
      expect((await found())[0]).toEqual({ kind: 'row_missing', seq: victim });
    });

    it('a row, with those after it moved up', async () => {
      await filled();
      await place.sql(`delete from audit_log where seq = ${victim}`);
      await place.sql(`update audit_log set seq = -seq where seq > ${victim}`);
      await place.sql('update audit_log set seq = -seq - 1 where seq < 0');
      expect((await found())[0]).toEqual({ kind: 'row_missing', seq: victim });
    });

    it('a pair that was swapped', async () => {
      await filled();
      await place.sql(`update audit_log set seq = -1 where seq = ${victim}`);
      await place.sql(`update audit_log set seq = ${victim} where seq = ${victim + 1}`);
      await place.sql(`update audit_log set seq = ${victim + 1} where seq = -1`);
      const breaks = await found();
      expect(breaks[0]?.seq).toBe(victim);
      expect(breaks.map(({ kind }) => kind)).toContain('row_order');
    });

    it('the tail', async () => {
      await filled();
      await place.sql('delete from audit_log where seq > 35');
      expect((await found())[0]).toMatchObject({ kind: 'tail_missing', seq: 36 });
    });

    it('the tail, and its checkpoint: the head knows', async () => {
      await filled();
      await place.sql('delete from audit_log where seq > 35');
      await place.sql('delete from audit_checkpoints where size > 35');
      expect((await found())[0]).toMatchObject({ kind: 'tail_missing', seq: 36 });
    });

    it('rows that were added after the head', async () => {
      await filled();
      await place.sql(
        `insert into audit_log select seq + 1, writer, writer_seq + 1, at, kind, content, leaf, leaf from audit_log where seq = ${rows}`,
      );
      const breaks = await found();
      expect(breaks.map(({ seq }) => seq).every((seq) => seq >= rows)).toBe(true);
      expect(breaks.length).toBeGreaterThan(0);
    });
  });

  /** Sets rows, checkpoints and head back to an earlier, valid state. */
  async function setBack(to: number, head: Record<string, unknown>) {
    await place.sql(`delete from audit_log where seq > ${to}`);
    await place.sql(`delete from audit_checkpoints where size > ${to}`);
    const { size, leaf, frontier, note } = head;
    await place.sql(
      'update audit_head set size = ?, leaf = ?, frontier = ?, note = ?',
      Number(size),
      String(leaf),
      String(frontier),
      String(note),
    );
  }

  async function rolledBack(options: Parameters<typeof auditOn>[1] = {}) {
    const parts = newLog({ ...options, config: { checkpointRows: 10 } });
    await appendRows(parts, 30);
    await parts.checkpoints.keep();
    const [head = {}] = await place.sql('select * from audit_head');
    await appendRows(parts, 10, 30);
    await parts.checkpoints.keep();
    await setBack(30, head);
    return parts;
  }

  it('set back as a whole is found by the process that wrote the newer one, also when it has grown again', async () => {
    const parts = await rolledBack();
    // Nothing in the store can tell: it is a valid, shorter log.
    expect(await found()).toEqual([]);
    expect((await parts.trail.verify()).breaks[0]).toMatchObject({ kind: 'tail_missing', seq: 31 });
    await appendRows(parts, 20, 100);
    expect(parts.faults).toEqual([expect.stringContaining('set back to 30 rows, though this process has seen 40')]);
    const { breaks } = await parts.trail.verify();
    expect(breaks.map(({ kind }) => kind)).toContain('root_mismatch');
    expect(breaks.some(({ seq }) => seq === 40)).toBe(true);
  });

  it('set back as a whole is found by its anchor', async () => {
    await rolledBack({ anchor });
    expect(readdirSync(anchor)).toHaveLength(2);
    const verification = await newLog({ anchor }).trail.verify();
    expect(verification).toMatchObject({ ok: false, firstBreak: { kind: 'tail_missing', seq: 31 } });
    expect(verification.anchor).toMatchObject({ checkpoints: 1, problem: null });
  });

  it('is not found broken while others write to it', async () => {
    const parts = newLog({ config: { checkpointRows: 7, spoolAfterMs: 20_000 }, anchor });
    const other = newLog({ config: { checkpointRows: 5, spoolAfterMs: 20_000 }, anchor });
    await Promise.all([appendRows(parts, 1), appendRows(other, 1)]);
    let running = true;
    const load = [parts, other].map(async (writer) => {
      while (running) await appendRows(writer, 3);
    });
    const reader = newLog({ anchor });
    let seen = 0;
    for (let round = 0; round < 15; round++) {
      const one = await (round % 2 === 0 ? reader : parts).trail.verify();
      expect(one.breaks).toEqual([]);
      seen = one.rows;
    }
    running = false;
    await Promise.all(load);
    expect(seen).toBeGreaterThan(2);
  });

  describe('checkpoints', () => {
    const sizes = async () =>
      (await place.sql('select size from audit_checkpoints order by size')).map(({ size }) => Number(size));

    it('are kept each so many rows, and at the end', async () => {
      const parts = newLog({ config: { checkpointRows: 10 } });
      await parts.log.open();
      await appendRows(parts, 8);
      expect(await sizes()).toEqual([]);
      await appendRows(parts, 1, 8);
      await vi.waitFor(async () => expect(await sizes()).toEqual([10]), patient);
      await appendRows(parts, 3, 9);
      await closeAudit(parts);
      expect(await sizes()).toEqual([10, 14]);
      expect(await newLog().trail.verify()).toMatchObject({ ok: true, unanchored: 0, checkpoints: { valid: 2 } });
    });

    it('are kept each so many minutes while rows come', async () => {
      const parts = newLog({ config: { checkpointMinutes: 0.01 } });
      parts.checkpoints.start();
      await appendRows(parts, 2);
      await vi.waitFor(async () => expect(await sizes()).toEqual([2]), patient);
      await appendRows(parts, 1, 2);
      await vi.waitFor(async () => expect(await sizes()).toEqual([2, 3]), patient);
    });

    it('are anchored, and what an anchor did not take is there with the next one', async () => {
      const late = join(anchor, 'mounted-later');
      const parts = newLog({ anchor: late });
      await appendRows(parts, 2);
      await parts.checkpoints.keep();
      expect(parts.faults).toEqual([expect.stringContaining('The anchor file://')]);
      expect(await parts.trail.verify()).toMatchObject({
        ok: true,
        anchor: { checkpoints: 0, problem: expect.any(String) },
      });
      mkdirSync(late);
      await appendRows(parts, 1, 2);
      await parts.checkpoints.keep();
      expect(readdirSync(late)).toHaveLength(1);
      const [anchored] = await place.sql('select size from audit_checkpoints where anchored_at is not null');
      expect(Number(anchored?.size)).toBe(3);
      expect(await parts.trail.verify()).toMatchObject({ ok: true, anchor: { checkpoints: 1, problem: null } });
    });

    it('have the signature of the outside signer, too', async () => {
      const parts = newLog({ cosigned: true });
      await appendRows(parts, 2);
      await parts.checkpoints.keep();
      const [row] = await place.sql('select note from audit_checkpoints');
      const { outside } = parts;
      const verdict = openCheckpoint(String(row?.note), [trustedKey(outside.name, outside.publicKey)]);
      expect(verdict).toMatchObject({ ok: true, checkpoint: { size: 2 } });
      expect(await parts.trail.verify()).toMatchObject({ ok: true, checkpoints: { last: { size: 2 } } });
    });
  });

  it('verifies after retention has taken content out of old rows, and tells rows that were emptied otherwise', async () => {
    let now = 1_000;
    const parts = newLog({ config: { checkpointRows: 1_000 }, wallClock: () => now });
    await appendRows(parts, 20);
    await parts.checkpoints.keep();
    now = 5_000;
    await appendRows(parts, 10, 20);
    expect(await pruneContent({ store: parts.store, before: 6_000 })).toEqual({ pruned: 20, to: 20 });
    expect(await parts.trail.verify()).toMatchObject({ ok: true, rows: 30, pruned: 20 });
    expect(await pruneContent({ store: parts.store, before: 6_000 })).toEqual({ pruned: 0, to: 0 });
    await place.sql('update audit_log set content = null where seq = 25');
    const emptied = [{ kind: 'pruned_unattested', seq: 25 }];
    expect((await parts.trail.verify()).breaks).toMatchObject(emptied);
    expect(await found()).toEqual(emptied);
  });
});
