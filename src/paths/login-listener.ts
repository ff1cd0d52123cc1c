import { createServer, type Server } from 'node:http';
import { HybridRoutingError, messageOf } from '../config/errors.ts';
import type { Person } from './upstream-login.ts';
import { callbackPath } from './upstream-login-provider.ts';

interface Options {
  /** Port on 127.0.0.1. */
  port: number;
  /** In ms. */
  timeoutMs: number;
  /** Shows the person where to go. */
  show: (authorizationUrl: URL) => void;
}

const page = '<!doctype html><meta charset="utf-8"><title>Signed in</title><p>You can close this window.';

/** A person with a browser on this machine: waits on the loopback interface for the redirect that ends a login (RFC 8252). */
export function personAtBrowser({ port, timeoutMs, show }: Options): Person {
  return async (authorizationUrl) => {
    const state = authorizationUrl.searchParams.get('state');
    let server: Server | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<URLSearchParams>((resolve, reject) => {
        server = createServer((request, response) => {
          const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
          const isOurs = [`127.0.0.1:${port}`, `localhost:${port}`].includes(request.headers.host ?? '');
          // Any page can send a browser here: what does not know the state neither ends nor spoils the login.
          if (!isOurs || request.method !== 'GET' || url.pathname !== callbackPath) {
            response.writeHead(404).end();
          } else if (state === null || url.searchParams.get('state') !== state) {
            response.writeHead(400, { 'content-type': 'text/plain' }).end('This is not the login that was begun.');
          } else {
            const headers = {
              'content-type': 'text/html',
              'cache-control': 'no-store',
              'referrer-policy': 'no-referrer',
            };
            response.writeHead(200, { ...headers, connection: 'close' }).end(page, () => resolve(url.searchParams));
          }
        });
        server.once('error', (cause) => reject(cannotListen(port, cause)));
        server.listen(port, '127.0.0.1', () => show(authorizationUrl));
        timer = setTimeout(() => reject(nobodyCame(timeoutMs)), timeoutMs);
      });
    } finally {
      clearTimeout(timer);
      server?.closeAllConnections();
      server?.close();
    }
  };
}

function cannotListen(port: number, cause: unknown): HybridRoutingError {
  return new HybridRoutingError(
    'login_failed',
    `Port ${port} on 127.0.0.1 cannot be listened on: ${messageOf(cause)}`,
    'Free it, or set oauth.redirectPort of the upstream to another port.',
    { cause },
  );
}

function nobodyCame(timeoutMs: number): HybridRoutingError {
  const minutes = Math.round(timeoutMs / 60_000);
  return new HybridRoutingError(
    'login_failed',
    `Nobody signed in within ${minutes} minutes`,
    'Run the command again, and open the URL in a browser on this machine.',
  );
}
