import { randomBytes } from 'node:crypto';
import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
  legacyStatelessFallback,
  type McpRequestContext,
  type McpServer,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import { messageOf } from '../../config/errors.ts';
import type { HttpConfig } from '../../config/http-schema.ts';
import type { ResourceChanges } from '../../operations/resource-changes.ts';
import type { Asked, Subscriptions } from '../../server.ts';
import type { KeyRing } from '../../store/key-ring.ts';
import type { SharedState } from '../../store/shared-state.ts';
import { InFlight } from '../../support/in-flight.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { McpRoute, SseRoute } from '../app.ts';
import type { Handling } from './session.ts';
import { SessionIds } from './session-ids.ts';
import { SessionSharing } from './session-sharing.ts';
import { Sessions } from './sessions.ts';
import { SharedEventBus } from './shared-event-bus.ts';
import { Shares } from './shares.ts';
import { SseEndpoint } from './sse-endpoint.ts';
import { isStream, watchedStream } from './stream.ts';

interface Dependencies {
  /** Makes a server for a connection, or for a request where there is none. */
  createServer: (serving: { subscriptions?: Subscriptions; asked?: Asked }) => McpServer;
  config: HttpConfig;
  changes: Pick<ResourceChanges, 'listen'>;
  shared: Pick<SharedState, 'value' | 'collection'>;
  keys: Pick<KeyRing, 'named'>;
  logger: Logger;
  /** Milliseconds since 1970. */
  wallClock: () => number;
  /** Milliseconds on a monotonic clock. */
  now: () => number;
}

export interface McpEndpoint extends McpRoute {
  /** Change events, from wherever on the state, and to every subscriber. */
  bus: ServerEventBus;
  /** The old HTTP+SSE transport. */
  sse: SseRoute;
  /** Sessions and old connections that are served here now. */
  sessions(): number;
  /** Resolves when every request but an open stream for notifications has its answer. */
  idle(): Promise<void>;
  /** Ends sessions and streams. */
  close(): Promise<void>;
}

/**
 * MCP over HTTP in every era, from one factory: requests of 2026-07-28, which stand alone; sessions of 2025, opened by
 * `initialize`; requests of 2025 without a session; and connections of 2024 over the old transport.
 */
export function createMcpEndpoint(dependencies: Dependencies): McpEndpoint {
  const { createServer, config, changes, shared, keys, logger, wallClock, now } = dependencies;
  const replica = randomBytes(6).toString('base64url');
  const onerror = (error: Error) => {
    logger.debug({ component: 'bedrock-support', cause: messageOf(error) }, 'MCP request');
  };
  const bus = new SharedEventBus({ changes, shared, replica, onerror, wallClock, now });
  const modern = createMcpHandler((request) => createServer({ ...askedBy(request) }), {
    legacy: 'reject',
    bus,
    maxSubscriptions: config.sessions.max,
    maxRequestBodySize: config.bodyBytes,
    onerror,
  });
  const stateless = legacyStatelessFallback(() => createServer({}), onerror, { maxRequestBodySize: config.bodyBytes });
  const sessions = new Sessions({
    createServer,
    config: config.sessions,
    ids: new SessionIds({ keys, wallClock }),
    sharing: new SessionSharing({ shared, replica, wallClock }),
    bus,
    replica,
    logger,
    wallClock,
  });
  const sse = new SseEndpoint({ createServer, config, bus, logger, wallClock });
  const inFlight = new InFlight();
  const listeners = new Shares(config.sessions.max);

  const serve = async (request: Request, handling: Handling): Promise<Response> => {
    if (!(await isLegacyRequest(request, handling.parsedBody))) return modern.fetch(request, handling);
    const id = request.headers.get('mcp-session-id');
    if (id === null) {
      return isInitializeRequest(handling.parsedBody) ? sessions.open(request, handling) : stateless(request, handling);
    }
    const session = await sessions.find(id, handling.authInfo);
    if (!session) return noSession();
    const response = await session.handle(request, handling);
    if (request.method === 'DELETE' && response.ok) await sessions.end(session);
    return response;
  };

  return {
    bus,
    sse,
    sessions: () => sessions.count + sse.count,
    async handle(request, handling) {
      // The SDK's own handler serves it, where no server of ours is asked.
      if (isListen(handling.parsedBody)) return listenFor(request, handling);
      if (isOpenEnded(request, handling.parsedBody)) return untilExpiry(await serve(request, handling), handling);
      let answered = () => {};
      void inFlight.run(() => new Promise<void>((resolve) => (answered = resolve)));
      try {
        return untilExpiry(await serve(request, handling), handling, answered);
      } catch (thrown) {
        answered();
        throw thrown;
      }
    },
    idle: () => inFlight.idle(),
    async close() {
      bus.close();
      await Promise.all([modern.close(), sessions.close(), sse.close()]);
    },
  };

  async function listenFor(request: Request, handling: Handling): Promise<Response> {
    const { scopes, clientId } = handling.authInfo;
    if (!scopes.includes('viewer')) return refused(403, noScope);
    const leave = listeners.take(clientId);
    if (!leave) return refused(429, noPlace);
    try {
      return untilExpiry(await serve(request, handling), handling, leave);
    } catch (thrown) {
      leave();
      throw thrown;
    }
  }

  /** A stream ends with the token that it was opened with. */
  function untilExpiry(response: Response, { authInfo }: Handling, onEnd = () => {}): Response {
    const until = authInfo.expiresAt === undefined ? null : authInfo.expiresAt * 1_000;
    if (isStream(response)) return watchedStream(response, { until, wallClock, onEnd });
    onEnd();
    return response;
  }
}

/** By the headers, which the SDK has held against the body when it asks for a server. */
function askedBy({ requestInfo }: McpRequestContext): { asked?: Asked } {
  const method = requestInfo?.headers.get('mcp-method') ?? null;
  return method === null ? {} : { asked: { method, name: requestInfo?.headers.get('mcp-name') ?? null } };
}

/** Whether a request is for a stream that goes on until somebody ends it. */
function isOpenEnded({ method }: Request, body: unknown): boolean {
  if (method !== 'POST') return true;
  return isListen(body);
}

function isListen(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'method' in body && body.method === 'subscriptions/listen';
}

const noScope = 'insufficient_scope: subscriptions need the scope viewer. Use a token with it.';
const noPlace = 'too_many_subscriptions: this caller has all the streams that it may have. End one first.';

function refused(status: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', error: { code: -32_600, message }, id: null }, { status });
}

function noSession(): Response {
  const error = {
    code: -32_001,
    message: 'Session not found. Open a new one with initialize.',
    data: { code: 'session_not_found', remedy: 'Send initialize without Mcp-Session-Id.' },
  };
  return Response.json({ jsonrpc: '2.0', error, id: null }, { status: 404 });
}
