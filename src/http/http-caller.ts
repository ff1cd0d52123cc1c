import type { Context } from 'hono';
import type { Caller } from '../support/caller.ts';
import type { HttpEnv } from './http-env.ts';

const longestClient = 100;

/** Who makes a request that is not MCP's: the token's owner, at an address, with the program that the request names. */
export function httpCaller(c: Context<HttpEnv>): Caller {
  const grant = c.var.grant;
  const client = c.req.header('user-agent')?.replace(/\p{C}/gu, '').slice(0, longestClient) ?? null;
  const { principal = 'nobody', scopes = [] } = grant ?? {};
  const identity = { transport: 'http', client, principal, scopes, address: c.var.address } as const;
  return { identity, cancelled: c.req.raw.signal };
}
