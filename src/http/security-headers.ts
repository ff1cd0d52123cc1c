import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { HttpConfig } from '../config/http-schema.ts';
import type { HttpEnv } from './http-env.ts';

const halfAYear = 'max-age=15552000';

/** What browsers are told: answers are data and never a page, and are kept nowhere. */
export function securityHeaders({ tls, publicUrl }: HttpConfig): MiddlewareHandler<HttpEnv> {
  const isSecure = tls !== undefined || publicUrl?.startsWith('https:') === true;
  const standard = secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    xFrameOptions: 'DENY',
    strictTransportSecurity: isSecure ? halfAYear : false,
    // Of browsers that are no more, or about pages.
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
  return async (c, next) => {
    // What is sent past the app (the old SSE transport) has them too.
    for (const [name, value] of Object.entries(always)) c.env.outgoing.setHeader(name, value);
    await standard(c, next);
    // Unless a route has its own: a stream, too, must not be transformed on its way.
    const { headers } = c.res;
    for (const [name, value] of Object.entries(always)) if (!headers.has(name)) headers.set(name, value);
  };
}

/** On every answer, also on those that no route made. */
export const always = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' } as const;
