import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface Connection {
  socket: Socket;
  /** Requests that have no answer yet. */
  running: number;
}

/**
 * Bounds the connections of a server. When there are too many, the one that has been idle longest is closed (no request on it,
 * or only part of its headers), so that clients who open connections and say nothing lock nobody out.
 */
export class Connections {
  readonly #most: number;
  // In the order in which they became idle.
  readonly #idle = new Map<string, Connection>();
  readonly #busy = new Map<string, Connection>();
  #closing = false;

  /** @param most connections at the same time, 1 or more */
  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#idle.size + this.#busy.size;
  }

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => this.#opened(socket));
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) =>
      this.#began(request, response),
    );
  }

  /** Lets the idle ones go, and each other one after its answer. Node itself keeps those that have not said anything yet. */
  close(): void {
    this.#closing = true;
    for (const { socket } of this.#idle.values()) socket.destroy();
  }

  #opened(socket: Socket): void {
    const key = keyOf(socket);
    // The oldest goes, and where all are at work the new one.
    if (this.count >= this.#most) {
      const [longest] = this.#idle.values();
      (longest?.socket ?? socket).destroy();
      if (!longest) return;
      this.#idle.delete(keyOf(longest.socket));
    }
    const connection = { socket, running: 0 };
    this.#idle.set(key, connection);
    socket.once('close', () => {
      if (this.#idle.get(key) === connection) this.#idle.delete(key);
      if (this.#busy.get(key) === connection) this.#busy.delete(key);
    });
  }

  #began({ socket }: IncomingMessage, response: ServerResponse): void {
    const key = keyOf(socket);
    const connection = this.#idle.get(key) ?? this.#busy.get(key);
    if (!connection) return;
    connection.running += 1;
    this.#idle.delete(key);
    this.#busy.set(key, connection);
    response.once('close', () => {
      connection.running -= 1;
      if (connection.running > 0 || this.#busy.get(key) !== connection) return;
      this.#busy.delete(key);
      if (!connection.socket.destroyed) this.#idle.set(key, connection);
      if (this.#closing) connection.socket.destroySoon();
    });
  }
}

const keys = new WeakMap<Socket, string>();

// Under TLS a request's socket is another object than the connection's; both have its addresses, until they are closed.
function keyOf(socket: Socket): string {
  const known = keys.get(socket);
  if (known !== undefined) return known;
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  const key = `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
  keys.set(socket, key);
  return key;
}
