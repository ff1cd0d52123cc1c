import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { localhostHostValidation, localhostOriginValidation } from '@modelcontextprotocol/node';
import { createMcpHandler, isLegacyRequest } from '@modelcontextprotocol/server';
import { DataListener } from '../data-listener.ts';
import { createEngine, type Engine } from '../engine.ts';
import { readBody } from '../read-body.ts';
import { openSimulator, type RunningSimulator, type SimulatorOptions } from '../simulator.ts';
import { CallsUnderWay } from './call.ts';
import { answerRequest } from './http-call.ts';
import { writeResponse } from './http-response.ts';
import { createUpstreamServer } from './mcp-server.ts';
import { rpcError, rpcRequest } from './message.ts';
import { Sessions } from './sessions.ts';

const MAX_BODY_BYTES = 20 * 1_048_576;

export interface UpstreamOptions extends SimulatorOptions {
  /** What the fault `exit` does. By default the process ends. */
  exit?: (status: number) => void;
}

/** What an HTTP exchange needs. */
export interface UpstreamHttp {
  engine: Engine;
  calls: CallsUnderWay;
  sessions: Sessions;
  listener: DataListener;
  /** Hands a request to the SDK: sessions for 2025-era clients, none for later ones. */
  forward(request: IncomingMessage, body: unknown, gone: AbortSignal): Promise<Response>;
}

/** Starts an upstream MCP server over Streamable HTTP, for clients of both protocol eras. */
export async function startUpstreamSimulator(options: UpstreamOptions = {}): Promise<RunningSimulator> {
  const engine = createEngine({ server: 'upstream', seed: options.seed ?? 1 });
  const calls = new CallsUnderWay();
  const exit = options.exit ?? ((status) => process.exit(status));
  const create = () => createUpstreamServer({ calls, seed: engine.random.seed(), exit });
  const sessions = new Sessions(create);
  const modern = createMcpHandler(create, { legacy: 'reject', maxRequestBodySize: MAX_BODY_BYTES });

  const server = createServer((request, response) => {
    handle(request, response, http).catch(() => response.destroy());
  });
  const http: UpstreamHttp = {
    engine,
    calls,
    sessions,
    listener: new DataListener(server, options.port ?? 0),
    async forward(request, body, gone) {
      const web = webRequest(request, body, gone);
      if (await isLegacyRequest(web, body)) return sessions.handle(web, body);
      return modern.fetch(web, body === undefined ? {} : { parsedBody: body });
    },
  };
  const stop = async () => {
    await sessions.close();
    await modern.close();
  };
  return openSimulator({ engine, server, listener: http.listener, path: '/mcp', stop }, options);
}

const validHost = localhostHostValidation();
const validOrigin = localhostOriginValidation();

async function handle(request: IncomingMessage, response: ServerResponse, http: UpstreamHttp): Promise<void> {
  if (!validHost(request, response) || !validOrigin(request, response)) return;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (request.url?.split('?')[0] !== '/mcp') {
    const notFound = Response.json(rpcError(null, -32_000, 'The MCP endpoint is /mcp.'), { status: 404 });
    return writeResponse(notFound, response, { gone: gone.signal });
  }
  let body: unknown;
  if (request.method === 'POST') {
    const text = await readBody(request, MAX_BODY_BYTES);
    if (text === 'gone') return;
    body = parsed(text);
    if (text === 'too large' || body === undefined) {
      const refusal = Response.json(rpcError(null, -32_700, 'The body is not JSON, or too large.'), { status: 400 });
      return writeResponse(refusal, response, { gone: gone.signal });
    }
  }
  const rpc = rpcRequest(body);
  if (rpc !== undefined) return answerRequest({ request, response, rpc, http, gone: gone.signal });
  // Notifications, streams of a session and its end carry no question: nothing to decide, nothing to count.
  await writeResponse(await http.forward(request, body, gone.signal), response, { gone: gone.signal });
}

/** `body` has been read and parsed already; the request carries it again for whoever reads it there. */
function webRequest(request: IncomingMessage, body: unknown, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(request.headersDistinct)) {
    for (const value of values) headers.append(name, value);
  }
  return new Request(`http://127.0.0.1${request.url ?? '/'}`, {
    method: request.method ?? 'GET',
    headers,
    signal,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
