import { isIP } from 'node:net';
import { canonicalAddress, isLoopback, NetworkSet } from '../config/ip.ts';

/** How far away an address is: this machine, a network of the operator's, or the internet. */
export const zones = ['loopback', 'private', 'public'] as const;
export type Zone = (typeof zones)[number];

/** Metadata services outside the link-local range; they hand out a machine's credentials to whoever asks. */
const metadata = new NetworkSet([
  '100.100.100.200', // Alibaba Cloud
  '168.63.129.16', // Azure
  '192.0.0.192', // Oracle Cloud
  'fd00:ec2::254', // AWS
  'fd20:ce::254', // Google Cloud
]);
const linkLocal = new NetworkSet(['169.254.0.0/16', 'fe80::/10']);
const multicast = new NetworkSet(['224.0.0.0/4', 'ff00::/8']);
const nowhere = new NetworkSet(['0.0.0.0/8', '240.0.0.0/4', '::', '100::/64']);

/** Not reachable over the internet, by the IANA special-purpose registries. */
const inside = new NetworkSet([
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
  ...['192.0.0.0/24', '192.0.2.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['fc00::/7', 'fec0::/10', '2001:db8::/32', '3fff::/20'],
]);

/** IPv6 forms that a gateway turns into the IPv4 address that they hold: its first 16-bit group. */
const embedding: readonly [network: NetworkSet, group: number][] = [
  [new NetworkSet(['64:ff9b::/96', '64:ff9b:1::/48']), 6], // NAT64
  [new NetworkSet(['2002::/16']), 1], // 6to4
  [new NetworkSet(['::/96']), 6], // IPv4-compatible
];

const metadataNames = /^(metadata\.google\.internal|metadata\.goog|instance-data(\.ec2\.internal)?)\.?$/i;

/** Why nothing may ever be sent to an address, or null where it may. @param address IPv4 or IPv6, in any spelling */
export function refusalOf(address: string): string | null {
  const plain = reached(address);
  if (plain === null) return 'is no address';
  if (metadata.has(plain)) return 'is a metadata service';
  if (linkLocal.has(plain)) return 'is link-local, where metadata services are';
  if (multicast.has(plain)) return 'is multicast';
  if (nowhere.has(plain)) return 'is reserved';
  return null;
}

/** Whether a host's name alone says that it is a metadata service. */
export function isMetadataName(host: string): boolean {
  return metadataNames.test(host);
}

export function zoneOf(address: string): Zone {
  const plain = reached(address) ?? '';
  if (isLoopback(plain)) return 'loopback';
  return inside.has(plain) ? 'private' : 'public';
}

/** Where a packet for the address ends; null for what is no address. */
function reached(address: string): string | null {
  const plain = canonicalAddress(address);
  if (plain === null || isIP(plain) === 4 || isLoopback(plain) || plain === '::') return plain;
  const group = embedding.find(([network]) => network.has(plain))?.[1];
  if (group === undefined) return plain;
  const groups = groupsOf(plain);
  const bytes = [groups[group] ?? 0, groups[group + 1] ?? 0].flatMap((value) => [value >> 8, value & 0xff]);
  return bytes.join('.');
}

function groupsOf(address: string): number[] {
  // The URL parser writes an IPv4 tail as groups.
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const numbers = (part: string) => part.split(':').flatMap((text) => (text === '' ? [] : [Number.parseInt(text, 16)]));
  const [before, after] = [numbers(head), numbers(tail)];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}
