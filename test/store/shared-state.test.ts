import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SharedState } from '../../src/store/shared-state.ts';
import type { Store } from '../../src/store/store.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { bothEngines, type Place, titleOf } from '../support-files/store-engines.ts';

vi.setConfig({ testTimeout: 30_000 });
const { engines, stop } = await bothEngines();
afterAll(stop);

const schema = z.object({ to: z.string() });
/** A change is seen within a second; a busy machine is given much longer. */
const seen = { timeout: 10_000, interval: 20 };

/** A process on the state: its store can be made to fail. */
function processOn(place: Place, now: () => number = Date.now) {
  const store = place.store({ wallClock: now });
  const faults: string[] = [];
  const shared = new SharedState({ store, wallClock: now, onFault: (what) => faults.push(what) });
  states.push(shared);
  const value = shared.value('override', 'route', schema);
  return { store, shared, faults, value, current: () => value.current()?.to ?? null };
}

const states: SharedState[] = [];
const places: Place[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const state of states.splice(0)) state.close();
  await Promise.all(places.splice(0).map((place) => place.remove()));
});

function away(store: Store) {
  const error = new StoreError('store_unavailable', 'scripted');
  return vi.spyOn(store, 'change').mockRejectedValue(error);
}

describe.each(engines)('state that processes share on $name', (engine) => {
  if (engine.missing !== null) return void it.skip(titleOf(engine), () => {});
  const newPlace = async () => {
    const place = await engine.place();
    places.push(place);
    return place;
  };

  it('is seen by another process, changed and removed', async () => {
    const place = await newPlace();
    const [one, other] = [processOn(place), processOn(place)];
    await Promise.all([one.shared.refresh(), other.shared.refresh()]);
    const told = vi.fn();
    other.value.onChange(told);
    expect(await one.value.replace({ to: 'direct' }, null)).toBe('shared');
    expect(one.current()).toBe('direct');
    await vi.waitFor(() => expect(other.current()).toBe('direct'), seen);
    expect(told).toHaveBeenCalled();
    expect(await one.value.replace(null, null)).toBe('shared');
    await vi.waitFor(() => expect(other.current()).toBeNull(), seen);
  });

  it('is there for a process that starts later, as the last one set it', async () => {
    const place = await newPlace();
    const [one, other] = [processOn(place), processOn(place)];
    await one.value.replace({ to: 'direct' }, null);
    await other.value.replace({ to: 'mcp' }, null);
    const late = processOn(place);
    await late.shared.refresh();
    expect(late.current()).toBe('mcp');
    await vi.waitFor(() => expect(one.current()).toBe('mcp'), seen);
  });

  it('expires everywhere, and is not brought back by a clock that is set back', async () => {
    const place = await newPlace();
    let now = 1_000;
    const [one, other] = [processOn(place, () => now), processOn(place, () => now)];
    await one.value.replace({ to: 'direct' }, 2_000);
    await other.shared.refresh();
    expect(other.current()).toBe('direct');
    now = 2_000;
    expect([one.current(), other.current()]).toEqual([null, null]);
    now = 1_500;
    expect([one.current(), other.current()]).toEqual([null, null]);
  });

  it('that another version wrote is no value, and is told', async () => {
    const place = await newPlace();
    const one = processOn(place);
    await one.shared.refresh();
    for (const text of ['{"to": 5}', 'no JSON']) {
      await place.sql("delete from state where kind = 'override'");
      await place.sql("update counters set value = value + 1 where name = 'state'");
      await place.sql(
        `insert into state (kind, name, value, revision, updated_at, expires_at)
         values ('override', 'route', ?, (select value from counters where name = 'state'), 0, null)`,
        text,
      );
      await one.shared.refresh();
      expect(one.current()).toBeNull();
    }
    expect(one.faults).toEqual(Array(2).fill(expect.stringContaining('override/route cannot be read')));
  });

  it('is in force here while the store is away, and reaches the others when it is back', async () => {
    const place = await newPlace();
    const [one, other] = [processOn(place), processOn(place)];
    await Promise.all([one.shared.refresh(), other.shared.refresh()]);
    const fault = away(one.store);
    expect(await one.value.replace({ to: 'direct' }, null)).toBe('this_process');
    expect(one.current()).toBe('direct');
    expect(one.faults).toEqual([expect.stringContaining('waits for the store')]);
    await other.shared.refresh();
    expect(other.current()).toBeNull();
    fault.mockRestore();
    // By itself.
    await vi.waitFor(() => expect(other.current()).toBe('direct'), seen);
    expect(one.current()).toBe('direct');
  });

  it('that waited gives way to what was set after it elsewhere', async () => {
    const place = await newPlace();
    let now = 1_000;
    const [one, other] = [processOn(place, () => now), processOn(place, () => now)];
    await one.shared.refresh();
    const fault = away(one.store);
    await one.value.replace({ to: 'direct' }, null);
    now = 2_000;
    await other.value.replace({ to: 'mcp' }, null);
    fault.mockRestore();
    await vi.waitFor(() => expect(one.current()).toBe('mcp'), seen);
    await other.shared.refresh();
    expect(other.current()).toBe('mcp');
  });

  it('set many times at once ends as the last call says, in every process', async () => {
    const place = await newPlace();
    const [one, other] = [processOn(place), processOn(place)];
    await Promise.all([one.shared.refresh(), other.shared.refresh()]);
    const scopes = await Promise.all(Array.from({ length: 20 }, (_, at) => one.value.replace({ to: `${at}` }, null)));
    expect(new Set(scopes)).toEqual(new Set(['shared']));
    expect(one.current()).toBe('19');
    await vi.waitFor(() => expect(other.current()).toBe('19'), seen);
    expect(await place.sql('select value from state')).toEqual([{ value: '{"to":"19"}' }]);
  });

  it('misses no change that is told while another is taken in', async () => {
    const place = await newPlace();
    const [one, other] = [processOn(place), processOn(place)];
    await Promise.all([one.shared.refresh(), other.shared.refresh()]);
    const run = one.store.run.bind(one.store);
    let told: Promise<void> | undefined;
    vi.spyOn(one.store, 'run').mockImplementationOnce(async (work) => {
      const rows = await run(work);
      // Read already, when the other process changes it, and this one is told.
      await other.value.replace({ to: 'direct' }, null);
      told = one.shared.refresh();
      return rows;
    });
    await one.shared.refresh();
    await told;
    expect(one.current()).toBe('direct');
  });

  it('follows a store that was set back to an older copy', async () => {
    const place = await newPlace();
    const one = processOn(place);
    await one.value.replace({ to: 'direct' }, null);
    await one.value.replace({ to: 'mcp' }, null);
    await one.shared.refresh();
    await place.sql('delete from state');
    await place.sql("update counters set value = 0 where name = 'state'");
    await one.shared.refresh();
    expect(one.current()).toBeNull();
  });
});
