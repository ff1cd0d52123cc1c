import { randomBytes } from 'node:crypto';
import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client';
import type { UpstreamOAuthConfig } from '../config/upstream-schema.ts';
import { type Login, type LoginStore, loginSchema } from './upstream-login.ts';

interface Dependencies {
  config: UpstreamOAuthConfig;
  store: LoginStore;
}

/** The path of the redirect; a client metadata document names the same. */
export const callbackPath = '/callback';

/** What the SDK's flow for a person needs: the client, its tokens, and what has to outlast the way through the browser. */
export class UpstreamLoginProvider implements OAuthClientProvider {
  readonly redirectUrl: string;
  readonly clientMetadata: OAuthClientMetadata;
  readonly clientMetadataUrl?: string;
  /** Absent where the client is registered by hand, so that the SDK does not register another one. */
  readonly saveClientInformation?: (client: StoredOAuthClientInformation) => Promise<void>;
  readonly #dependencies: Dependencies;
  #discovery: OAuthDiscoveryState | undefined;
  #verifier: string | undefined;
  #state: string | undefined;
  #authorizationUrl: URL | undefined;
  #shown: string | undefined;

  constructor(dependencies: Dependencies) {
    const { config } = dependencies;
    this.#dependencies = dependencies;
    this.redirectUrl = `http://127.0.0.1:${config.redirectPort}${callbackPath}`;
    this.clientMetadata = {
      client_name: 'Hybrid Routing MCP',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      ...(config.scope === undefined ? {} : { scope: config.scope }),
    };
    if (config.clientMetadataUrl !== undefined) this.clientMetadataUrl = config.clientMetadataUrl;
    if (config.clientId === undefined) this.saveClientInformation = (client) => this.#change({ client: { ...client } });
  }

  /** Where the person has to go, once the flow has come that far. */
  get authorizationUrl(): URL | undefined {
    return this.#authorizationUrl;
  }

  /** Whether a redirect answers the request that this flow began. */
  answers(state: string | null): boolean {
    return state !== null && state === this.#state;
  }

  state(): string {
    this.#state = randomBytes(24).toString('base64url');
    return this.#state;
  }

  async clientInformation(): Promise<StoredOAuthClientInformation | undefined> {
    const { clientId, clientSecret, issuer } = this.#dependencies.config;
    if (clientId === undefined) return (await this.#login()).client;
    // With its issuer, so that the secret goes nowhere else, whatever server the upstream names.
    return {
      client_id: clientId,
      ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
      ...(issuer === undefined ? {} : { issuer }),
    };
  }

  async tokens(): Promise<StoredOAuthTokens | undefined> {
    const { tokens } = await this.#login();
    this.#shown = tokens?.refresh_token;
    return tokens;
  }

  async saveTokens(tokens: StoredOAuthTokens): Promise<void> {
    await this.#change({ tokens: { ...tokens }, scope: undefined });
  }

  /** Remembers what the upstream asked for, for the next login. */
  async wantScope(scope: string | undefined): Promise<void> {
    await this.#change({ scope });
  }

  async wantedScope(): Promise<string | undefined> {
    return (await this.#login()).scope;
  }

  redirectToAuthorization(url: URL): void {
    this.#authorizationUrl = url;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    if (this.#verifier === undefined) throw new Error('There is no code verifier: no login was begun');
    return this.#verifier;
  }

  saveDiscoveryState(state: OAuthDiscoveryState): void {
    this.#discovery = state;
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovery;
  }

  async invalidateCredentials(what: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): Promise<void> {
    const all = what === 'all';
    if (all || what === 'verifier') this.#verifier = undefined;
    if (all || what === 'discovery') this.#discovery = undefined;
    if (all || what === 'client') await this.#change({ client: undefined });
    if (!all && what !== 'tokens') return;
    // Another process may have used the refresh token first: then its tokens are the good ones.
    const { tokens } = await this.#login();
    if (tokens?.refresh_token === this.#shown) await this.#change({ tokens: undefined });
  }

  async #login(): Promise<Login> {
    return (await this.#dependencies.store.load()) ?? {};
  }

  async #change(change: Partial<Login>): Promise<void> {
    const { store } = this.#dependencies;
    await store.save(loginSchema.parse({ ...(await this.#login()), ...change }));
  }
}
