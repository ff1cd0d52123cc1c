import type { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import type { AuthInfo, JSONRPCMessage, MessageExtraInfo, Transport } from '@modelcontextprotocol/server';

/** The older SDK's transport under the newer SDK's server. */
export class SseTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: (<T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void) | undefined;
  readonly #inner: SSEServerTransport;
  #closed = false;

  constructor(inner: SSEServerTransport) {
    this.#inner = inner;
  }

  get sessionId(): string {
    return this.#inner.sessionId;
  }

  async start(): Promise<void> {
    this.#inner.onerror = (error) => this.onerror?.(error);
    // Told of by the connection's end, by its own close, or by both.
    this.#inner.onclose = () => {
      if (this.#closed) return;
      this.#closed = true;
      this.onclose?.();
    };
    await this.#inner.start();
  }

  send(message: JSONRPCMessage): Promise<void> {
    return this.#inner.send(message);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  /** A message of the client, by whoever's token came with it. */
  take(message: JSONRPCMessage, authInfo: AuthInfo): void {
    this.onmessage?.(message, { authInfo });
  }
}
