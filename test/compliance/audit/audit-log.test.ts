import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { Store } from '../../../src/store/store.ts';
import { StoreError } from '../../../src/store/store-error.ts';
import { bothEngines, type Place, titleOf } from '../../support-files/store-engines.ts';
import { type AuditParts, appendRows, auditOn, closeAudit, numbersIn, upTo } from './audit-parts.ts';

vi.setConfig({ testTimeout: 60_000 });
const { engines, stop } = await bothEngines();
afterAll(stop);

const patient = { timeout: 30_000, interval: 20 };
const places: Place[] = [];
const opened: AuditParts[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(opened.splice(0).map(closeAudit));
  await Promise.all(places.splice(0).map((place) => place.remove()));
});

function away(store: Store) {
  return vi.spyOn(store, 'transaction').mockRejectedValue(new StoreError('store_unavailable', 'scripted'));
}

/** Commits, and tells of a timeout all the same: what a caller sees of a commit whose answer is lost. */
function losesAnswers(store: Store, times: number) {
  const transaction = store.transaction.bind(store);
  const spy = vi.spyOn(store, 'transaction');
  for (let time = 0; time < times; time++) {
    spy.mockImplementationOnce(async (...how) => {
      await transaction(...how);
      throw new StoreError('store_timeout', 'scripted');
    });
  }
  return spy;
}

describe.each(engines)('the audit log on $name', (engine) => {
  if (engine.missing !== null) return void it.skip(titleOf(engine), () => {});
  const newPlace = async () => {
    const place = await engine.place();
    places.push(place);
    return place;
  };
  const newLog = (place: Place, options: Parameters<typeof auditOn>[1] = {}) => {
    const parts = auditOn(place, options);
    opened.push(parts);
    return parts;
  };

  it('stores rows in the order of their writer, many in a commit, and is whole', async () => {
    const place = await newPlace();
    const parts = newLog(place);
    expect(await parts.log.open()).toBe('stored');
    const transactions = vi.spyOn(parts.store, 'transaction');
    const states = await appendRows(parts, 2_500);
    expect(new Set(states)).toEqual(new Set(['stored']));
    // The first commit takes what is there when it begins, the next ones up to 1,000 rows each.
    expect(transactions.mock.calls.length).toBeLessThan(6);
    await closeAudit(parts);
    expect(await numbersIn(place)).toEqual(upTo(2_500));
    const later = newLog(place);
    expect(await later.trail.verify()).toMatchObject({
      ok: true,
      rows: 2_502,
      breaks: [],
      unanchored: 0,
      writers: { total: 1, withoutClose: [] },
    });
  });

  it('takes any text, and half of a pair as a replacement character', async () => {
    const place = await newPlace();
    const parts = newLog(place);
    const odd = { text: '\u0000 \u2028 "\\ 😀 \ud800', list: [1.5, null, true, { '\udfff': '' }] };
    expect(await parts.log.append('OPERATION', odd)).toBe('stored');
    const [row] = await place.sql('select content from audit_log');
    const { body } = JSON.parse(String(row?.content));
    expect(body).toEqual({ text: '\u0000 \u2028 "\\ 😀 \ufffd', list: [1.5, null, true, { '\ufffd': '' }] });
    expect((await parts.trail.verify()).ok).toBe(true);
  });

  it('refuses a row that no JSON can hold, and goes on', async () => {
    const parts = newLog(await newPlace());
    await expect(parts.log.append('OPERATION', { big: 1n })).rejects.toThrow();
    expect(await appendRows(parts, 2)).toEqual(['stored', 'stored']);
    expect(await parts.trail.verify()).toMatchObject({ ok: true, rows: 2 });
  });

  it('of several processes is one chain', async () => {
    const place = await newPlace();
    const all = Array.from({ length: 4 }, () => newLog(place, { config: { spoolAfterMs: 20_000 } }));
    await Promise.all(
      all.map(async (parts, of) => {
        for (let round = 0; round < 20; round++) {
          const states = await appendRows(parts, 5, of * 1_000 + round * 5);
          expect(new Set(states)).toEqual(new Set(['stored']));
        }
      }),
    );
    const numbers = await numbersIn(place);
    expect(numbers).toHaveLength(400);
    expect(new Set(numbers).size).toBe(400);
    expect(await newLog(place).trail.verify()).toMatchObject({ ok: true, rows: 400, writers: { total: 4 } });
  });

  it('has each row once after a commit whose answer was lost', async () => {
    const place = await newPlace();
    const parts = newLog(place);
    await appendRows(parts, 10);
    losesAnswers(parts.store, 1);
    expect(new Set(await appendRows(parts, 10, 10))).toEqual(new Set(['spooled']));
    await vi.waitFor(() => expect(parts.log.status.state).toBe('stored'), patient);
    await appendRows(parts, 10, 20);
    expect(await numbersIn(place)).toEqual(upTo(30));
    expect(await parts.trail.verify()).toMatchObject({ ok: true, rows: 30 });
  });

  it('spools while the store is away, and brings all of it home in order when it is back', async () => {
    const place = await newPlace();
    const parts = newLog(place);
    const fault = away(parts.store);
    expect(await parts.log.open()).toBe('spooled');
    expect(new Set(await appendRows(parts, 1_500))).toEqual(new Set(['spooled']));
    expect(parts.log.status).toEqual({ state: 'spooled', cause: 'scripted', waiting: 1_501 });
    expect(existsSync(parts.spool.file)).toBe(true);
    fault.mockRestore();
    // By itself: no row need come.
    await vi.waitFor(() => expect(parts.log.status.state).toBe('stored'), patient);
    expect(existsSync(parts.spool.file)).toBe(false);
    expect(await appendRows(parts, 1, 1_500)).toEqual(['stored']);
    expect(await numbersIn(place)).toEqual(upTo(1_501));
    expect(parts.told.map(({ state }) => state)).toEqual(['spooled', 'stored']);
    expect(await parts.trail.verify()).toMatchObject({ ok: true, rows: 1_502 });
  });

  it('recovers under load: rows that come faster than the retries hold nothing up', async () => {
    const place = await newPlace();
    const parts = newLog(place);
    let [number, running] = [0, true];
    const states = new Set<string>();
    const load = Array.from({ length: 4 }, async () => {
      while (running) states.add(await parts.log.append('OPERATION', { number: number++ }));
    });
    for (let outage = 0; outage < 3; outage++) {
      const fault = away(parts.store);
      await vi.waitFor(() => expect(parts.log.status.state).toBe('spooled'), patient);
      fault.mockRestore();
      await vi.waitFor(() => expect(parts.log.status.state).toBe('stored'), patient);
    }
    running = false;
    await Promise.all(load);
    expect(states).toEqual(new Set(['stored', 'spooled']));
    expect((await numbersIn(place)).toSorted((a, b) => a - b)).toEqual(upTo(number));
    expect(await parts.trail.verify()).toMatchObject({ ok: true, rows: number });
  });

  it('does not wait for a store that hangs longer than spoolAfterMs', async () => {
    const place = await newPlace();
    const parts = newLog(place, { config: { spoolAfterMs: 50 } });
    await vi.waitFor(async () => expect(await parts.log.open()).toBe('stored'), patient);
    const fault = vi.spyOn(parts.store, 'transaction').mockReturnValue(new Promise(() => {}));
    expect(await appendRows(parts, 3)).toEqual(['spooled', 'spooled', 'spooled']);
    expect(parts.log.status.cause).toContain('within 50 ms');
    fault.mockRestore();
    await vi.waitFor(() => expect(parts.log.status.state).toBe('stored'), patient);
    expect(await numbersIn(place)).toEqual(upTo(3));
  });

  it('holds rows where the spool cannot be written either, says when it is full, and loses none', async () => {
    const place = await newPlace();
    const parts = newLog(place);
    await parts.log.open();
    const blocker = join(place.folder, 'spool');
    writeFileSync(blocker, 'a file where the folder should be');
    const fault = away(parts.store);
    expect(new Set(await appendRows(parts, 500))).toEqual(new Set(['held']));
    expect(parts.log.status).toMatchObject({ state: 'held', waiting: 500 });
    expect(parts.log.status.cause).toMatch(/^scripted; the spool file: .*(EEXIST|ENOTDIR)/);
    const { length } = parts.log.status.cause ?? '';
    expect(parts.log.full).toBeNull();
    await appendRows(parts, 9_500, 500);
    expect(parts.log.full).toBe(parts.log.status.cause);
    await appendRows(parts, 10_000, 10_000);
    await expect(parts.log.append('OPERATION', { number: -1 })).rejects.toMatchObject({ code: 'audit_full' });
    expect(parts.log.status.cause?.length).toBe(length);
    rmSync(blocker);
    await vi.waitFor(() => expect(parts.log.status).toMatchObject({ state: 'spooled', waiting: 20_000 }), patient);
    fault.mockRestore();
    await vi.waitFor(() => expect(parts.log.status).toEqual({ state: 'stored', cause: null, waiting: 0 }), patient);
    expect(await numbersIn(place)).toEqual(upTo(20_000));
    expect(await parts.trail.verify()).toMatchObject({ ok: true, rows: 20_001 });
  });

  it('stores what it held, where the store is back before the spool', async () => {
    const place = await newPlace();
    const parts = newLog(place);
    await parts.log.open();
    writeFileSync(join(place.folder, 'spool'), '');
    const fault = away(parts.store);
    await appendRows(parts, 1_200);
    fault.mockRestore();
    await vi.waitFor(() => expect(parts.log.status).toMatchObject({ state: 'stored', waiting: 0 }), patient);
    expect(await numbersIn(place)).toEqual(upTo(1_200));
  });

  it('at its end leaves what the store does not take to the next process, which brings it in', async () => {
    const place = await newPlace();
    const parts = newLog(place);
    await appendRows(parts, 2);
    const fault = away(parts.store);
    await appendRows(parts, 3, 2);
    await parts.log.close();
    expect(existsSync(parts.spool.file)).toBe(true);
    fault.mockRestore();
    const next = newLog(place);
    await next.writers.look();
    expect(next.faults).toEqual([]);
    expect(readdirSync(join(place.folder, 'spool'))).toEqual([]);
    expect(await numbersIn(place)).toEqual(upTo(5));
    expect(await next.trail.verify()).toMatchObject({ ok: true, writers: { withoutClose: [] } });
  });

  it('at its end tries the store once more', async () => {
    const place = await newPlace();
    const parts = newLog(place);
    const fault = away(parts.store);
    await appendRows(parts, 3);
    fault.mockRestore();
    await parts.log.close();
    expect(await numbersIn(place)).toEqual(upTo(3));
    expect(existsSync(parts.spool.file)).toBe(false);
  });

  it('is not lost with its spool folder while it waits', async () => {
    const place = await newPlace();
    const parts = newLog(place);
    await appendRows(parts, 1);
    const fault = away(parts.store);
    await appendRows(parts, 1, 1);
    rmSync(join(place.folder, 'spool'), { recursive: true });
    // Whoever removed the file has removed row 1; what is acknowledged from here on lies in a file that is there.
    expect(await appendRows(parts, 2, 2)).toEqual(['spooled', 'spooled']);
    fault.mockRestore();
    await vi.waitFor(() => expect(parts.log.status.state).toBe('stored'), patient);
    expect(await numbersIn(place)).toEqual([0, 2, 3]);
    expect((await parts.trail.verify()).breaks).toMatchObject([{ kind: 'writer_seq', seq: 2 }]);
  });

  it('adds nothing to a head that was altered, and keeps the rows', async () => {
    const place = await newPlace();
    const parts = newLog(place);
    await appendRows(parts, 5);
    const [head] = await place.sql('select leaf from audit_head');
    const leaf = String(head?.leaf);
    await place.sql('update audit_head set leaf = ?', 'f'.repeat(64));
    expect(await appendRows(parts, 2, 5)).toEqual(['spooled', 'spooled']);
    expect(parts.log.status.cause).toContain("The audit log's head was altered");
    await place.sql('update audit_head set leaf = ?', leaf);
    await vi.waitFor(() => expect(parts.log.status.state).toBe('stored'), patient);
    expect(await numbersIn(place)).toEqual(upTo(7));
    expect((await parts.trail.verify()).ok).toBe(true);
  });
});
