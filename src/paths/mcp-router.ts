import type { Client, ProgressCallback } from '@modelcontextprotocol/client';
import PQueue from 'p-queue';
import type { OperationClass } from '../config/operation-types.ts';
import type { McpConfig } from '../config/schema.ts';
import { fillArguments } from './argument-template.ts';
import { mcpError } from './mcp-errors.ts';
import type { CallOptions, Path, PathAnswer, PathRequest, PathState } from './path.ts';
import { PathError } from './path-error.ts';
import { readToolAnswer } from './tool-answer.ts';
import { type ConnectionState, UpstreamConnection } from './upstream-connection.ts';

interface Dependencies {
  config: McpConfig;
  onStateChange: (upstream: string, state: ConnectionState, cause: string | null) => void;
}

const priorities: Record<OperationClass, number> = { emergency: 2, critical: 1, standard: 0 };

// The attempt's signal ends a call; the client's own 60 s must not come first, nor a stray call stay for ever.
const clientTimeoutMs = 600_000;

/** The mcp path: a tool of an upstream MCP server, behind a bounded priority queue. */
export class MCPRouter implements Path {
  readonly name = 'mcp';
  readonly #config: McpConfig;
  readonly #queue: PQueue;
  readonly #connections: readonly UpstreamConnection[];

  constructor({ config, onStateChange }: Dependencies) {
    this.#config = config;
    this.#queue = new PQueue({ concurrency: config.concurrency });
    const { connectTimeoutMs, maxAnswerBytes } = config;
    this.#connections = config.upstreams.map(
      (upstream) => new UpstreamConnection({ upstream, connectTimeoutMs, maxAnswerBytes, onStateChange }),
    );
  }

  async call(request: PathRequest, options: CallOptions): Promise<PathAnswer> {
    const connection = this.#choose(request);
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
      return await this.#queue.add(() => this.#ask(connection, request, options), {
        priority: priorities[request.class],
        signal: options.signal,
      });
    } catch (thrown) {
      throw mcpError(thrown, connection.upstream.name);
    }
  }

  state(): PathState {
    const findings = this.#connections
      .filter(({ failure }) => failure !== undefined)
      .map(({ failure }) => `${failure?.message}. ${failure?.remedy}`);
    if (this.#connections.length === 0) {
      findings.push('No upstream MCP server is configured: set mcp.upstreams to use the mcp path.');
    }
    return {
      configured: this.#connections.length > 0,
      findings,
      details: {
        upstreams: Object.fromEntries(this.#connections.map(({ upstream, state }) => [upstream.name, state])),
        queue: { running: this.#queue.pending, waiting: this.#queue.size, limit: this.#config.queueSize },
      },
    };
  }

  async warmUp(): Promise<void> {
    // What fails here is kept by the connection and shown by state().
    await Promise.allSettled(this.#connections.map((connection) => connection.client()));
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#connections.map((connection) => connection.close()));
  }

  /** The first upstream for this type that has no failed connection, else the first for this type. */
  #choose(request: PathRequest): UpstreamConnection {
    const able = this.#connections.filter(({ upstream }) => upstream.operations?.includes(request.type) ?? true);
    const chosen = able.find(({ state }) => state !== 'failed') ?? able[0];
    if (chosen) return chosen;
    throw new PathError({
      path: 'mcp',
      errorClass: 'configuration',
      kind: 'no_upstream',
      message: `No upstream answers ${request.type} operations`,
      remedy: 'Add an upstream to mcp.upstreams, or add the type to "operations" of one.',
    });
  }

  async #ask(connection: UpstreamConnection, request: PathRequest, options: CallOptions): Promise<PathAnswer> {
    const client = await connection.client();
    try {
      return await this.#callTool(client, connection, request, options);
    } catch (thrown) {
      const error = mcpError(thrown, connection.upstream.name);
      if (error.kind !== 'session_expired') throw error;
      // An unknown session means that the call was not taken, so it may be sent once more on a new one.
      return this.#callTool(await connection.renew(client), connection, request, options);
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
  return message ?? (total === undefined ? String(progress) : `${progress} of ${total}`);
}
