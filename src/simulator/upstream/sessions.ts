import { randomUUID } from 'node:crypto';
import { type Server, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import { rpcError, rpcRequest } from './message.ts';

/** Clients that never said goodbye: beyond this many the oldest session ends. */
const MAX_SESSIONS = 500;

/** Sessions of 2025-era clients. Later clients have none: each of their requests stands alone. */
export class Sessions {
  readonly #createServer: () => Server;
  readonly #transports = new Map<string, WebStandardStreamableHTTPServerTransport>();

  constructor(createServer: () => Server) {
    this.#createServer = createServer;
  }

  async handle(request: Request, body: unknown): Promise<Response> {
    const id = request.headers.get('mcp-session-id');
    const options = body === undefined ? {} : { parsedBody: body };
    if (id !== null) {
      const transport = this.#transports.get(id);
      return transport === undefined ? sessionNotFound() : transport.handleRequest(request, options);
    }
    if (rpcRequest(body)?.method !== 'initialize') {
      return Response.json(rpcError(null, -32_000, 'Bad Request: Session ID required'), { status: 400 });
    }
    const transport = await this.#open();
    return transport.handleRequest(request, options);
  }

  /** Ends a session as if it had timed out: its id is unknown from now on. */
  async expire(id: string): Promise<void> {
    const transport = this.#transports.get(id);
    this.#transports.delete(id);
    await transport?.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#transports.keys()].map((id) => this.expire(id)));
  }

  async #open(): Promise<WebStandardStreamableHTTPServerTransport> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: async (id) => {
        this.#transports.set(id, transport);
        const [oldest] = this.#transports.keys();
        if (this.#transports.size > MAX_SESSIONS && oldest !== undefined) await this.expire(oldest);
      },
    });
    transport.onclose = () => {
      if (transport.sessionId !== undefined) this.#transports.delete(transport.sessionId);
    };
    await this.#createServer().connect(transport);
    return transport;
  }
}

/** What Streamable HTTP asks of a server that does not know a session (any more). */
export function sessionNotFound(): Response {
  return Response.json(rpcError(null, -32_001, 'Session not found'), { status: 404 });
}
