import type { MiddlewareHandler } from 'hono';
import type { Networks } from '../access/networks.ts';
import { HybridRoutingError } from '../config/errors.ts';
import type { HttpConfig } from '../config/http-schema.ts';
import { NetworkSet } from '../config/ip.ts';
import { nameCheck } from './allowed-names.ts';
import { clientAddress } from './client-address.ts';
import type { HttpEnv } from './http-env.ts';
import { HttpError } from './http-error.ts';
import type { SecurityWatch } from './security-watch.ts';

type Middleware = MiddlewareHandler<HttpEnv>;

/** Finds out the client's address; nobody is known yet. */
export function addressed({ trustedProxies }: HttpConfig): Middleware {
  const trusted = new NetworkSet(trustedProxies);
  return async (c, next) => {
    const peer = c.env.incoming.socket.remoteAddress ?? '';
    c.set('address', clientAddress({ peer, forwarded: c.req.header('x-forwarded-for'), trusted }));
    // Behind a proxy on this machine a loopback address may be anybody's.
    c.set('direct', c.req.header('x-forwarded-for') === undefined);
    c.set('grant', null);
    await next();
  };
}

/** Refuses networks that are blocked, and every outside one while external access is disabled. */
export function admitted(networks: Networks, watch: SecurityWatch): Middleware {
  return async (c, next) => {
    const { address } = c.var;
    const refusal = networks.admits(address, c.var.direct);
    if (refusal) {
      watch.refused(address, refusal.code);
      throw new HttpError({
        status: 403,
        ...refusal,
        remedy: 'Ask the operator of this server.',
        headers: { connection: 'close' },
      });
    }
    await next();
  };
}

/** Refuses what is not meant for this server: DNS rebinding, and pages of other origins. */
export function named(config: HttpConfig, watch: SecurityWatch): Middleware {
  const check = nameCheck(config);
  return async (c, next) => {
    try {
      const { host, origin } = c.env.incoming.headers;
      check({ host, origin, url: c.req.url, localAddress: c.env.incoming.socket.localAddress });
    } catch (thrown) {
      if (thrown instanceof HybridRoutingError) watch.refused(c.var.address, thrown.code);
      throw thrown;
    }
    await next();
  };
}

/** Takes nothing new while the server ends; health goes on and says so. */
export function whileServing(isClosing: () => boolean): Middleware {
  return async (c, next) => {
    if (isClosing() && !c.req.path.startsWith('/health')) {
      throw new HttpError({
        status: 503,
        code: 'shutting_down',
        message: 'The server is shutting down and takes no new requests',
        remedy: 'Send it again when the server is back, or to another server.',
        headers: { connection: 'close', 'retry-after': '5' },
      });
    }
    await next();
  };
}
