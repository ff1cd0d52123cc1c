import { Client } from '@modelcontextprotocol/client';
import pRetry, { AbortError } from 'p-retry';
import type { UpstreamConfig } from '../config/upstream-schema.ts';
import { version } from '../version.ts';
import { mcpError } from './mcp-errors.ts';
import { PathError } from './path-error.ts';
import { openTransport } from './upstream-transport.ts';

interface Dependencies {
  upstream: UpstreamConfig;
  connectTimeoutMs: number;
  maxAnswerBytes: number;
  onStateChange: (upstream: string, state: ConnectionState, cause: string | null) => void;
}

export type ConnectionState = 'idle' | 'connecting' | 'connected' | 'failed' | 'closed';

// Reconnect waits: doubled from half a second to half a minute, with jitter, so that restarts do not come in step.
const backoff = { minTimeout: 500, maxTimeout: 30_000, factor: 2, randomize: true, retries: Number.POSITIVE_INFINITY };

/** The connection to one upstream: opened once, checked for its tool, opened again with backoff when it is lost. */
export class UpstreamConnection {
  readonly upstream: UpstreamConfig;
  readonly #dependencies: Dependencies;
  readonly #end = new AbortController();
  #client: Client | undefined;
  #attempt: Promise<Client> | undefined;
  #reconnecting = false;
  #failure: PathError | undefined;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.upstream = dependencies.upstream;
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

  /** The connected client. While a lost connection waits for its next attempt, fails at once with the last cause. */
  async client(): Promise<Client> {
    if (this.#client) return this.#client;
    if (this.#attempt) return this.#attempt;
    if (this.#failure) throw this.#failure;
    this.#keepTrying();
    return this.#attempt ?? Promise.reject(closed(this.upstream));
  }

  /** Drops a connection that the upstream no longer knows (an expired session), and opens a new one. */
  async renew(stale: Client): Promise<Client> {
    if (this.#client === stale) {
      this.#client = undefined;
      await stale.close().catch(() => undefined);
    }
    return this.client();
  }

  async close(): Promise<void> {
    this.#end.abort();
    const client = this.#client ?? (await this.#attempt?.catch(() => undefined));
    this.#client = undefined;
    await client?.close();
  }

  /** Connects now and, where that fails, again and again until it succeeds or the router closes. */
  #keepTrying(): void {
    if (this.#reconnecting || this.#end.signal.aborted) return;
    this.#reconnecting = true;
    const attempt = () => {
      this.#attempt = this.#connect();
      return this.#attempt.finally(() => {
        this.#attempt = undefined;
      });
    };
    void pRetry(attempt, { ...backoff, unref: true, signal: this.#end.signal })
      .catch(() => undefined) // each failure is kept in #failure; only close() ends the tries
      .finally(() => {
        this.#reconnecting = false;
      });
  }

  async #connect(): Promise<Client> {
    const { upstream, connectTimeoutMs, maxAnswerBytes, onStateChange } = this.#dependencies;
    // Escapes and a structured twin of the text make a message several times as long as its answer.
    const { transport, lastWords } = openTransport(upstream, 4 * maxAnswerBytes + 65_536);
    const client = new Client({ name: 'hybrid-routing-mcp', version }, { versionNegotiation: { mode: this.#mode() } });
    // The client's version negotiation does not heed the signal; closing its transport ends that too.
    const stop = () => void transport.close().catch(() => undefined);
    this.#end.signal.addEventListener('abort', stop, { once: true });
    try {
      const options = { timeout: connectTimeoutMs, signal: this.#end.signal };
      await client.connect(transport, options);
      const { tools } = await client.listTools(undefined, options);
      if (!tools.some(({ name }) => name === upstream.tool))
        throw toolMissing(
          upstream,
          tools.map(({ name }) => name),
        );
    } catch (thrown) {
      await client.close().catch(() => undefined);
      if (this.#end.signal.aborted) throw new AbortError('closed');
      this.#failure = withLastWords(mcpError(thrown, upstream.name), lastWords());
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

function closed(upstream: UpstreamConfig): PathError {
  return new PathError({
    path: 'mcp',
    errorClass: 'network',
    kind: 'closed',
    message: `Upstream ${upstream.name}: the connection is closed because the server is shutting down`,
    remedy: 'Send the operation to another server.',
  });
}

function toolMissing(upstream: UpstreamConfig, tools: readonly string[]): PathError {
  const shown = tools.slice(0, 20).join(', ') || 'none';
  return new PathError({
    path: 'mcp',
    errorClass: 'configuration',
    kind: 'tool_missing',
    message: `Upstream ${upstream.name}: has no tool ${upstream.tool}; its tools: ${shown}`,
    remedy: `Set "tool" of upstream ${upstream.name} in mcp.upstreams to one of them.`,
  });
}

function withLastWords(error: PathError, lastWords: string | undefined): PathError {
  if (lastWords === undefined) return error;
  const { path, errorClass, kind, message, remedy, cause } = error;
  return new PathError({ path, errorClass, kind, message: `${message} (it last said: ${lastWords})`, remedy, cause });
}
