import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Tool } from '@modelcontextprotocol/client';
import pRetry, { AbortError } from 'p-retry';
import type { UpstreamConfig } from '../config/upstream-schema.ts';
import { version } from '../version.ts';
import { mcpError } from './mcp-errors.ts';
import type { PathError } from './path-error.ts';
import { type KnownTools, type OnToolChange, ToolWatch } from './tool-watch.ts';
import { connectFailure, connectionClosed, toolMissing } from './upstream-connection-errors.ts';
import { createUpstreamHttp, type UpstreamHttp } from './upstream-http.ts';
import type { LoginStore, Person } from './upstream-login.ts';
import { openTransport } from './upstream-transport.ts';

interface Dependencies {
  upstream: UpstreamConfig;
  connectTimeoutMs: number;
  maxAnswerBytes: number;
  onStateChange: (upstream: string, state: ConnectionState, cause: string | null) => void;
  knownTools: KnownTools;
  onToolChange: OnToolChange;
  login: LoginStore;
  /** Null where nobody can sign in. */
  person: Person | null;
}

export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'failed' | 'closed';

// Reconnect waits: doubled from half a second to half a minute, with jitter, so that restarts do not come in step.
const backoff = { minTimeout: 500, maxTimeout: 30_000, factor: 2, randomize: true, retries: Number.POSITIVE_INFINITY };

/** In ms. */
const retireMs = 1_000;
/** How long calls over HTTP may go on on a connection that a restart has replaced, in ms: the longest SLA. */
const drainMs = 60_000;

/** The connection to one upstream: opened once, checked for its tool, opened again with backoff when it is lost. */
export class UpstreamConnection {
  readonly upstream: UpstreamConfig;
  readonly #dependencies: Dependencies;
  readonly #maxBytes: number;
  readonly #http: UpstreamHttp | null;
  readonly #watch: ToolWatch;
  readonly #end = new AbortController();
  #client: Client | undefined;
  #attempt: Promise<Client> | undefined;
  /** Ends the tries to connect that go on; none where there are none. */
  #tries: AbortController | undefined;
  #failure: PathError | undefined;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.upstream = dependencies.upstream;
    // Escapes and a structured twin of the text make a message several times as long as its answer.
    this.#maxBytes = 4 * dependencies.maxAnswerBytes + 65_536;
    const { url, ...rest } = this.upstream;
    this.#http =
      url === undefined
        ? null
        : createUpstreamHttp({ ...dependencies, upstream: { ...rest, url }, maxBytes: this.#maxBytes });
    this.#watch = new ToolWatch(dependencies);
  }

  get state(): ConnectionState {
    if (this.#end.signal.aborted) return 'closed';
    if (this.#client) return 'connected';
    if (this.#failure) return 'failed';
    return this.#attempt ? 'connecting' : 'idle';
  }

  /** Why the last attempt to connect failed, while there is no connection. */
  get failure(): PathError | undefined {
    return this.#failure;
  }

  /** What an operator has to look at while the upstream answers: a tool that has changed. */
  get finding(): string | null {
    return this.#watch.finding;
  }

  /** The connected client. While a lost connection waits for its next attempt, fails at once with the last cause. */
  async client(): Promise<Client> {
    if (this.#client) return this.#client;
    if (this.#attempt) return this.#attempt;
    if (this.#failure) throw this.#failure;
    this.#keepTrying();
    return this.#attempt ?? Promise.reject(connectionClosed(this.upstream));
  }

  /** Signs in where the upstream wants it and has not asked yet. @throws PathError */
  async signIn(): Promise<void> {
    try {
      await this.#http?.signIn();
    } catch (thrown) {
      throw mcpError(thrown, this.upstream.name);
    }
  }

  /** Drops a connection that the upstream no longer knows (an expired session), and opens a new one. */
  async renew(stale: Client): Promise<Client> {
    if (this.#client === stale) {
      this.#client = undefined;
      void this.#retire(stale);
    }
    return this.client();
  }

  /** Takes a new connection in place of the open one, or tries at once where the next try would wait. Never throws. */
  async restart(): Promise<void> {
    const stale = this.#client;
    if (stale || (this.#failure && !this.#attempt)) {
      this.#client = undefined;
      this.#tries?.abort();
      this.#tries = undefined;
      this.#dependencies.onStateChange(this.upstream.name, 'connecting', 'restarted by an operator');
      this.#keepTrying(stale && this.#leave(stale));
    }
    await this.#attempt?.catch(() => undefined); // it is kept in #failure
  }

  /** Two processes of one upstream may want the same file or port: calls on the old one are cut off, and made elsewhere. */
  async #leave(stale: Client): Promise<void> {
    if (this.upstream.url === undefined) await stale.close().catch(() => undefined);
    else void this.#retire(stale, drainMs);
  }

  /** Closes a dropped connection when the other calls on it have had time to hear for themselves that it is over. */
  async #retire(stale: Client, ms = retireMs): Promise<void> {
    await sleep(ms, undefined, { signal: this.#end.signal, ref: false }).catch(() => undefined);
    await stale.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#end.abort();
    const client = this.#client ?? (await this.#attempt?.catch(() => undefined));
    this.#client = undefined;
    await client?.close();
    await this.#http?.close();
  }

  /** Connects now and, where that fails, again and again until it succeeds or the router closes. */
  #keepTrying(after: Promise<void> = Promise.resolve()): void {
    if (this.#tries || this.#end.signal.aborted) return;
    const tries = new AbortController();
    this.#tries = tries;
    const attempt = () => {
      this.#attempt = after.then(() => this.#connect());
      return this.#attempt.finally(() => {
        this.#attempt = undefined;
      });
    };
    const signal = AbortSignal.any([this.#end.signal, tries.signal]);
    void pRetry(attempt, { ...backoff, unref: true, signal })
      .catch(() => undefined) // each failure is kept in #failure; only close() and restart() end the tries
      .finally(() => {
        if (this.#tries === tries) this.#tries = undefined;
      });
  }

  async #connect(): Promise<Client> {
    const { upstream, connectTimeoutMs, onStateChange } = this.#dependencies;
    const { transport, lastWords } = openTransport(upstream, {
      maxMessageBytes: this.#maxBytes,
      fetch: this.#http?.fetch ?? fetch,
    });
    const client: Client = new Client(
      { name: 'hybrid-routing-mcp', version },
      {
        versionNegotiation: { mode: this.#mode() },
        listChanged: { tools: { onChanged: (_, tools) => void this.#checkAgain(client, tools) } },
      },
    );
    // The client's version negotiation does not heed the signal; closing its transport ends that too.
    const stop = () => void transport.close().catch(() => undefined);
    this.#end.signal.addEventListener('abort', stop, { once: true });
    try {
      const options = { timeout: connectTimeoutMs, signal: this.#end.signal };
      await client.connect(transport, options);
      const { tools } = await client.listTools(undefined, options);
      await this.#check(tools);
    } catch (thrown) {
      await client.close().catch(() => undefined);
      if (this.#end.signal.aborted) throw new AbortError('closed');
      this.#failure = connectFailure(mcpError(thrown, upstream.name), lastWords());
      onStateChange(upstream.name, 'failed', this.#failure.message);
      throw this.#failure;
    } finally {
      this.#end.signal.removeEventListener('abort', stop);
    }
    client.onclose = () => this.#lost(client);
    this.#client = client;
    this.#failure = undefined;
    onStateChange(upstream.name, 'connected', null);
    return client;
  }

  async #check(tools: readonly Tool[]): Promise<void> {
    const { upstream } = this;
    const tool = tools.find(({ name }) => name === upstream.tool);
    if (tool) return this.#watch.check(tool);
    throw toolMissing(
      upstream,
      tools.map(({ name }) => name),
    );
  }

  /** The upstream has told that its tools are others. A list that cannot be read is read with the next connection. */
  async #checkAgain(client: Client, tools: readonly Tool[] | null): Promise<void> {
    if (tools === null || this.#client !== client) return;
    try {
      await this.#check(tools);
    } catch (thrown) {
      if (this.#client !== client) return;
      this.#client = undefined;
      this.#failure = mcpError(thrown, this.upstream.name);
      this.#dependencies.onStateChange(this.upstream.name, 'failed', this.#failure.message);
      await client.close().catch(() => undefined);
      this.#keepTrying();
    }
  }

  #lost(client: Client): void {
    if (this.#client !== client || this.#end.signal.aborted) return;
    this.#client = undefined;
    this.#dependencies.onStateChange(this.upstream.name, 'connecting', 'the connection was lost');
    this.#keepTrying();
  }

  #mode() {
    const protocol = this.upstream.protocol ?? (this.upstream.url === undefined ? 'legacy' : 'auto');
    return protocol === '2026-07-28' ? { pin: protocol } : protocol;
  }
}
