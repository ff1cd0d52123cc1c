import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMetadataName, refusalOf, zoneOf } from '../../src/paths/address-rules.ts';

describe('addresses that nothing is ever sent to', () => {
  it.each([
    ...['169.254.169.254', '169.254.0.1', '100.100.100.200', '168.63.129.16', '192.0.0.192'],
    ...['fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', 'FD00:0EC2:0:0:0:0:0:254', 'fd20:ce::254'],
    ...['::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '64:ff9b::169.254.169.254', '64:ff9b::a9fe:a9fe'],
    ...['2002:a9fe:a9fe::1', '::169.254.169.254', '64:ff9b:1::a9fe:a9fe'],
    ...['0.0.0.0', '0.1.2.3', '::', '::ffff:0.0.0.0', '224.0.0.1', 'ff02::1', '255.255.255.255', '240.0.0.1'],
    ...['', 'localhost', '1.2.3'],
  ])('%s', (address) => {
    expect(refusalOf(address)).not.toBeNull();
  });

  it('whatever spelling link-local has', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }), (third, fourth) => {
        const low = ((third << 8) | fourth).toString(16);
        const forms = [
          `169.254.${third}.${fourth}`,
          `::ffff:a9fe:${low}`,
          `64:ff9b::a9fe:${low}`,
          `2002:a9fe:${low}::`,
        ];
        expect(forms.map(refusalOf)).not.toContain(null);
      }),
    );
  });
});

it.each([
  ['127.0.0.1', 'loopback'],
  ['127.9.9.9', 'loopback'],
  ['::1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['64:ff9b::127.0.0.1', 'loopback'],
  ['10.1.2.3', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.0.1', 'private'],
  ['100.64.0.1', 'private'],
  ['fd12::1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['64:ff9b::10.0.0.1', 'private'],
  ['8.8.8.8', 'public'],
  ['172.32.0.1', 'public'],
  ['2606:4700::1111', 'public'],
  ['64:ff9b::8.8.8.8', 'public'],
] as const)('%s may be asked, and is %s', (address, zone) => {
  expect(refusalOf(address)).toBeNull();
  expect(zoneOf(address)).toBe(zone);
});

it('knows metadata services by name', () => {
  expect(['metadata.google.internal', 'METADATA.google.internal.', 'metadata.goog'].every(isMetadataName)).toBe(true);
  expect(['metadata.example.com', 'localhost'].some(isMetadataName)).toBe(false);
});
