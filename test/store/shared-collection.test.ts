import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SharedState } from '../../src/store/shared-state.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { bothEngines, type Place } from '../support-files/store-engines.ts';

vi.setConfig({ testTimeout: 30_000 });
const { engines, stop } = await bothEngines();
afterAll(stop);
const [engine] = engines;

const schema = z.object({ why: z.string() });
const states: SharedState[] = [];
const places: Place[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const state of states.splice(0)) state.close();
  await Promise.all(places.splice(0).map((place) => place.remove()));
});

async function collection(now: () => number = Date.now) {
  if (!engine) throw new Error('There is no engine');
  const place = await engine.place();
  places.push(place);
  const store = place.store({ wallClock: now });
  const faults: string[] = [];
  const shared = new SharedState({ store, wallClock: now, onFault: (what) => faults.push(what) });
  states.push(shared);
  await shared.refresh();
  return { store, shared, faults, blocks: shared.collection('blocked', schema) };
}

describe('a shared collection', () => {
  it('holds its own kind alone, under names with slashes too', async () => {
    const { shared, blocks } = await collection();
    const told = vi.fn();
    blocks.onChange(told);
    await shared.value('blocked_other', '1', schema).replace({ why: 'other kind' }, null);
    await shared.collection('other', schema).replace('10.0.0.0/8', { why: 'other kind' }, null);
    expect(told).not.toHaveBeenCalled();
    await blocks.replace('10.0.0.0/8', { why: 'attack' }, null);
    await blocks.replace('10.0.0.0/9', { why: 'attack' }, null);
    expect(told).toHaveBeenCalled();
    expect([...blocks.entries().keys()]).toEqual(['10.0.0.0/8', '10.0.0.0/9']);
    expect(blocks.entries().get('10.0.0.0/8')).toEqual({ value: { why: 'attack' }, expiresAt: null });
    await blocks.replace('10.0.0.0/8', null, null);
    expect([...blocks.entries().keys()]).toEqual(['10.0.0.0/9']);
  });

  it('leaves out what has expired, and what cannot be read', async () => {
    let now = 1_000;
    const { shared, blocks, faults } = await collection(() => now);
    await blocks.replace('a', { why: 'brief' }, 2_000);
    await shared.collection('blocked', z.unknown()).replace('b', 'not an object', null);
    expect([...blocks.entries().keys()]).toEqual(['a']);
    expect(faults).toEqual(['The state blocked/b cannot be read, and is taken as not set']);
    now = 2_000;
    expect(blocks.entries().size).toBe(0);
  });

  it('holds at once what waits for the store', async () => {
    const { store, blocks } = await collection();
    vi.spyOn(store, 'change').mockRejectedValue(new StoreError('store_unavailable', 'scripted'));
    expect(await blocks.replace('a', { why: 'attack' }, null)).toBe('this_process');
    expect([...blocks.entries().keys()]).toEqual(['a']);
    vi.restoreAllMocks();
    await vi.waitFor(async () => expect(await blocks.replace('a', { why: 'later' }, null)).toBe('shared'));
    expect(blocks.entries().get('a')?.value).toEqual({ why: 'later' });
  });
});

describe.each(engines)('a value that is only ever prolonged, on $name', (engine) => {
  async function twoProcesses() {
    const place = await engine.place();
    places.push(place);
    const open = async () => {
      const shared = new SharedState({ store: place.store(), wallClock: Date.now, onFault: () => {} });
      states.push(shared);
      await shared.refresh();
      return shared;
    };
    return { one: await open(), other: await open() };
  }
  const hour = 3_600_000;

  it('keeps the later end, whatever each process knew', async () => {
    const { one, other } = await twoProcesses();
    const [here, there] = [one.value('mode', 'lockdown', schema), other.value('mode', 'lockdown', schema)];
    const now = Date.now();
    expect(await here.replace({ why: 'a person, for long' }, now + hour)).toBe('shared');
    // The other may not have heard of it yet.
    expect(await there.extend({ why: 'an agent, for a second' }, now + 1_000)).toBeNull();
    expect(there.current()).toEqual({ why: 'a person, for long' });
    expect(await there.extend({ why: 'for longer' }, now + 2 * hour)).toBe('shared');
    await one.refresh();
    expect(here.current()).toEqual({ why: 'for longer' });
  });

  it('is put where nothing is, or what was has ended', async () => {
    const { one } = await twoProcesses();
    const blocks = one.collection('blocked', schema);
    const now = Date.now();
    expect(await blocks.extend('a', { why: 'first' }, now + hour)).toBe('shared');
    expect(await blocks.extend('a', { why: 'sooner' }, now + 1_000)).toBeNull();
    await blocks.replace('a', null, null);
    expect(await blocks.extend('a', { why: 'again' }, now + 1_000)).toBe('shared');
    expect(blocks.entries().get('a')?.value).toEqual({ why: 'again' });
  });

  it('ends up with the latest of many that are set at once', async () => {
    const { one, other } = await twoProcesses();
    const [here, there] = [one.value('mode', 'lockdown', schema), other.value('mode', 'lockdown', schema)];
    const now = Date.now();
    const ends = [5, 1, 9, 3, 7, 2, 8, 4, 6].map((hours) => now + hours * hour);
    await Promise.all(ends.map((end, index) => (index % 2 === 0 ? here : there).extend({ why: String(end) }, end)));
    await Promise.all([one.refresh(), other.refresh()]);
    expect([here.current(), there.current()]).toEqual(Array(2).fill({ why: String(Math.max(...ends)) }));
  });
});
