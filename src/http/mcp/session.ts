import {
  type AuthInfo,
  type JSONRPCMessage,
  type McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Subscriptions } from '../../server.ts';
import { EventLog } from './event-log.ts';
import { RelayedTransport } from './relayed-transport.ts';
import type { Opening } from './session-ids.ts';
import { isStream, watchedStream } from './stream.ts';

interface Dependencies {
  id: string;
  /** Milliseconds since 1970. */
  openedAt: number;
  createServer: (serving: { subscriptions: Subscriptions }) => McpServer;
  subscriptions: Subscriptions & { current(): readonly string[] };
  replica: string;
  onForeign: (message: JSONRPCMessage, to: string | null) => void;
  /** Told when the client listens here, or no longer does. */
  onListening: () => void;
  onClosed: () => void;
  onerror: (error: Error) => void;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

export interface Handling {
  authInfo: AuthInfo;
  parsedBody?: unknown;
}

/** How soon a client whose stream has ended is asked to come back for the rest, in ms. */
const retryMs = 1_000;

/** A session of a 2025-era client, as far as this process serves it. */
export class Session {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  /** Milliseconds since 1970. */
  usedAt: number;
  readonly #dependencies: Dependencies;
  readonly #events = new EventLog();
  readonly #inner: WebStandardStreamableHTTPServerTransport;
  readonly #transport: RelayedTransport;
  readonly #server: McpServer;
  /** Requests whose answer, or stream, has not ended. */
  #open = 0;
  #listening = 0;

  constructor(dependencies: Dependencies) {
    const { id, createServer, subscriptions, replica, onForeign, onClosed, onerror, wallClock } = dependencies;
    this.#dependencies = dependencies;
    this.id = id;
    this.openedAt = dependencies.openedAt;
    this.usedAt = wallClock();
    this.#inner = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      eventStore: this.#events,
      retryInterval: retryMs,
    });
    this.#transport = new RelayedTransport({ inner: this.#inner, replica, onForeign });
    this.#server = createServer({ subscriptions });
    this.#server.server.onclose = onClosed;
    this.#server.server.onerror = onerror;
  }

  /** Before the first request. */
  async connect(): Promise<void> {
    await this.#server.connect(this.#transport);
  }

  /** As connect, for a session that was opened before, perhaps at another process: the client is not asked again. */
  async resume({ protocolVersion, capabilities, clientInfo }: Opening, authInfo: AuthInfo): Promise<void> {
    await this.connect();
    const params = { protocolVersion, capabilities, clientInfo };
    const headers = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
    const request = new Request('http://localhost/mcp', { method: 'POST', headers });
    const parsedBody = { jsonrpc: '2.0', id: 'resume', method: 'initialize', params };
    const response = await this.#inner.handleRequest(request, { parsedBody, authInfo });
    await response.text();
    if (!response.ok) throw new Error(`The session cannot be resumed: status ${response.status}`);
  }

  /** Whether something is being worked on. */
  get busy(): boolean {
    return this.#transport.running > 0 || this.#open > this.#listening;
  }

  /** Whether the client has its stream for notifications open here. */
  get listening(): boolean {
    return this.#listening > 0;
  }

  async handle(request: Request, handling: Handling): Promise<Response> {
    this.usedAt = this.#dependencies.wallClock();
    if (request.method !== 'GET') return this.#watched(await this.#inner.handleRequest(request, handling), handling);
    const lastEvent = request.headers.get('last-event-id');
    const knows = lastEvent !== null && this.#events.has(lastEvent);
    const response = await this.#inner.handleRequest(knows ? request : withoutLastEvent(request), handling);
    return this.#watched(response, handling, true);
  }

  /** Tells the client, where it listens here and wants to know, that a resource has changed. */
  tell(uri: string): void {
    if (!this.listening || !this.#dependencies.subscriptions.current().includes(uri)) return;
    this.#server.server.sendResourceUpdated({ uri }).catch(this.#dependencies.onerror);
  }

  /** What another process was sent for a call or a question of this one. */
  deliver(message: JSONRPCMessage): void {
    this.#transport.deliver(message);
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  #watched(response: Response, { authInfo }: Handling, listens = false): Response {
    if (!isStream(response)) return response;
    const { onListening, wallClock } = this.#dependencies;
    this.#count(1, listens);
    const onEnd = () => {
      this.#count(-1, listens);
      this.usedAt = wallClock();
      if (listens) onListening();
    };
    const until = authInfo.expiresAt === undefined ? null : authInfo.expiresAt * 1_000;
    if (listens) onListening();
    return watchedStream(response, { until, wallClock, onEnd });
  }

  #count(by: 1 | -1, listens: boolean): void {
    this.#open += by;
    if (listens) this.#listening += by;
  }
}

function withoutLastEvent(request: Request): Request {
  if (!request.headers.has('last-event-id')) return request;
  const headers = new Headers(request.headers);
  headers.delete('last-event-id');
  return new Request(request.url, { method: request.method, headers, signal: request.signal });
}
