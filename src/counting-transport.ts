import type { JSONRPCMessage, MessageExtraInfo, Transport, TransportSendOptions } from '@modelcontextprotocol/server';

type Id = string | number;

/** A transport that knows which tool calls have no answer on the wire yet, so that the server's end can wait for them. */
export class CountingTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void;
  readonly #inner: Transport;
  readonly #onClosed: () => void;
  readonly #unanswered = new Set<Id>();
  #waiting: (() => void)[] = [];

  /** @param onClosed told when the connection is over, for whatever reason */
  constructor(inner: Transport, onClosed: () => void) {
    this.#inner = inner;
    this.#onClosed = onClosed;
  }

  /** Resolves when every call has its answer, was cancelled, or has nobody left to answer. */
  idle(): Promise<void> {
    if (this.#unanswered.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async start(): Promise<void> {
    this.#inner.onmessage = (message, extra) => {
      this.#count(message);
      this.onmessage?.(message, extra);
    };
    this.#inner.onerror = (error) => this.onerror?.(error);
    this.#inner.onclose = () => {
      this.#unanswered.clear();
      this.#tell();
      this.onclose?.();
      this.#onClosed();
    };
    await this.#inner.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    try {
      await this.#inner.send(message, options);
    } finally {
      if ('id' in message && !('method' in message) && message.id !== undefined) this.#ended(message.id);
    }
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #count(message: JSONRPCMessage): void {
    if (!('method' in message)) return;
    // Other requests are answered at once, or, as a subscription, not before the end.
    if ('id' in message && message.method === 'tools/call') this.#unanswered.add(message.id);
    const cancelled = message.method === 'notifications/cancelled' ? message.params?.requestId : undefined;
    if (typeof cancelled === 'string' || typeof cancelled === 'number') this.#ended(cancelled);
  }

  #ended(id: Id): void {
    this.#unanswered.delete(id);
    this.#tell();
  }

  #tell(): void {
    if (this.#unanswered.size > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
