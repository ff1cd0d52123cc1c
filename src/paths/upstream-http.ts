import type { FetchLike } from '@modelcontextprotocol/client';
import type { UpstreamConfig } from '../config/upstream-schema.ts';
import { createGuardedFetch } from './guarded-fetch.ts';
import { limitBody } from './limit-body.ts';
import { UpstreamAuth } from './upstream-auth.ts';
import type { LoginStore, Person } from './upstream-login.ts';

/** How an upstream over HTTP is reached: where it leads is checked, what it sends is limited, and this server signs in. */
export interface UpstreamHttp {
  fetch: FetchLike;
  /** Signs in where the upstream wants it and there is no token. @throws PathError */
  signIn(): Promise<void>;
  close(): Promise<void>;
}

interface Options {
  upstream: UpstreamConfig & { url: string };
  /** Longest reply, or event of a stream, in bytes. */
  maxBytes: number;
  login: LoginStore;
  /** Null where nobody can sign in. */
  person: Person | null;
}

export function createUpstreamHttp({ upstream, maxBytes, login, person }: Options): UpstreamHttp {
  const { name, headers, oauth } = upstream;
  const url = new URL(upstream.url);
  const issuer = oauth?.issuer === undefined ? [] : [new URL(oauth.issuer)];
  const guarded = createGuardedFetch({ name: `Upstream ${name}`, trusted: [url, ...issuer], headers });
  const fetch = limitBody(guarded.fetch, maxBytes);
  const auth = oauth && new UpstreamAuth({ name, url, config: oauth, store: login, person, fetch });
  return {
    fetch: auth?.fetch ?? fetch,
    signIn: async () => auth?.signIn(),
    close: () => guarded.close(),
  };
}
