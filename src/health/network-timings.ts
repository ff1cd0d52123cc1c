import { connect, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** How long each step to a service took, in ms; null where it does not apply or was not reached. */
export interface NetworkTimings {
  /** Host and port; null where there is none, such as for an upstream over stdio. */
  endpoint: string | null;
  dnsMs: number | null;
  tcpMs: number | null;
  tlsMs: number | null;
  /** The step that failed, and why. */
  error: string | null;
}

interface Options {
  /** For all steps together, in ms. */
  timeoutMs: number;
  now: () => number;
}

export const noEndpoint: NetworkTimings = { endpoint: null, dnsMs: null, tcpMs: null, tlsMs: null, error: null };

/** Opens one new connection to a service and closes it again; sends nothing. Never throws. */
export function networkTimings(address: string, { timeoutMs, now }: Options): Promise<NetworkTimings> {
  const url = new URL(address);
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port || (secure ? 443 : 80));
  const timings: NetworkTimings = { ...noEndpoint, endpoint: `${url.hostname}:${port}` };
  return new Promise((resolve) => {
    let since = now();
    let step = isIP(host) === 0 ? 'DNS' : 'TCP';
    const took = () => {
      const before = since;
      since = now();
      return Math.round((since - before) * 10) / 10;
    };
    const service = { host, port };
    const socket = secure
      ? connectTls({ ...service, ...(isIP(host) === 0 ? { servername: host } : {}) })
      : connect(service);
    const end = (error: string | null) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ ...timings, error });
    };
    const timer = setTimeout(() => end(`${step}: nothing within ${timeoutMs} ms`), timeoutMs);
    socket.on('error', (error: NodeJS.ErrnoException) => end(`${step}: ${error.message || error.code || 'failed'}`));
    // With more than one address there are more look-up events; the first one ends the look-up.
    socket.once('lookup', (error) => {
      if (error) return;
      timings.dnsMs = took();
      step = 'TCP';
    });
    socket.once('connect', () => {
      timings.tcpMs = took();
      if (!secure) return end(null);
      step = 'TLS';
    });
    socket.once('secureConnect', () => {
      timings.tlsMs = took();
      end(null);
    });
  });
}
