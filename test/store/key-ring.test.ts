import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { HybridRoutingError } from '../../src/config/errors.ts';
import { KeyRing } from '../../src/store/key-ring.ts';
import { openKms } from '../../src/store/kms.ts';
import { masterKeyOf } from '../../src/store/master-key.ts';
import { simulatedKms } from '../support-files/kms-simulator.ts';
import { bothEngines, type Place, titleOf } from '../support-files/store-engines.ts';
import { thrownBy } from '../support-files/thrown.ts';

vi.setConfig({ testTimeout: 30_000 });
const [{ engines, stop }, kms] = await Promise.all([bothEngines(), simulatedKms()]);
vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret-example');
afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([stop(), kms.close()]);
});

interface RingOptions {
  key?: string;
  kms?: boolean;
  folder?: string;
}

/** The keys as a process of its own has them. */
function ringOn(place: Place, { key, kms: byKms = false, folder = place.folder }: RingOptions = {}): KeyRing {
  const store = place.store();
  const open = () => openKms({ keyId: kms.keys.wrapping, region: 'eu-central-1', endpoint: kms.url });
  const config = key === undefined ? {} : { key };
  const master = masterKeyOf({ config, folder, store, kms: byKms ? open : null, wallClock: Date.now });
  return new KeyRing({ store, masterKey: master, wallClock: Date.now });
}

const fresh = () => randomBytes(32);
const refused = (run: () => unknown) => thrownBy(HybridRoutingError, run);

describe.each(engines)('keys at rest on $name', (engine) => {
  if (engine.missing !== null) return void it.skip(titleOf(engine), () => {});
  let place: Place;
  const newPlace = async () => {
    place = await engine.place();
    return place;
  };
  afterEach(async () => {
    kms.reset();
    await place.remove();
  });

  it.each([
    ['the key file', {}],
    ['store.key', { key: randomBytes(32).toString('base64') }],
    ['KMS', { kms: true }],
  ])('are made once by however many ask at the same time, under %s', async (_what, options) => {
    await newPlace();
    const rings = Array.from({ length: 6 }, () => ringOn(place, options));
    const keys = await Promise.all(rings.map((ring) => ring.named('pseudonym', fresh)));
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
    const again = await ringOn(place, options).named('pseudonym', () => {
      throw new Error('made again');
    });
    expect(again).toEqual(keys[0]);
    const [row] = await place.sql("select wrapped from keys where name = 'pseudonym'");
    expect(Buffer.from(String(row?.wrapped), 'base64').includes(again)).toBe(false);
  });

  it('lie under a key file that is for its owner alone', async () => {
    await newPlace();
    await ringOn(place).named('a', fresh);
    const file = join(place.folder, 'master.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(Buffer.from(readFileSync(file, 'utf8'), 'base64')).toHaveLength(32);
  });

  it('are not replaced when the key file is lost', async () => {
    await newPlace();
    const key = await ringOn(place).named('a', fresh);
    const file = join(place.folder, 'master.key');
    const kept = readFileSync(file);
    rmSync(file);
    const error = await refused(() => ringOn(place).named('a', fresh));
    expect([error.code, error.message]).toEqual(['store_key', expect.stringContaining('has no master.key')]);
    await refused(() => ringOn(place).named('another', fresh));
    expect([existsSync(file), (await place.sql('select name from keys')).length]).toEqual([false, 1]);
    writeFileSync(file, kept);
    expect(await ringOn(place).named('a', fresh)).toEqual(key);
  });

  it('do not open under another key, nor under another name', async () => {
    await newPlace();
    const ring = ringOn(place);
    await ring.named('a', fresh);
    const other = ringOn(place, { key: randomBytes(32).toString('base64') });
    expect(await refused(() => other.named('a', fresh))).toMatchObject({
      code: 'store_key',
      message: 'The sealed a does not open with this key',
      remedy: expect.stringContaining('Restore the key'),
    });
    await ring.named('b', fresh);
    await place.sql("update keys set wrapped = (select wrapped from keys where name = 'a') where name = 'b'");
    expect((await refused(() => ringOn(place).named('b', fresh))).code).toBe('store_key');
  });

  it('tell a key that is none, and never what it is', async () => {
    await newPlace();
    const error = await refused(() => ringOn(place, { key: 'c2VjcmV0' }).named('a', fresh));
    expect(error.message).toBe('store.key does not hold 32 bytes in base64');
    writeFileSync(join(place.folder, 'master.key'), 'c2VjcmV0');
    expect((await refused(() => ringOn(place).named('a', fresh))).message).toContain(
      'master.key does not hold 32 bytes',
    );
  });

  it('of a state folder of its own do not open a shared store', async () => {
    await newPlace();
    await ringOn(place).named('a', fresh);
    const folder = mkdtempSync(join(tmpdir(), 'hybrid-other-'));
    expect((await refused(() => ringOn(place, { folder }).named('a', fresh))).message).toContain('has no master.key');
    expect(existsSync(join(folder, 'master.key'))).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it('are asked of KMS once, and again after a fault', async () => {
    await newPlace();
    await ringOn(place, { kms: true }).named('a', fresh);
    const ring = ringOn(place, { kms: true });
    kms.fail('denied', 1);
    expect((await refused(() => ring.named('a', fresh))).code).toBe('kms_denied');
    const key = await ring.named('a', fresh);
    const asked = kms.requests.length;
    expect(await ring.named('a', fresh)).toEqual(key);
    await ring.named('b', fresh);
    expect(kms.requests.length).toBe(asked);
    expect(kms.requests.at(-1)).toMatchObject({ operation: 'Decrypt' });
  });
});
