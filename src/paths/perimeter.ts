import { HybridRoutingError } from '../config/errors.ts';
import { isMetadataName, refusalOf, type Zone, zones } from './address-rules.ts';

/** Origins that one service may lead to: an authorization server or two, and where they redirect. */
const maxOthers = 100;

/** A request that was not sent, because of where it would have gone. */
export class RequestRefused extends HybridRoutingError {
  constructor(code: 'address_refused' | 'redirect_refused', message: string, remedy: string) {
    super(code, message, remedy);
  }
}

interface Dependencies {
  /** Who asks, for errors: `Upstream kb`. */
  name: string;
  /** What the operator configured: these origins may be on this machine or in a private network. */
  trusted: readonly URL[];
  zoneOf: (address: string) => Zone;
}

/**
 * Where requests of one configured service may go. What the operator named may be near, as he knows his networks. What
 * a redirect or a metadata document leads to may be no nearer than the farthest place that an answer has come from:
 * nothing on the internet leads into a private network, and nothing in a private network to this machine.
 */
export class Perimeter {
  readonly #dependencies: Dependencies;
  readonly #trusted: ReadonlySet<string>;
  readonly #remedy: string;
  /** Where the other origins were when they were last connected to: a connection that is kept is not checked again. */
  readonly #others = new Map<string, Zone>();
  #farthest: Zone = 'loopback';

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#trusted = new Set(dependencies.trusted.map(({ origin }) => origin));
    this.#remedy = `Check the URL of ${lowerFirst(dependencies.name)}, what it redirects to and what its OAuth metadata name.`;
  }

  /** Before anything is resolved. @throws RequestRefused */
  checkUrl(url: URL): void {
    if (isMetadataName(hostOf(url))) throw this.#refused(`${hostOf(url)} is a metadata service`);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw this.#refused(`${url.protocol} is not HTTP`);
    const secure = this.#dependencies.trusted.every(({ protocol }) => protocol === 'https:');
    if (secure && url.protocol === 'http:') throw this.#refused(`${url.origin} is not encrypted, and leaves HTTPS`);
    const zone = this.#others.get(url.origin);
    if (zone) this.#checkZone(url, zone, hostOf(url));
  }

  /** Before a connection is made, with every address that it may be made to. @throws RequestRefused */
  checkAddresses(url: URL, addresses: readonly string[]): void {
    for (const address of addresses) {
      const reason = refusalOf(address);
      if (reason !== null) throw this.#refused(`${named(url, address)} ${reason}`);
      this.#checkZone(url, this.#dependencies.zoneOf(address), named(url, address));
    }
    const met = addresses.map(this.#dependencies.zoneOf);
    const [nearest = 'public'] = zones.filter((zone) => met.includes(zone));
    this.#remember(url, nearest);
    for (const zone of met) if (nearer(this.#farthest, zone)) this.#farthest = zone;
  }

  #checkZone(url: URL, zone: Zone, what: string): void {
    if (this.#trusted.has(url.origin) || !nearer(zone, this.#farthest)) return;
    throw this.#refused(`${what} is ${placeOf(zone)}, and was named from ${placeOf(this.#farthest)}`);
  }

  #remember(url: URL, zone: Zone): void {
    if (this.#trusted.has(url.origin)) return;
    if (this.#others.size >= maxOthers) throw this.#refused(`${url.origin} is one of over ${maxOthers} that it led to`);
    this.#others.set(url.origin, zone);
  }

  #refused(what: string): RequestRefused {
    return new RequestRefused(
      'address_refused',
      `${this.#dependencies.name}: ${what}; nothing is sent there`,
      this.#remedy,
    );
  }
}

/** Host of a URL, without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function named(url: URL, address: string): string {
  const host = hostOf(url);
  return host === address ? address : `${host} (${address})`;
}

function nearer(one: Zone, other: Zone): boolean {
  return zones.indexOf(one) < zones.indexOf(other);
}

function placeOf(zone: Zone): string {
  return { loopback: 'this machine', private: 'a private network', public: 'the internet' }[zone];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
