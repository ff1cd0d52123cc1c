import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalAddress, canonicalNetwork, isLoopback, NetworkSet, overlap } from '../../src/config/ip.ts';

const ipv4Network = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, bits]) => `${address}/${bits}`);
const ipv6Network = fc
  .tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }))
  .map(([address, bits]) => `${address}/${bits}`);
const network = fc.oneof(ipv4Network, ipv6Network, fc.ipV4(), fc.ipV6());
const address = fc.oneof(fc.ipV4(), fc.ipV6());

describe('addresses', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['01.2.3.4', null],
    ['1.2.3', null],
    ['localhost', null],
    ['', null],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  it('know loopback in every spelling', () => {
    for (const own of ['127.0.0.1', '127.9.9.9', '::1', '0:0::1', '::ffff:127.0.0.1'])
      expect(isLoopback(own)).toBe(true);
    for (const other of ['128.0.0.1', '::2', '10.0.0.1', 'localhost', '']) expect(isLoopback(other)).toBe(false);
  });
});

describe('networks', () => {
  it.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['10.1.2.3/32', '10.1.2.3'],
    ['192.0.2.130/25', '192.0.2.128/25'],
    ['2001:DB8:1::/32', '2001:db8::/32'],
    ['2001:db8::1/128', '2001:db8::1'],
    ['::ffff:10.1.2.3/104', '10.0.0.0/8'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::/0', '::/0'],
    ['10.0.0.0/33', null],
    ['10.0.0.0/-1', null],
    ['10.0.0.0/', null],
    ['10.0.0.0/8/8', null],
    ['10.0.0.0/ 8', null],
    ['suspicious.ip.address', null],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalNetwork(text)).toBe(canonical);
  });

  it('have one spelling', () => {
    fc.assert(
      fc.property(network, (text) => {
        const canonical = canonicalNetwork(text);
        expect(canonical).not.toBeNull();
        expect(canonicalNetwork(canonical ?? '')).toBe(canonical);
        expect(overlap(text, canonical ?? '')).toBe(true);
      }),
    );
  });

  it('hold an address exactly where they overlap it, of either family', () => {
    fc.assert(
      fc.property(fc.array(network, { maxLength: 4 }), address, (networks, candidate) => {
        expect(new NetworkSet(networks).has(candidate)).toBe(networks.some((each) => overlap(each, candidate)));
      }),
      { numRuns: 500 },
    );
  });

  it('hold the addresses that begin with their prefix', () => {
    fc.assert(
      fc.property(
        fc.ipV4(),
        fc.integer({ min: 1, max: 32 }),
        fc.integer({ min: 0, max: 31 }),
        (start, bits, flipped) => {
          const number = start.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
          const other = (number ^ (1 << (31 - flipped))) >>> 0;
          const text = [24, 16, 8, 0].map((shift) => (other >>> shift) & 255).join('.');
          const set = new NetworkSet([`${start}/${bits}`]);
          expect(set.has(text)).toBe(flipped >= bits);
          expect(set.has(`::ffff:${text}`)).toBe(flipped >= bits);
        },
      ),
    );
  });

  it('of one family hold nothing of the other', () => {
    expect(new NetworkSet(['::/0']).has('1.2.3.4')).toBe(false);
    expect(new NetworkSet(['0.0.0.0/0']).has('2001:db8::1')).toBe(false);
    expect(overlap('::/0', '1.2.3.4')).toBe(false);
  });
});
