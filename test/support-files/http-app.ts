import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { AccessError } from '../../src/access/access-error.ts';
import { type Scope, scopes } from '../../src/config/scopes.ts';
import { createHttpApp, type McpRoute, type SseRoute } from '../../src/http/app.ts';
import { httpAccess } from '../../src/http/authenticate.ts';
import { type Listening, listen } from '../../src/http/listen.ts';
import { scriptedApp } from './scripted-app.ts';

/** A token that the scripted access takes: its name, then its scopes. */
export const tokenOf = (name: string, ...scopes: Scope[]) => `${name}.${scopes.join('+')}`;

const verifier = {
  async verify(token: string) {
    const [, name, granted] = /^(\w+)\.([\w+]*)$/.exec(token) ?? [];
    if (name === undefined || granted === undefined) throw new AccessError('invalid_token', 'The token is not known');
    const held = scopes.filter((scope) => granted.split('+').includes(scope));
    return { principal: `token:${name}`, scopes: held, expiresAt: null };
  },
};

const started: { listening: Listening; sockets: Socket[] }[] = [];

/** Ends what the tests have started. */
export async function closeHttpApps(): Promise<void> {
  for (const { listening, sockets } of started.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await listening.close();
  }
}

/** The HTTP app on a real socket, over a server whose paths are scripted; MCP answers with what it was given. */
export async function servedApp(flags: Readonly<Record<string, unknown>> = {}, mcp: Partial<McpRoute> = {}) {
  const app = scriptedApp({ 'http.port': 0, ...flags });
  const echo: McpRoute = {
    handle: async (_, { authInfo, parsedBody }) => Response.json({ clientId: authInfo.clientId, parsedBody }),
    ...mcp,
  };
  const sse: SseRoute = {
    open: async (_, outgoing) => void outgoing.writeHead(200, { 'content-type': 'text/event-stream' }).end(),
    message: async (_, outgoing, { clientId }, parsedBody) =>
      void outgoing.end(JSON.stringify({ clientId, parsedBody })),
  };
  const closing = { now: false };
  const http = createHttpApp({
    context: app.context,
    access: httpAccess({ verifier, challenge: null }),
    mcp: echo,
    sse,
    isClosing: () => closing.now,
  });
  const listening = await listen({ app: http, config: app.config.http, logger: app.logger });
  const sockets: Socket[] = [];
  started.push({ listening, sockets });
  const { port, url } = listening;

  /** A connection with nothing between; `text()` is what came until now, `ended` when the server has closed it. */
  const open = (host = '127.0.0.1') => {
    const socket = connect(port, host);
    sockets.push(socket);
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('utf8');
    });
    socket.on('error', () => {}); // a connection that is closed on us is what some tests want
    const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    return { socket, text: () => received, ended };
  };
  /** Sends text as it is, and reads until the server closes the connection. */
  const raw = async (text: string) => {
    const { socket, text: received, ended } = open();
    socket.write(text);
    await ended;
    return parsedAnswer(received());
  };
  /** A request with these header lines, one line each; the connection is closed after it. */
  const get = (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const lines = Object.entries({ host: `127.0.0.1:${port}`, ...headers }).map(([name, value]) => `${name}: ${value}`);
    return raw([`GET ${path} HTTP/1.1`, ...lines, 'connection: close', '', ''].join('\r\n'));
  };
  const post = (path: string, body: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${tokenOf('ci', 'viewer', 'operator')}`,
        ...headers,
      },
    });
  return { app, http, closing, listening, port, url, open, raw, get, post };
}

export interface RawAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** The first answer in what came over a connection. */
export function parsedAnswer(text: string): RawAnswer {
  const at = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, at).split('\r\n');
  const headers = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 2),
  ]);
  return { status: Number(first.split(' ')[1]), headers: Object.fromEntries(headers), body: text.slice(at + 4) };
}

const rpcError = z.object({
  jsonrpc: z.literal('2.0'),
  error: z.object({ code: z.number(), message: z.string(), data: z.object({ code: z.string(), remedy: z.string() }) }),
  id: z.null(),
});
const plainError = z.object({ error: z.object({ code: z.string(), message: z.string(), remedy: z.string() }) });

/** The JSON-RPC error that an answer to MCP holds. */
export const rpcErrorOf = (text: string) => rpcError.parse(JSON.parse(text)).error;
/** The error that any other answer holds. */
export const errorOf = (text: string) => plainError.parse(JSON.parse(text)).error;
