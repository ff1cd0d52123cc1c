import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { StoreError } from '../../src/store/store-error.ts';
import { bothEngines, type Place, titleOf } from '../support-files/store-engines.ts';
import { thrownBy } from '../support-files/thrown.ts';

vi.setConfig({ testTimeout: 30_000 });
const { engines, stop } = await bothEngines();
afterAll(stop);

const tables = (place: Place) =>
  place.sql(
    place.postgres === undefined
      ? "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name"
      : "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
  );

const versions = [{ name: '001-initial' }, { name: '002-background-operations' }];

describe.each(engines)('a store on $name', (engine) => {
  if (engine.missing !== null) return void it.skip(titleOf(engine), () => {});
  const places: Place[] = [];
  const newPlace = async () => {
    const place = await engine.place();
    places.push(place);
    return place;
  };
  afterEach(async () => {
    await Promise.all(places.splice(0).map((place) => place.remove()));
  });

  it('is made once, under a lock, by however many open it at the same time', async () => {
    const place = await newPlace();
    const stores = Array.from({ length: 8 }, () => place.store());
    const counters = await Promise.all(
      stores.map((store) => store.run((db) => db.selectFrom('counters').selectAll().execute())),
    );
    expect(counters).toEqual(Array.from({ length: 8 }, () => [{ name: 'state', value: 0 }]));
    expect(await place.sql('select name from hybrid_routing_migration order by name')).toEqual(versions);
    expect((await tables(place)).map(({ name }) => name)).toContain('audit_log');
  });

  it('of a newer version is refused, and left as it is', async () => {
    const place = await newPlace();
    await place.store().run(async () => {});
    await place.sql("insert into hybrid_routing_migration (name, timestamp) values ('900-later', '2031')");
    const error = await thrownBy(StoreError, () => place.store().run(async () => {}));
    expect(error).toMatchObject({ code: 'store_newer', remedy: expect.stringContaining('Upgrade') });
    expect(error.message).toMatch(/900-later.*knows up to 002-background-operations/);
    const known = await place.sql('select name from hybrid_routing_migration order by name');
    expect(known).toEqual([...versions, { name: '900-later' }]);
  });

  it('keeps a transaction whole or not at all', async () => {
    const place = await newPlace();
    const store = place.store();
    const half = store.transaction(async (transaction) => {
      await transaction.insertInto('keys').values({ name: 'a', wrapped: 'x', created_at: 1 }).execute();
      throw new RangeError('in the middle');
    });
    await expect(half).rejects.toThrow(RangeError);
    expect(await place.sql('select name from keys')).toEqual([]);
    await expect(store.transaction(async () => 'empty')).resolves.toBe('empty');
    expect(store.status).toMatchObject({ status: 'open', cause: null });
  });

  it("tells a caller's own fault as what it is, and stays open", async () => {
    const store = (await newPlace()).store();
    const row = { name: 'a', wrapped: 'x', created_at: 1 };
    await store.run((db) => db.insertInto('keys').values(row).execute());
    const twice = await thrownBy(StoreError, () => store.run((db) => db.insertInto('keys').values(row).execute()));
    expect(twice.code).toBe('store_conflict');
    await expect(store.run(async () => Reflect.get(Object(undefined), 'x').y)).rejects.toThrow(TypeError);
    expect(store.status.status).toBe('open');
  });

  it('gives up on a call after its time, and goes on', async () => {
    const store = (await newPlace()).store();
    await store.run(async () => {});
    const error = await thrownBy(StoreError, () => store.run(() => new Promise(() => {}), 20));
    expect(error).toMatchObject({ code: 'store_timeout', away: true });
    expect(store.status).toMatchObject({ status: 'away', cause: expect.stringContaining('within 20 ms') });
    await store.run((db) => db.selectFrom('keys').selectAll().execute());
    expect(store.status.status).toBe('open');
  });

  it('is refused after its end, without a wait', async () => {
    const store = (await newPlace()).store();
    await store.run(async () => {});
    await store.close();
    await expect(store.run(async () => {})).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});
