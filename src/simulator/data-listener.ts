import type { Server } from 'node:http';

/** Loopback only: the simulator trusts whoever reaches it. */
export const HOST = '127.0.0.1';

/** More connections than any test opens; the rest are refused rather than held. */
const MAX_CONNECTIONS = 2_000;

/** The port that faults may close and open again; it stays the same port. */
export class DataListener {
  readonly #server: Server;
  #port: number;
  #refusing = false;
  #turn: Promise<void> = Promise.resolve();

  /** `port` 0 takes a free one at the first `open()`. */
  constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
    server.maxConnections = MAX_CONNECTIONS;
    // Above any client's pool timeout: an idle connection that ends by itself would be a fault nobody asked for.
    server.keepAliveTimeout = 120_000;
    server.headersTimeout = 125_000;
  }

  get port(): number {
    return this.#port;
  }

  get listening(): boolean {
    return this.#server.listening;
  }

  /** True from the moment that connections are to be refused, also while open ones are being cut. */
  get refusing(): boolean {
    return this.#refusing;
  }

  async open(): Promise<void> {
    this.#port = await listen(this.#server, this.#port);
  }

  /** Closes the port and cuts what is open, or listens again; resolves when it is so. Calls queue up. */
  refuse(refusing: boolean): Promise<void> {
    this.#turn = this.#turn.then(
      () => this.#change(refusing),
      () => this.#change(refusing),
    );
    return this.#turn;
  }

  async #change(refusing: boolean): Promise<void> {
    this.#refusing = refusing;
    if (refusing && this.#server.listening) await this.close();
    if (!refusing && !this.#server.listening) await this.open();
  }

  async close(): Promise<void> {
    await closeServer(this.#server);
  }
}

/** Listens on 127.0.0.1 and gives the port taken. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The simulator got no TCP port.'));
      else resolve(address.port);
    });
  });
}

/** Stops listening and cuts every connection. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
