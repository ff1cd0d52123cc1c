import { localhostAllowedHostnames, validateHostHeader, validateOriginHeader } from '@modelcontextprotocol/server';
import type { HttpConfig } from '../config/http-schema.ts';
import { canonicalAddress } from '../config/ip.ts';
import { HttpError } from './http-error.ts';

/** What a request says of whom it is for, and of the page that sent it. */
interface Named {
  /** Host, as it came. */
  host: string | undefined;
  /** Origin, as it came. */
  origin: string | undefined;
  /** The whole URL: its host may come from an absolute request target. */
  url: string;
  /** The connection's own end. */
  localAddress: string | undefined;
}

/**
 * The check against DNS rebinding: a page whose name was turned to this machine's address sends its own name as Host and Origin.
 * A Host is taken where it is loopback, what is configured, or the very address that the connection came in on (which no name
 * can be turned into: load balancers ask by address). @returns what throws HttpError 403
 */
export function nameCheck(config: Pick<HttpConfig, 'host' | 'publicUrl' | 'allowedHosts' | 'allowedOrigins'>) {
  const publicHost = config.publicUrl === undefined ? [] : [new URL(config.publicUrl).host];
  // 0.0.0.0 is no name of ours: on some systems a page reaches this machine by it.
  const ownHost = everyNetwork.includes(config.host) ? [] : [config.host];
  const hosts = [
    ...localhostAllowedHostnames(),
    ...[...ownHost, ...publicHost, ...config.allowedHosts].map(hostnameOf),
  ];
  const origins = [...localhostAllowedHostnames(), ...[...publicHost, ...config.allowedOrigins].map(originOf)];
  return ({ host, origin, url, localAddress }: Named): void => {
    const allowed = localAddress === undefined ? hosts : [...hosts, hostnameOf(localAddress)];
    const isPlain = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host ?? '');
    if (!isPlain || !validateHostHeader(host, allowed).ok || !allowed.includes(new URL(url).hostname)) {
      throw refused('host', 'Host', 'http.allowedHosts');
    }
    if (!validateOriginHeader(origin, origins).ok) throw refused('origin', 'Origin', 'http.allowedOrigins');
  };
}

const everyNetwork: readonly string[] = ['0.0.0.0', '::'];

function refused(name: string, header: string, key: string): HttpError {
  return new HttpError({
    status: 403,
    code: `${name}_refused`,
    message: `The ${header} header is not one of this server`,
    remedy: `Use the address that the server tells at its start, or have the operator add the name to ${key}.`,
  });
}

/** A host name as a URL writes it, without a port. */
function hostnameOf(host: string): string {
  const address = canonicalAddress(host);
  try {
    return new URL(`http://${address?.includes(':') ? `[${address}]` : (address ?? host)}`).hostname;
  } catch {
    return host.toLowerCase(); // no name that a URL can hold: nothing matches it
  }
}

/** An origin's host name; the form `moz-extension://*` stays as it is. */
function originOf(origin: string): string {
  if (!origin.includes('://') || origin.endsWith('://*')) return origin.includes('://') ? origin : hostnameOf(origin);
  return URL.canParse(origin) ? new URL(origin).hostname : origin;
}
