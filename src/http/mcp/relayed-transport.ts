import type {
  JSONRPCMessage,
  MessageExtraInfo,
  ScopeChallengeHandler,
  Transport,
  TransportSendOptions,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';

type Id = string | number;

interface Dependencies {
  inner: WebStandardStreamableHTTPServerTransport;
  /** This process among those that serve the session. */
  replica: string;
  /** Told of an answer to a question that another process has asked, and of a call that is not running here. */
  onForeign: (message: JSONRPCMessage, to: string | null) => void;
}

/**
 * A session's transport in one of several processes. A question to the client gets an id that says who asks, since the
 * answer may be sent to any of them; an answer to another one's question is handed on.
 */
export class RelayedTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: (<T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void) | undefined;
  readonly #dependencies: Dependencies;
  readonly #running = new Set<Id>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  get sessionId(): string | undefined {
    return this.#dependencies.inner.sessionId;
  }

  /** Requests of the client that are being worked on here. */
  get running(): number {
    return this.#running.size;
  }

  async start(): Promise<void> {
    const { inner } = this.#dependencies;
    inner.onmessage = (message, extra) => this.#received(message, extra);
    inner.onerror = (error) => this.onerror?.(error);
    inner.onclose = () => {
      this.#running.clear();
      this.onclose?.();
    };
    await inner.start();
  }

  send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if ('id' in message && !('method' in message) && message.id !== undefined) this.#running.delete(message.id);
    const { relatedRequestId } = options ?? {};
    return this.#dependencies.inner.send(
      this.#named(message),
      relatedRequestId === undefined ? {} : { relatedRequestId },
    );
  }

  close(): Promise<void> {
    return this.#dependencies.inner.close();
  }

  setSupportedProtocolVersions(versions: string[]): void {
    this.#dependencies.inner.setSupportedProtocolVersions(versions);
  }

  setScopeChallengeResolver(resolver: ScopeChallengeHandler): void {
    this.#dependencies.inner.setScopeChallengeResolver(resolver);
  }

  /** What another process was sent for this one. */
  deliver(message: JSONRPCMessage): void {
    const own = this.#unnamed(message);
    if (own !== null) this.onmessage?.(own);
  }

  #received(message: JSONRPCMessage, extra?: MessageExtraInfo): void {
    if ('method' in message) {
      if ('id' in message) this.#running.add(message.id);
      if (message.method === 'notifications/cancelled') this.#cancelled(message);
      this.onmessage?.(message, extra);
      return;
    }
    const own = this.#unnamed(message);
    if (own !== null) this.onmessage?.(own, extra);
    else this.#dependencies.onForeign(message, replicaOf(message));
  }

  #cancelled(message: JSONRPCMessage): void {
    const id = 'params' in message ? message.params?.requestId : undefined;
    if (typeof id !== 'string' && typeof id !== 'number') return;
    // A cancelled request gets no answer.
    if (!this.#running.delete(id)) this.#dependencies.onForeign(message, null);
  }

  /** With the asker in the id of a question, and where a question is taken back. */
  #named(message: JSONRPCMessage): JSONRPCMessage {
    if (!('method' in message)) return message;
    const { replica } = this.#dependencies;
    if ('id' in message) return { ...message, id: `${replica}:${message.id}` };
    const id = message.method === 'notifications/cancelled' ? message.params?.requestId : undefined;
    if (id === undefined) return message;
    return { ...message, params: { ...message.params, requestId: `${replica}:${String(id)}` } };
  }

  /** With the SDK's own id; null where this process has not asked. */
  #unnamed(message: JSONRPCMessage): JSONRPCMessage | null {
    if ('method' in message) return message;
    const { replica } = this.#dependencies;
    if (replicaOf(message) !== replica) return null;
    return { ...message, id: Number(String(message.id).slice(replica.length + 1)) };
  }
}

/** Who asked the question that a message answers. */
function replicaOf(message: JSONRPCMessage): string | null {
  const id = 'id' in message ? String(message.id) : '';
  return /^([\w-]+):\d+$/.exec(id)?.[1] ?? null;
}
