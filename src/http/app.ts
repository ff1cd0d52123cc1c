import type { IncomingMessage, ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { AuthInfo } from '@modelcontextprotocol/server';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { messageOf } from '../config/errors.ts';
import { scopes } from '../config/scopes.ts';
import type { OperationContext } from '../operations/operation.ts';
import { InFlight } from '../support/in-flight.ts';
import { requireScope } from './authenticate.ts';
import { callers } from './callers.ts';
import { errorAnswer } from './error-answer.ts';
import { addressed, admitted, named, whileServing } from './gates.ts';
import { healthRoutes } from './health-routes.ts';
import type { HttpEnv } from './http-env.ts';
import { readJson } from './json-body.ts';
import { rateLimits } from './rate-limits.ts';
import { notFound, readable, wrongMethod } from './route-problems.ts';
import { securityHeaders } from './security-headers.ts';
import { type RefusedRequest, SecurityWatch } from './security-watch.ts';

/** Who calls: from `authenticate.ts`. */
export interface Access {
  /** Throws HttpError 401 without a valid token; sets `grant`. */
  authenticate: MiddlewareHandler<HttpEnv>;
  /** Sets `grant` where a valid token came. */
  optionalAuthenticate: MiddlewareHandler<HttpEnv>;
  authInfoOf(c: Context<HttpEnv>): AuthInfo;
}

/** MCP over Streamable HTTP. */
export interface McpRoute {
  handle(request: Request, options: { authInfo: AuthInfo; parsedBody?: unknown }): Promise<Response>;
}

/** MCP over the old HTTP+SSE transport, on Node's own request and response. */
export interface SseRoute {
  open(incoming: IncomingMessage, outgoing: ServerResponse, authInfo: AuthInfo): Promise<void>;
  /** @param parsedBody the message: the request's body has been read */
  message(incoming: IncomingMessage, outgoing: ServerResponse, authInfo: AuthInfo, parsedBody: unknown): Promise<void>;
}

interface Dependencies {
  context: OperationContext;
  access: Access;
  mcp: McpRoute;
  sse: SseRoute;
  /** Whether the server takes no more operations. */
  isClosing: () => boolean;
  /** Routes without a token: protected-resource metadata, the API's description. */
  openRoutes?: readonly Hono<HttpEnv>[];
  /** Routes under /admin and /test, behind a token. */
  adminRoutes?: readonly Hono<HttpEnv>[];
}

export interface HttpApp {
  fetch: Hono<HttpEnv>['fetch'];
  /** Any error, also one from before the app, as an answer. */
  errorAnswer(thrown: unknown): Response;
  /** Resolves when no request but MCP's own waits for its answer. */
  idle(): Promise<void>;
  /** Requests refused since the start, by error code. */
  refusals(): Record<string, number>;
}

const protectedPaths = ['/mcp', '/sse', '/messages', '/admin/*', '/test/*'] as const;
const mcpPaths: readonly string[] = ['/mcp', '/sse', '/messages'];

/** Everything that is served over HTTP: the gates that each request passes, in their order, and then the routes. */
export function createHttpApp(dependencies: Dependencies): HttpApp {
  const { context, access, isClosing, openRoutes = [], adminRoutes = [] } = dependencies;
  const { logger, networks, config } = context;
  const inFlight = new InFlight();
  const watch = new SecurityWatch({
    logger,
    record: (refused) => recordRefusal(context, refused),
    now: () => performance.now(),
  });
  const who = callers({ limits: rateLimits(config.http.rateLimit), watch });
  const app = new Hono<HttpEnv>();
  app.onError((thrown, c) => errorAnswer({ thrown, path: c.req.path, logger }));
  app.notFound((c) => errorAnswer({ thrown: notFound(), path: c.req.path, logger }));

  app.use((c, next) => (mcpPaths.includes(c.req.path) ? next() : inFlight.run(next)));
  app.use(addressed(config.http));
  app.use(securityHeaders(config.http));
  app.use(admitted(networks, watch));
  app.use(named(config.http, watch));
  if (config.http.allowedOrigins.length > 0) app.use(preflights());
  app.use(whileServing(isClosing));
  for (const path of protectedPaths) app.use(path, who.counted, access.authenticate);
  // Each tool and resource asks for its own scope; who has none of ours has nothing to do here.
  for (const path of mcpPaths) app.use(path, requireScope(scopes));
  app.use('/health/*', who.open(access.optionalAuthenticate));
  app.use(who.limited);
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => errorAnswer({ thrown: wrongMethod(methods), path: c.req.path, logger }),
    }),
  );

  app.route('/', healthRoutes({ context, isClosing }));
  for (const routes of [...openRoutes, ...adminRoutes]) app.route('/', routes);
  app.route('/', mcpRoutes(dependencies, who.batched));

  return {
    fetch: app.fetch,
    errorAnswer: (thrown) => errorAnswer({ thrown: readable(thrown), path: '', logger }),
    idle: () => inFlight.idle(),
    refusals: () => watch.counts,
  };
}

/** The row of a request that reached no operation: the operations have rows of their own. */
function recordRefusal({ audit, logger }: OperationContext, { address, code }: RefusedRequest): void {
  const caller = { transport: 'http', client: null, principal: 'nobody', address };
  const body = { operation: 'http', arguments: {}, caller, outcome: 'refused', code, durationMs: 0 };
  audit.append('ACCESS', body).catch((thrown: unknown) => {
    const fields = { component: 'bedrock-support', code, cause: messageOf(thrown) } as const;
    logger.error({ ...fields, event: 'SECURITY' }, 'SECURITY refused request has no audit row');
  });
}

const mcpHeaders = ['mcp-session-id', 'mcp-protocol-version', 'mcp-method', 'mcp-name'];

/** Pages of the origins that are allowed, the only ones that come so far, may read what they are answered. */
function preflights(): MiddlewareHandler<HttpEnv> {
  return cors({
    origin: (origin) => origin,
    allowMethods: ['GET', 'POST', 'DELETE'],
    allowHeaders: ['authorization', 'content-type', 'last-event-id', ...mcpHeaders],
    exposeHeaders: ['www-authenticate', 'retry-after', 'ratelimit', 'ratelimit-policy', ...mcpHeaders],
    maxAge: 600,
  });
}

function mcpRoutes(
  { context, access, mcp, sse }: Dependencies,
  batched: (c: Context<HttpEnv>, body: unknown) => Promise<void>,
): Hono<HttpEnv> {
  const { bodyBytes } = context.config.http;
  const app = new Hono<HttpEnv>();
  app.on(['GET', 'DELETE'], '/mcp', (c) => mcp.handle(c.req.raw, { authInfo: access.authInfoOf(c) }));
  app.post('/mcp', async (c) => {
    const parsedBody = await readJson(c.env.incoming, bodyBytes);
    await batched(c, parsedBody);
    return mcp.handle(c.req.raw, { authInfo: access.authInfoOf(c), parsedBody });
  });
  app.get('/sse', async (c) => {
    // A stream has no head without a body.
    if (c.req.method === 'HEAD') throw wrongMethod(['GET']);
    await sse.open(c.env.incoming, c.env.outgoing, access.authInfoOf(c));
    return RESPONSE_ALREADY_SENT;
  });
  app.post('/messages', async (c) => {
    const parsedBody = await readJson(c.env.incoming, bodyBytes);
    await sse.message(c.env.incoming, c.env.outgoing, access.authInfoOf(c), parsedBody);
    return RESPONSE_ALREADY_SENT;
  });
  return app;
}
