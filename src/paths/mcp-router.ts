import type { Client, ProgressCallback } from '@modelcontextprotocol/client';
import PQueue from 'p-queue';
import type { OperationClass } from '../config/operation-types.ts';
import type { McpConfig } from '../config/schema.ts';
import { fillArguments } from './argument-template.ts';
import { type BreakerSettings, PathBreaker } from './circuit-breaker.ts';
import { mcpError } from './mcp-errors.ts';
import type { CallOptions, Path, PathAnswer, PathRequest, PathState } from './path.ts';
import { PathError } from './path-error.ts';
import { readToolAnswer } from './tool-answer.ts';
import { type KnownTools, type OnToolChange, toolsOfThisProcess } from './tool-watch.ts';
import { untilAborted } from './until-aborted.ts';
import { asWords } from './untrusted-text.ts';
import { type ConnectionState, UpstreamConnection } from './upstream-connection.ts';
import { type LoginStore, loginOfThisProcess } from './upstream-login.ts';

interface Dependencies {
  config: McpConfig;
  breaker: BreakerSettings;
  onStateChange: (upstream: string, state: ConnectionState, cause: string | null) => void;
  /** Told once a change: a tool is not what was reviewed, or first seen. */
  onToolChange?: OnToolChange;
  /** Where the digests of tools are kept; in this process by default. */
  knownTools?: KnownTools;
  /** Where the login of an upstream is kept; in this process by default. */
  loginOf?: (upstream: string) => LoginStore;
}

const priorities: Record<OperationClass, number> = { emergency: 2, critical: 1, standard: 0 };

// The attempt's signal ends a call; the client's own 60 s must not come first, nor a stray call stay for ever.
const clientTimeoutMs = 600_000;

/** Longest word of progress, in UTF-16 units. */
const maxProgress = 1_000;

/** One upstream: its connection, and the breaker in front of it. */
interface Upstream {
  connection: UpstreamConnection;
  breaker: PathBreaker;
}

/** The mcp path: a tool of an upstream MCP server, behind a bounded priority queue. */
export class MCPRouter implements Path {
  readonly name = 'mcp';
  readonly #config: McpConfig;
  readonly #queue: PQueue;
  readonly #upstreams: readonly Upstream[];

  constructor(dependencies: Dependencies) {
    const { config, breaker, onStateChange, onToolChange = () => {}, loginOf = loginOfThisProcess } = dependencies;
    const { knownTools = toolsOfThisProcess() } = dependencies;
    this.#config = config;
    this.#queue = new PQueue({ concurrency: config.concurrency });
    const { connectTimeoutMs, maxAnswerBytes } = config;
    this.#upstreams = config.upstreams.map((upstream) => {
      const login = loginOf(upstream.name);
      const connection = new UpstreamConnection({
        upstream,
        connectTimeoutMs,
        maxAnswerBytes,
        onStateChange,
        onToolChange,
        knownTools,
        login,
        person: null,
      });
      const probe = (signal: AbortSignal) => ping(connection, signal);
      const own = new PathBreaker({ path: 'mcp', name: `Upstream ${upstream.name}`, probe, ...breaker });
      // Somebody has signed in: no need to wait for the next try.
      login.onChange(() => {
        if (connection.failure) void connection.restart();
        if (!own.isClosed) own.reset();
      });
      return { connection, breaker: own };
    });
  }

  async call(request: PathRequest, options: CallOptions): Promise<PathAnswer> {
    const { connection, breaker } = this.#choose(request);
    if (this.#queue.pending >= this.#queue.concurrency && this.#queue.size >= this.#config.queueSize) {
      throw new PathError({
        path: 'mcp',
        errorClass: 'overload',
        kind: 'queue_full',
        message: `The queue of the mcp path is full (${this.#queue.size} waiting)`,
        remedy: 'Send fewer operations at once, or raise mcp.concurrency or mcp.queueSize.',
      });
    }
    try {
      const ask = () => breaker.run(() => this.#ask(connection, request, options), options.signal);
      return await this.#queue.add(ask, {
        priority: priorities[request.class],
        signal: options.signal,
      });
    } catch (thrown) {
      throw mcpError(thrown, connection.upstream.name);
    }
  }

  state(): PathState {
    const findings = this.#upstreams.flatMap(({ connection: { failure, finding } }) => {
      const changed = finding === null || failure?.kind === 'tool_changed' ? [] : [finding];
      return failure ? [`${failure.message}. ${failure.remedy}`, ...changed] : changed;
    });
    if (this.#upstreams.length === 0) {
      findings.push('No upstream MCP server is configured: set mcp.upstreams to use the mcp path.');
    }
    return {
      configured: this.#upstreams.length > 0,
      available: this.#upstreams.some(({ breaker }) => breaker.isClosed),
      breakers: Object.fromEntries(
        this.#upstreams.map(({ connection, breaker }) => [connection.upstream.name, breaker.view()]),
      ),
      findings,
      details: {
        upstreams: Object.fromEntries(
          this.#upstreams.map(({ connection }) => [connection.upstream.name, connection.state]),
        ),
        queue: { running: this.#queue.pending, waiting: this.#queue.size, limit: this.#config.queueSize },
      },
    };
  }

  /** Pings the upstreams in turn: the path answers when one of them does. */
  async probe(signal: AbortSignal): Promise<void> {
    let failure: unknown = noUpstream('any');
    for (const { connection, breaker } of this.#upstreams) {
      if (!breaker.isClosed) continue; // it makes its own trials
      try {
        return await ping(connection, signal);
      } catch (thrown) {
        failure = thrown;
      }
    }
    throw failure;
  }

  /** Any upstream that answers stands for the path. */
  probeTarget(): string {
    return 'upstreams';
  }

  resetBreakers(): void {
    for (const { breaker } of this.#upstreams) breaker.reset();
  }

  async restart(): Promise<void> {
    await Promise.all(this.#upstreams.map(({ connection }) => connection.restart()));
  }

  async warmUp(): Promise<void> {
    // What fails here is kept by the connection and shown by state().
    await Promise.allSettled(this.#upstreams.map(({ connection }) => connection.client()));
  }

  async close(): Promise<void> {
    for (const { breaker } of this.#upstreams) breaker.end();
    await Promise.allSettled(this.#upstreams.map(({ connection }) => connection.close()));
  }

  /** The first upstream for this type that is connected and whose breaker is closed, or else the nearest to that. */
  #choose(request: PathRequest): Upstream {
    const able = this.#upstreams.filter(({ connection }) => {
      const { name, operations } = connection.upstream;
      return (operations?.includes(request.type) ?? true) && (request.upstreams?.includes(name) ?? true);
    });
    const closed = able.filter(({ breaker }) => breaker.isClosed);
    const chosen = closed.find(({ connection }) => connection.state !== 'failed') ?? closed[0] ?? able[0];
    if (chosen) return chosen;
    throw noUpstream(request.type);
  }

  async #ask(connection: UpstreamConnection, request: PathRequest, options: CallOptions): Promise<PathAnswer> {
    const client = await connection.client();
    try {
      return await this.#callTool(client, connection, request, options);
    } catch (thrown) {
      const error = mcpError(thrown, connection.upstream.name);
      if (error.kind !== 'session_expired') throw error;
      // An unknown session means that the call was not taken, so it may be sent once more on a new one.
      const renewed = await connection.renew(client);
      return this.#callTool(renewed, connection, request, options).catch((again: unknown) => {
        throw mcpError(again, connection.upstream.name).asRetried();
      });
    }
  }

  async #callTool(client: Client, connection: UpstreamConnection, request: PathRequest, options: CallOptions) {
    const { upstream } = connection;
    const { signal, onProgress } = options;
    signal.throwIfAborted();
    const onprogress: ProgressCallback | undefined = onProgress && ((update) => onProgress(progressText(update)));
    const result = await client.callTool(
      { name: upstream.tool, arguments: fillArguments(upstream.arguments, request) },
      { signal, timeout: clientTimeoutMs, ...(onprogress ? { onprogress } : {}) },
    );
    return readToolAnswer(result, {
      upstream: upstream.name,
      tool: upstream.tool,
      result: upstream.result,
      maxAnswerBytes: this.#config.maxAnswerBytes,
    });
  }
}

/** The upstream's own word, or how far it is. */
function progressText({ message, progress, total }: Parameters<ProgressCallback>[0]): string {
  if (message !== undefined) return asWords(message, maxProgress);
  return total === undefined ? String(progress) : `${progress} of ${total}`;
}

/** Asks whether an upstream answers at all, by the cheapest request of its era. */
async function ping(connection: UpstreamConnection, signal: AbortSignal): Promise<void> {
  try {
    const client = await untilAborted(connection.client(), signal);
    if (client.getProtocolEra() === 'legacy') await client.ping({ signal });
    else await client.listTools(undefined, { signal, cacheMode: 'refresh' });
  } catch (thrown) {
    throw mcpError(thrown, connection.upstream.name);
  }
}

function noUpstream(type: string): PathError {
  return new PathError({
    path: 'mcp',
    errorClass: 'configuration',
    kind: 'no_upstream',
    message: `No upstream answers ${type} operations`,
    remedy: 'Add an upstream to mcp.upstreams, or add the type to "operations" of one.',
  });
}
