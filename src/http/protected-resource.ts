import {
  getOAuthProtectedResourceMetadataUrl,
  type OAuthProtectedResourceMetadata,
} from '@modelcontextprotocol/server';
import { Hono } from 'hono';
import type { AccessConfig } from '../config/access-schema.ts';
import { scopes } from '../config/scopes.ts';
import type { Challenge } from './challenge.ts';
import type { HttpEnv } from './http-env.ts';

interface Dependencies {
  oauth: AccessConfig['oauth'];
  /** URL of the MCP endpoint, as `mcpUrl` gives it. */
  resource: () => string;
}

/** URL of the MCP endpoint under a base URL: the resource that tokens are for. */
export function mcpUrl(baseUrl: string): string {
  return `${baseUrl.replace(/\/+$/, '')}/mcp`;
}

/** What clients without a token are told; null where there is no authorization server to send them to. */
export function challengeOf({ oauth, resource }: Dependencies): (() => Challenge) | null {
  if (!oauth) return null;
  const { scopePrefix } = oauth;
  return () => ({ resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(new URL(resource())), scopePrefix });
}

const wellKnown = '/.well-known/oauth-protected-resource';

/**
 * Protected-resource metadata (RFC 9728): which authorization server gives tokens for this one. Nothing where there is none.
 * Behind a proxy that serves us under a path, the document's own path has it after the well-known part.
 */
export function protectedResourceRoutes({ oauth, resource }: Dependencies): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  if (!oauth) return app;
  const { issuer, scopePrefix } = oauth;
  const document = (): OAuthProtectedResourceMetadata => ({
    resource: resource(),
    authorization_servers: [issuer],
    scopes_supported: scopes.map((scope) => scopePrefix + scope),
    bearer_methods_supported: ['header'],
    resource_name: 'Hybrid Routing MCP',
  });
  app.get(wellKnown, (c) => c.json(document()));
  app.get(`${wellKnown}/*`, (c, next) => {
    const paths = [`${wellKnown}/mcp`, wellKnown + new URL(resource()).pathname];
    return paths.includes(c.req.path) ? c.json(document()) : next();
  });
  return app;
}
