import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { blockedNetworkSchema, blockProblem, externalAccessSchema, Networks } from '../../src/access/networks.ts';
import { localValue, SharedState } from '../../src/store/shared-state.ts';
import { localCollection } from '../support-files/local-collection.ts';
import { bothEngines, type Place, titleOf } from '../support-files/store-engines.ts';

vi.setConfig({ testTimeout: 30_000 });
const { engines, stop } = await bothEngines();
afterAll(stop);

const hour = 3_600_000;
const closed = (reason = 'attack', since = 1, expiresAt = Date.now() + hour) => ({ reason, since, expiresAt });

function localNetworks(externalNetworks: string[] = [], wallClock: () => number = Date.now) {
  return new Networks({
    blocks: localCollection(wallClock),
    external: localValue(wallClock),
    config: { externalNetworks },
  });
}

describe('blocked networks', () => {
  it('refuse what is in them, of both families and in every spelling', async () => {
    const networks = localNetworks();
    await networks.block('203.0.113.7/24', closed());
    await networks.block('2001:db8::/32', closed());
    for (const inside of ['203.0.113.1', '::ffff:203.0.113.1', '::ffff:cb00:7101', '2001:DB8::9']) {
      expect(networks.admits(inside, true)).toEqual({ code: 'address_blocked', message: 'This address is blocked' });
    }
    for (const outside of ['203.0.114.1', '2001:db9::1', '127.0.0.1', '::1'])
      expect(networks.admits(outside, true)).toBeNull();
    expect(networks.blocked('203.0.113.1')).toMatchObject({ network: '203.0.113.0/24', reason: 'attack' });
  });

  it('are served again when they are unblocked, in another spelling too', async () => {
    const networks = localNetworks();
    await networks.block('203.0.113.7/24', closed());
    expect(networks.entry('203.0.113.99/24')?.network).toBe('203.0.113.0/24');
    await networks.unblock('::ffff:203.0.113.0/120');
    expect(networks.admits('203.0.113.1', true)).toBeNull();
    expect(networks.entry('203.0.113.0/24')).toBeNull();
  });

  it('are served again when the block has expired', async () => {
    let now = 1_000;
    const networks = localNetworks([], () => now);
    await networks.block('203.0.113.7', closed('brief', now, 2_000));
    expect(networks.admits('203.0.113.7', true)).not.toBeNull();
    now = 2_000;
    expect(networks.admits('203.0.113.7', true)).toBeNull();
    expect(networks.list()).toEqual([]);
  });

  it('are listed, the newest first', async () => {
    const networks = localNetworks();
    await networks.block('192.0.2.1', closed('first', 1));
    await networks.block('192.0.2.2', closed('second', 2));
    expect(networks.list().map(({ network, reason }) => [network, reason])).toEqual([
      ['192.0.2.2', 'second'],
      ['192.0.2.1', 'first'],
    ]);
  });

  it('must be networks', async () => {
    await expect(localNetworks().block('suspicious.ip.address', closed())).rejects.toThrow(
      'ip: "suspicious.ip.address" is neither an IP address nor a network',
    );
  });
});

describe('disabled external access', () => {
  it('leaves loopback and the listed networks', async () => {
    const networks = localNetworks(['10.0.0.0/8', '2001:db8::/32']);
    expect(networks.admits('198.51.100.1', true)).toBeNull();
    await networks.external.replace(closed(), null);
    for (const served of ['127.0.0.1', '::1', '10.9.9.9', '::ffff:10.9.9.9', '2001:db8::1']) {
      expect(networks.admits(served, true)).toBeNull();
    }
    for (const refused of ['198.51.100.1', '2001:db9::1', 'unknown', '']) {
      expect(networks.admits(refused, true)?.code).toBe('external_disabled');
    }
    // What a proxy calls loopback may be anybody.
    expect(networks.admits('127.0.0.1', false)?.code).toBe('external_disabled');
    await networks.external.replace(null, null);
    expect(networks.admits('198.51.100.1', true)).toBeNull();
  });

  it('does not serve a listed network that is blocked', async () => {
    const networks = localNetworks(['10.0.0.0/8']);
    await networks.external.replace(closed(), null);
    await networks.block('10.1.0.0/16', closed());
    expect(networks.admits('10.1.2.3', true)?.code).toBe('address_blocked');
  });
});

describe('a block that would shut out the operators', () => {
  const standing = { caller: '198.51.100.9', trustedProxies: ['10.0.0.0/8', '2001:db8:1::1'] };

  it.each([
    ['0.0.0.0/0', 'wider than /8'],
    ['::/0', 'wider than /16'],
    ['128.0.0.0/1', 'wider than /8'],
    ['::ffff:0.0.0.0/96', 'wider than /8'],
    ['127.0.0.1', 'loopback'],
    ['127.0.0.0/8', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['10.2.3.4', 'trusted proxy 10.0.0.0/8'],
    ['2001:db8::/32', 'trusted proxy 2001:db8:1::1'],
    ['198.51.100.9', 'your own address'],
    ['198.51.100.0/24', 'your own address'],
    ['::ffff:198.51.100.9', 'your own address'],
    ['suspicious.ip.address', 'neither an IP address nor a network'],
  ])('is refused: %s, %s', (network, why) => {
    expect(blockProblem(network, standing)).toContain(why);
  });

  it.each(['203.0.113.7', '203.0.0.0/8', '2001:db9::/32', '198.51.101.0/24'])('is none: %s', (network) => {
    expect(blockProblem(network, standing)).toBeNull();
  });
});

const places: Place[] = [];
const states: SharedState[] = [];
afterEach(async () => {
  for (const state of states.splice(0)) state.close();
  await Promise.all(places.splice(0).map((place) => place.remove()));
});

describe.each(engines)('networks that replicas share on $name', (engine) => {
  if (engine.missing !== null) return void it.skip(titleOf(engine), () => {});

  const replicaOn = (place: Place) => {
    const store = place.store({ wallClock: Date.now });
    const shared = new SharedState({ store, wallClock: Date.now, onFault: () => {} });
    states.push(shared);
    const networks = new Networks({
      blocks: shared.collection('blocked_network', blockedNetworkSchema),
      external: shared.value('network', 'external', externalAccessSchema),
      config: { externalNetworks: [] },
    });
    return { shared, networks };
  };
  /** A change is seen within a second; a busy machine is given much longer. */
  const seen = { timeout: 10_000, interval: 20 };

  it('are blocked on the others, and after a restart; and served again', async () => {
    const place = await engine.place();
    places.push(place);
    const [one, other] = [replicaOn(place), replicaOn(place)];
    await Promise.all([one.shared.refresh(), other.shared.refresh()]);
    expect(await one.networks.block('203.0.113.0/24', closed())).toBe('shared');
    expect(await one.networks.block('2001:db8::1', closed())).toBe('shared');
    await one.networks.external.replace(closed('incident'), null);
    await vi.waitFor(() => expect(other.networks.list()).toHaveLength(2), seen);
    expect(other.networks.admits('203.0.113.9', true)?.code).toBe('address_blocked');
    await vi.waitFor(() => expect(other.networks.admits('192.0.2.1', true)?.code).toBe('external_disabled'), seen);

    const restarted = replicaOn(place);
    await restarted.shared.refresh();
    expect(restarted.networks.admits('2001:db8::1', true)?.code).toBe('address_blocked');

    await other.networks.unblock('203.0.113.0/24');
    await other.networks.external.replace(null, null);
    await vi.waitFor(() => expect(one.networks.admits('203.0.113.9', true)).toBeNull(), seen);
    expect(one.networks.list().map(({ network }) => network)).toEqual(['2001:db8::1']);
  });
});
