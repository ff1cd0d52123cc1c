import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import type { Agent, buildConnector } from 'undici';
import { hostOf, type Perimeter } from './perimeter.ts';

type Undici = Pick<typeof import('undici'), 'Agent' | 'buildConnector'>;

/** Every address of a host, such as `dns.lookup` with `all`. */
export type Resolve = (host: string) => Promise<readonly { address: string; family: number }[]>;

export const resolveBySystem: Resolve = (host) => lookup(host, { all: true });

/**
 * Connections that are checked as they are made: the addresses that were allowed are the ones connected to, so that a
 * name which changes its address in between gains nothing.
 */
export function createGuardedAgent({ Agent, buildConnector }: Undici, perimeter: Perimeter, resolve: Resolve): Agent {
  // One connector an origin, as its lookup is told the host's name alone.
  const connectors = new Map<string, buildConnector.connector>();
  const connectorFor = (url: URL) => {
    const known = connectors.get(url.origin);
    if (known) return known;
    // Origins are named by others: what is forgotten only resumes no TLS session.
    if (connectors.size >= 100) connectors.clear();
    const built = buildConnector({ lookup: checkedLookup(url, perimeter, resolve), autoSelectFamily: true });
    connectors.set(url.origin, built);
    return built;
  };
  return new Agent({
    connect(options, callback) {
      const url = new URL(`${options.protocol}//${options.host ?? options.hostname}`);
      try {
        perimeter.checkUrl(url);
        // A socket looks up names alone.
        if (isIP(hostOf(url))) perimeter.checkAddresses(url, [hostOf(url)]);
      } catch (thrown) {
        callback(thrown instanceof Error ? thrown : new Error(String(thrown)), null);
        return;
      }
      connectorFor(url)(options, callback);
    },
  });
}

function checkedLookup(url: URL, perimeter: Perimeter, resolve: Resolve): LookupFunction {
  return (host, { all }, callback) => {
    const answered = async () => {
      const addresses = [...(await resolve(host))];
      perimeter.checkAddresses(
        url,
        addresses.map(({ address }) => address),
      );
      return addresses;
    };
    answered().then(
      (addresses) => {
        if (all) callback(null, addresses);
        else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
      },
      (thrown: unknown) => callback(thrown instanceof Error ? thrown : new Error(String(thrown)), []),
    );
  };
}
