import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SubjectRegistry } from '../../../src/compliance/subjects/subject-registry.ts';
import { HybridRoutingError } from '../../../src/config/errors.ts';
import { StoreError } from '../../../src/store/store-error.ts';
import { DatabaseSync } from '../../support-files/sqlite.ts';
import { bothEngines, type Place, titleOf } from '../../support-files/store-engines.ts';
import { thrownBy } from '../../support-files/thrown.ts';
import { auditOn } from '../audit/audit-parts.ts';

vi.setConfig({ testTimeout: 60_000 });
const { engines, stop } = await bothEngines();
afterAll(stop);

const ann = 'ann.example@example.org';

describe.each(engines)('data subjects on $name', (engine) => {
  if (engine.missing !== null) return void it.skip(titleOf(engine), () => {});
  let place: Place;
  beforeEach(async () => {
    place = await engine.place();
  });
  afterEach(() => place.remove());

  function registry() {
    const { store, keys } = auditOn(place);
    return new SubjectRegistry({ store, keys, wallClock: Date.now });
  }

  /** Every byte that is kept: the state folder, or what the server has written of its tables and indexes. */
  async function bytesKept(): Promise<Buffer> {
    if (place.postgres === undefined) {
      const files = readdirSync(place.folder, { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      );
      return Buffer.concat(files.map((entry) => readFileSync(join(entry.parentPath, entry.name))));
    }
    await place.sql('checkpoint');
    const rows = await place.sql(
      `select encode(pg_read_binary_file(pg_relation_filepath(oid)), 'hex') as bytes from pg_class
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'i', 't') and pg_relation_filepath(oid) is not null`,
    );
    return Buffer.concat(rows.map(({ bytes }) => Buffer.from(String(bytes), 'hex')));
  }

  it('are known by their identifier and by their id, in every process', async () => {
    const [one, other] = [registry(), registry()];
    expect(await one.find(ann)).toBeNull();
    const entered = await one.enter(ann);
    expect((await one.enter(ann)).id).toBe(entered.id);
    const found = await other.find(ann);
    expect(found?.id).toBe(entered.id);
    expect((await other.byId(entered.id))?.open(entered.seal('proof'))).toBe('proof');
    expect([await other.find('bob'), await other.byId('nobody'), await other.count()]).toEqual([null, null, 1]);
  });

  it('are one, however often and by however many entered at the same time', async () => {
    const registries = Array.from({ length: 4 }, registry);
    const names = Array.from({ length: 20 }, (_, at) => `person-${at}`);
    const all = await Promise.all(registries.map((one, at) => one.enterAll(at % 2 === 0 ? names : names.toReversed())));
    for (const name of names) expect(new Set(all.map((entered) => entered.get(name)?.id)).size).toBe(1);
    expect(await registries[0]?.count()).toBe(20);
  });

  it('are one under each spelling that Unicode has for it, in one call too', async () => {
    const one = registry();
    const [composed, decomposed] = ['Zoë', 'Zoe\u0308'];
    const entered = await one.enterAll([composed, decomposed, composed]);
    expect(entered.size).toBe(2);
    expect(entered.get(composed)?.id).toBe(entered.get(decomposed)?.id);
    expect((await one.enterAll([])).size).toBe(0);
  });

  it('cannot open what was sealed for another, nor a key that was put in their place', async () => {
    const one = registry();
    const [a, b] = [await one.enter('a'), await one.enter('b')];
    await expect((async () => b.open(a.seal('x')))()).rejects.toThrow(HybridRoutingError);
    await place.sql(
      'update subjects set wrapped_key = (select wrapped_key from subjects where id = ?) where id = ?',
      a.id,
      b.id,
    );
    const error = await thrownBy(HybridRoutingError, () => registry().byId(b.id));
    expect(error.code).toBe('store_key');
  });

  it('have their identifier nowhere in plain text', async () => {
    const one = registry();
    const subject = await one.enter(ann);
    subject.seal('evidence-of-ann');
    const kept = await bytesKept();
    expect(kept.includes(subject.id)).toBe(true);
    for (const text of [ann, Buffer.from(ann).toString('base64'), Buffer.from(ann).toString('hex')])
      expect(kept.includes(text)).toBe(false);
  });

  it('are gone from the files, too, when they are erased', async () => {
    const one = registry();
    await one.enterAll(Array.from({ length: 300 }, (_, at) => `person-${at}`));
    const subject = await one.enter(ann);
    await one.enterAll(Array.from({ length: 300 }, (_, at) => `later-${at}`));
    // What nothing was written after lies at the edge of a page's free room, where nothing moves over it.
    const last = await one.enter('the last one');
    const rows = await place.sql('select * from subjects where id in (?, ?)', subject.id, last.id);
    const traces = rows.flatMap(({ id, pseudonym, wrapped_key }) => [id, pseudonym, wrapped_key].map(String));
    const before = await bytesKept();
    expect(traces.map((trace) => before.includes(trace))).toEqual(Array(6).fill(true));
    await one.erase(subject);
    await one.erase(last);
    const after = await bytesKept();
    expect(traces.map((trace) => after.includes(trace))).toEqual(Array(6).fill(false));
    expect([await one.find(ann), await one.byId(subject.id), await one.count()]).toEqual([null, null, 600]);
    const again = await one.enter(ann);
    expect(again.id).not.toBe(subject.id);
    expect(() => again.open(subject.seal('x'))).toThrow(HybridRoutingError);
  });

  // PostgreSQL waits for such a reader, and tells of a lock that it did not get.
  if (engine.name !== 'SQLite') return;
  it('says so where another process keeps old pages, and erases them when asked again', async () => {
    const { store, keys } = auditOn(place);
    const one = new SubjectRegistry({ store, keys, wallClock: Date.now });
    const subject = await one.enter(ann);
    const reader = new DatabaseSync(join(place.folder, 'state.db'));
    reader.exec('begin; select * from subjects');
    reader.prepare('select * from subjects').all();
    const error = await thrownBy(StoreError, () => one.erase(subject));
    expect([error.code, error.message]).toEqual(['store_locked', expect.stringContaining('old pages')]);
    reader.exec('commit');
    reader.close();
    await one.erase(subject);
    expect((await bytesKept()).includes(subject.id)).toBe(false);
  });
});
