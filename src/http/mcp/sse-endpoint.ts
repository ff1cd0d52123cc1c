import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AuthInfo, type McpServer, parseJSONRPCMessage, type ServerEventBus } from '@modelcontextprotocol/server';
import { messageOf } from '../../config/errors.ts';
import type { HttpConfig } from '../../config/http-schema.ts';
import { LocalSubscriptions } from '../../operations/local-subscriptions.ts';
import type { Subscriptions } from '../../server.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { SseRoute } from '../app.ts';
import { HttpError } from '../http-error.ts';
import { Shares } from './shares.ts';
import { SseTransport } from './sse-transport.ts';

interface Dependencies {
  createServer: (serving: { subscriptions: Subscriptions }) => McpServer;
  config: Pick<HttpConfig, 'sessions'>;
  bus: ServerEventBus;
  logger: Logger;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

interface Connection {
  transport: SseTransport;
  server: McpServer;
  principal: string;
  subscriptions: LocalSubscriptions;
}

const keepAliveMs = 15_000;

/**
 * The HTTP+SSE transport of 2024-11-05: one stream with everything for the client, and a POST for each of its messages.
 * Of one process: where several serve, the proxy has to send the messages to where the stream is.
 */
export class SseEndpoint implements SseRoute {
  readonly #dependencies: Dependencies;
  readonly #connections = new Map<string, Connection>();
  readonly #shares: Shares;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#shares = new Shares(dependencies.config.sessions.max);
  }

  /** Connections that are open now. */
  get count(): number {
    return this.#connections.size;
  }

  /** Opens a stream, which ends with the connection, or with the caller's token. @throws HttpError 503 where there are too many */
  async open(incoming: IncomingMessage, outgoing: ServerResponse, authInfo: AuthInfo): Promise<void> {
    const { createServer, bus, logger, wallClock } = this.#dependencies;
    // The older SDK is loaded when its transport is first asked for.
    const { SSEServerTransport } = await import('@modelcontextprotocol/sdk/server/sse.js');
    // A client that has gone meanwhile would never be seen to go.
    if (outgoing.destroyed) return;
    const leave = this.#shares.take(authInfo.clientId);
    if (!leave) throw tooMany();
    outgoing.once('close', leave);
    const transport = new SseTransport(new SSEServerTransport('/messages', outgoing));
    const subscriptions = new LocalSubscriptions({
      listen: (hear) =>
        bus.subscribe((event) => {
          if (event.kind === 'resource_updated') hear(event.uri);
        }),
      tell: (uri) => {
        server.server.sendResourceUpdated({ uri }).catch(onerror);
      },
    });
    const onerror = (error: Error) => {
      logger.debug({ component: 'bedrock-support', cause: messageOf(error) }, 'MCP over SSE');
    };
    const server = createServer({ subscriptions });
    const alive = setInterval(() => outgoing.write(': keepalive\n\n'), keepAliveMs).unref();
    const leftMs = authInfo.expiresAt === undefined ? null : authInfo.expiresAt * 1_000 - wallClock();
    const expiry = leftMs === null ? undefined : setTimeout(() => void server.close(), Math.min(leftMs, longestTimer));
    server.server.onerror = onerror;
    server.server.onclose = () => {
      clearInterval(alive);
      clearTimeout(expiry);
      subscriptions.close();
      this.#connections.delete(transport.sessionId);
    };
    this.#connections.set(transport.sessionId, { transport, server, principal: authInfo.clientId, subscriptions });
    incoming.socket.setNoDelay(true);
    await server.connect(transport);
    outgoing.flushHeaders();
  }

  /** Takes a message of the client. @throws HttpError 404 where there is no such stream of this principal, 400 for no message */
  async message(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    authInfo: AuthInfo,
    parsedBody: unknown,
  ): Promise<void> {
    const { searchParams } = new URL(incoming.url ?? '', 'http://localhost');
    const connection = this.#connections.get(searchParams.get('sessionId') ?? '');
    if (!connection || connection.principal !== authInfo.clientId) throw noConnection();
    connection.transport.take(parsed(parsedBody), authInfo);
    outgoing.writeHead(202, { 'content-type': 'text/plain' }).end('Accepted');
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connections.values()].map(({ server }) => server.close()));
  }
}

/** Longest delay of a timer, in ms. */
const longestTimer = 2_147_483_647;

function parsed(body: unknown) {
  try {
    return parseJSONRPCMessage(body);
  } catch {
    throw new HttpError({
      status: 400,
      code: 'invalid_message',
      message: 'The body is no JSON-RPC message',
      remedy: 'Send one JSON-RPC 2.0 request, notification or response.',
    });
  }
}

function noConnection(): HttpError {
  return new HttpError({
    status: 404,
    code: 'session_not_found',
    message: 'There is no such SSE connection',
    remedy: 'Open /sse, and post to the endpoint that it names.',
  });
}

function tooMany(): HttpError {
  return new HttpError({
    status: 503,
    code: 'too_many_sessions',
    message: 'Too many SSE connections are open',
    remedy: 'Close one, or use Streamable HTTP at /mcp.',
    headers: { 'retry-after': '30' },
  });
}
