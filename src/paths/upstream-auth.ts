import {
  auth,
  computeScopeUnion,
  extractWWWAuthenticateParams,
  type FetchLike,
  type OAuthClientProvider,
} from '@modelcontextprotocol/client';
import type { UpstreamOAuthConfig } from '../config/upstream-schema.ts';
import { PathError } from './path-error.ts';
import { untilAborted } from './until-aborted.ts';
import { authorizationError, loginRequired, scopeRefused } from './upstream-auth-errors.ts';
import type { LoginStore, Person } from './upstream-login.ts';
import { UpstreamLoginProvider } from './upstream-login-provider.ts';
import { createOAuthProvider } from './upstream-oauth-provider.ts';

interface Dependencies {
  /** Name of the upstream. */
  name: string;
  url: URL;
  config: UpstreamOAuthConfig;
  store: LoginStore;
  /** Null where nobody can sign in, as in a server that runs. */
  person: Person | null;
  fetch: FetchLike;
}

interface Challenge {
  resourceMetadataUrl?: URL;
  scope?: string;
  /** Whether the token is good, and its scopes do not suffice. */
  insufficient: boolean;
}

/** In ms: an authorization server that hangs must not hold calls for ever. */
const authorizationTimeoutMs = 30_000;

/** Signs this server in to an upstream, with tokens of its own. */
export class UpstreamAuth {
  readonly #dependencies: Dependencies;
  /** Scopes that were granted or refused already: asking again would not end. */
  readonly #asked = new Set<string>();
  #provider: OAuthClientProvider | undefined;
  #renewing: Promise<void> | undefined;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** A fetch with the token; where the upstream refuses that, it is renewed, and the request sent once more. */
  readonly fetch: FetchLike = async (url, init = {}) => {
    const token = await this.#token();
    const response = await this.#send(url, init, token);
    const challenge = challengeOf(response);
    if (!challenge) return response;
    await response.body?.cancel();
    const renewed = this.#renew(token, challenge);
    await (init.signal ? untilAborted(renewed, init.signal) : renewed);
    return this.#send(url, init, await this.#token());
  };

  /** Signs in without having been asked to, where there is no token. @throws PathError */
  async signIn(): Promise<void> {
    const token = await this.#token();
    if (token === undefined) await this.#renew(token, { insufficient: false });
  }

  async #send(url: string | URL, init: RequestInit, token: string | undefined): Promise<Response> {
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    return this.#dependencies.fetch(url, { ...init, headers });
  }

  async #token(): Promise<string | undefined> {
    return (await (await this.#providerNow()).tokens())?.access_token;
  }

  /** One renewal at a time: a refresh token that is sent twice counts as stolen. */
  async #renew(refused: string | undefined, challenge: Challenge): Promise<void> {
    if (this.#renewing) return this.#renewing;
    if ((await this.#token()) !== refused) return; // another call has renewed it
    this.#renewing ??= this.#authorize(challenge)
      .catch((thrown: unknown) => {
        throw authorizationError(thrown, this.#dependencies.name);
      })
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }

  async #authorize({ resourceMetadataUrl, scope: challenged, insufficient }: Challenge): Promise<void> {
    const { name, url, person } = this.#dependencies;
    const provider = await this.#providerNow();
    const tokens = await provider.tokens();
    const login = provider instanceof UpstreamLoginProvider ? provider : null;
    const wanted = computeScopeUnion(challenged, await login?.wantedScope());
    const scope = insufficient ? computeScopeUnion(tokens?.scope, wanted) : wanted;
    if (insufficient) {
      if (this.#asked.has(scope ?? '')) throw scopeRefused(name, scope);
      this.#asked.add(scope ?? '');
    }
    if (login && !person) {
      if (insufficient) await login.wantScope(scope);
      // Without tokens, or with too few scopes, there is nothing to renew: do not so much as register a client.
      if (insufficient || !tokens) throw loginRequired(name, scope);
    }
    // The upstream may have moved to another authorization server.
    await provider.invalidateCredentials?.('discovery');
    const request = {
      serverUrl: url,
      fetchFn: this.#authorizationFetch,
      forceReauthorization: insufficient,
      ...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }),
      ...(scope === undefined ? {} : { scope }),
    };
    const result = await auth(provider, request);
    if (result === 'REDIRECT') {
      if (!login?.authorizationUrl || !person) throw loginRequired(name, scope);
      await auth(provider, { ...request, ...codeOf(await person(login.authorizationUrl), login, name) });
    }
  }

  readonly #authorizationFetch: FetchLike = (url, init) =>
    this.#dependencies.fetch(url, { ...init, signal: AbortSignal.timeout(authorizationTimeoutMs) });

  async #providerNow(): Promise<OAuthClientProvider> {
    this.#provider ??= await createOAuthProvider(this.#dependencies);
    return this.#provider;
  }
}

function challengeOf(response: Response): Challenge | null {
  if (response.status !== 401 && response.status !== 403) return null;
  const { resourceMetadataUrl, scope, error } = extractWWWAuthenticateParams(response);
  if (response.status === 403 && error !== 'insufficient_scope') return null;
  return {
    insufficient: response.status === 403,
    ...(resourceMetadataUrl === undefined ? {} : { resourceMetadataUrl }),
    ...(scope === undefined ? {} : { scope }),
  };
}

/** The code of a redirect that answers this login; whether it comes from the right server is the SDK's to check, by `iss`. */
function codeOf(query: URLSearchParams, login: UpstreamLoginProvider, name: string) {
  const code = query.get('code');
  const iss = query.get('iss');
  if (code === null || !login.answers(query.get('state'))) {
    throw new PathError({
      path: 'mcp',
      errorClass: 'configuration',
      kind: 'login_failed',
      // What the redirect says of it may be anybody's words.
      message: `Upstream ${name}: the login came back without a code of its own`,
      remedy: `Sign in again: hybrid-routing-mcp upstream login ${name}.`,
    });
  }
  return { authorizationCode: code, ...(iss === null ? {} : { iss }) };
}
