import { canonicalAddress, type NetworkSet } from '../config/ip.ts';

interface Hop {
  /** The address of the connection's other end. */
  peer: string;
  /** X-Forwarded-For as it came, or nothing. */
  forwarded: string | undefined;
  /** Whose X-Forwarded-For is believed. */
  trusted: NetworkSet;
}

/** A proxy's own line is at the end; a longer chain of trusted proxies is not believed. */
const mostHops = 32;

/**
 * The client's address: X-Forwarded-For read from the right, past the proxies that are trusted. What the client itself wrote
 * stands further left, and is not reached. Anything that is no address ends it: then the peer's own address stands.
 */
export function clientAddress({ peer, forwarded, trusted }: Hop): string {
  const own = canonicalAddress(peer) ?? peer;
  if (forwarded === undefined || !trusted.has(own)) return own;
  const hops = forwarded.split(',').slice(-mostHops).map(addressOf);
  for (const hop of hops.toReversed()) {
    if (hop === null) return own;
    if (!trusted.has(hop)) return hop;
  }
  return hops[0] ?? own;
}

/** An address, with or without a port: some proxies write `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
function addressOf(text: string): string | null {
  const [, bracketed, dotted] = /^(?:\[([^\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5})$/.exec(text.trim()) ?? [];
  return canonicalAddress(bracketed ?? dotted ?? text.trim());
}
