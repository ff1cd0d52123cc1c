import { BlockList, isIP, SocketAddress } from 'node:net';

const mappedBits = 96;

/** An address or a network in one spelling: host bits are zero, and an IPv4-mapped IPv6 address counts as IPv4. */
interface Network {
  bytes: readonly number[];
  prefix: number;
}

/** The one spelling of an address, without a zone; null where the text is none. An IPv4-mapped address becomes IPv4. */
export function canonicalAddress(text: string): string | null {
  const [plain = ''] = text.split('%');
  const family = isIP(plain);
  if (family === 0) return null;
  if (family === 4) return plain;
  const { address } = new SocketAddress({ address: plain, family: 'ipv6' });
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/.test(address) ? address.slice('::ffff:'.length) : address;
}

/** The one spelling of an address or a network (CIDR); a network of one address is that address. Null where it is neither. */
export function canonicalNetwork(text: string): string | null {
  const network = parsed(text);
  if (!network) return null;
  const { bytes, prefix } = network;
  const address = textOf(bytes);
  return prefix === bytes.length * 8 ? address : `${address}/${prefix}`;
}

/** Length of a network's prefix in bits, and its family; null where the text is no network. */
export function prefixOf(text: string): { family: 4 | 6; prefix: number } | null {
  const network = parsed(text);
  return network && { family: network.bytes.length === 4 ? 4 : 6, prefix: network.prefix };
}

/** Whether two networks, or addresses, have an address in common; false where one of them is no network. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [parsed(one), parsed(other)];
  if (!a || !b || a.bytes.length !== b.bytes.length) return false;
  const prefix = Math.min(a.prefix, b.prefix);
  return textOf(masked(a.bytes, prefix)) === textOf(masked(b.bytes, prefix));
}

/** Networks to look addresses up in. */
export class NetworkSet {
  // One a family: in a common list a wide IPv6 network also holds IPv4 addresses.
  readonly #ipv4 = new BlockList();
  readonly #ipv6 = new BlockList();

  /** @param networks addresses and networks in CIDR notation; what is neither is left out */
  constructor(networks: Iterable<string>) {
    for (const network of networks) {
      const { bytes, prefix } = parsed(network) ?? { bytes: [], prefix: 0 };
      if (bytes.length === 4) this.#ipv4.addSubnet(textOf(bytes), prefix, 'ipv4');
      if (bytes.length === 16) this.#ipv6.addSubnet(textOf(bytes), prefix, 'ipv6');
    }
  }

  /** @param address in any spelling; what is no address is in no network */
  has(address: string): boolean {
    const canonical = canonicalAddress(address);
    if (canonical === null) return false;
    return isIP(canonical) === 4 ? this.#ipv4.check(canonical, 'ipv4') : this.#ipv6.check(canonical, 'ipv6');
  }
}

const loopback = new NetworkSet(['127.0.0.0/8', '::1']);

/** Whether an address is this machine's own. */
export function isLoopback(address: string): boolean {
  return loopback.has(address);
}

function parsed(text: string): Network | null {
  const [address = '', length, ...rest] = text.split('/');
  // A zone is of this machine's own links, and no part of a network.
  const family = address.includes('%') ? 0 : isIP(address);
  const bits = family === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : Number(length);
  if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(length ?? '0') || prefix > bits) return null;
  const bytes = family === 4 ? bytesOf4(address) : bytesOf6(address);
  const mapped = family === 6 && prefix >= mappedBits && isMapped(bytes);
  if (mapped) return { bytes: masked(bytes.slice(12), prefix - mappedBits), prefix: prefix - mappedBits };
  return { bytes: masked(bytes, prefix), prefix };
}

function isMapped(bytes: readonly number[]): boolean {
  return bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
}

function masked(bytes: readonly number[], prefix: number): number[] {
  return bytes.map((byte, at) => byte & (0xff << Math.min(8, Math.max(0, 8 * (at + 1) - prefix))) & 0xff);
}

function bytesOf4(address: string): number[] {
  return address.split('.').map(Number);
}

function bytesOf6(address: string): number[] {
  // The URL parser writes an IPv4 tail as groups.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]);
}

function textOf(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  return canonicalAddress(groups.join(':')) ?? '';
}
