import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NetworkSet } from '../../src/config/ip.ts';
import { clientAddress } from '../../src/http/client-address.ts';

const trusted = new NetworkSet(['10.0.0.0/8', '2001:db8::/32']);
const proxy = fc.oneof(
  fc.ipV4().map((address) => address.replace(/^\d+/, '10')),
  fc.constantFrom('2001:db8::1', '2001:db8:ffff::2'),
);
const outside = fc.oneof(
  fc.ipV4().map((address) => address.replace(/^\d+/, '203')),
  fc.constantFrom('2001:db9::1', '2a00::7'),
);
const anything = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.string(),
  fc.constantFrom('unknown', '_hidden', '127.0.0.1', '', ' '),
);

describe('the client address', () => {
  it('is the peer’s where the peer is not trusted, whatever it says', () => {
    fc.assert(
      fc.property(outside, fc.array(anything), (peer, said) => {
        expect(clientAddress({ peer, forwarded: said.join(','), trusted })).toBe(peer);
      }),
    );
  });

  it('is what the nearest trusted proxies say, whatever the client itself wrote before', () => {
    fc.assert(
      fc.property(
        proxy,
        fc.array(anything.map((text) => text.replaceAll(',', ''))),
        outside,
        fc.array(proxy, { maxLength: 4 }),
        (peer, written, client, proxies) => {
          const forwarded = [...written, client, ...proxies].join(', ');
          expect(clientAddress({ peer, forwarded, trusted })).toBe(client);
        },
      ),
    );
  });

  it('is always an address, and the peer’s own where what is said is none', () => {
    fc.assert(
      fc.property(proxy, fc.string(), (peer, forwarded) => {
        const address = clientAddress({ peer, forwarded, trusted });
        expect(address === peer || new NetworkSet([address]).has(address)).toBe(true);
      }),
    );
  });

  it.each([
    ['203.0.113.5, unknown', '10.0.0.1'],
    ['203.0.113.5, 203.0.113.999', '10.0.0.1'],
    ['203.0.113.5:4711', '203.0.113.5'],
    ['[2001:db9::1]:4711', '2001:db9::1'],
    ['[2001:db9::1]', '2001:db9::1'],
    ['::ffff:203.0.113.5', '203.0.113.5'],
    ['10.0.0.7, 10.0.0.8', '10.0.0.7'],
    ['', '10.0.0.1'],
    [undefined, '10.0.0.1'],
  ])('of %s is %s', (forwarded, address) => {
    expect(clientAddress({ peer: '10.0.0.1', forwarded, trusted })).toBe(address);
  });

  it('counts an IPv4-mapped peer as IPv4', () => {
    expect(clientAddress({ peer: '::ffff:10.0.0.1', forwarded: '203.0.113.5', trusted })).toBe('203.0.113.5');
  });
});
