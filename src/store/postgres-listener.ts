import type pg from 'pg';
import { messageOf } from '../config/errors.ts';

interface Dependencies {
  channel: string;
  connect: () => pg.Client;
  onFault: (cause: string) => void;
}

/** Time until a lost connection is tried again, in ms. */
const reconnectMs = 1_000;

/** One connection that waits for notifications, made anew when it is lost. */
export class PostgresListener {
  readonly #dependencies: Dependencies;
  #client: pg.Client | null = null;
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Never throws: while there is no connection the caller's own looks serve. */
  start(onChange: () => void): void {
    void this.#listen(onChange);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    // Its socket holds no process open, so that a process which waits for nothing else would end in the middle of this.
    const held = setInterval(() => {}, reconnectMs);
    await this.#client?.end().catch(() => undefined); // a connection that is lost is ended already
    clearInterval(held);
  }

  async #listen(onChange: () => void): Promise<void> {
    const { channel, connect, onFault } = this.#dependencies;
    if (this.#stopped) return;
    const client = connect();
    this.#client = client;
    let lost = false;
    const again = (cause: string) => {
      if (lost || this.#stopped) return;
      lost = true;
      onFault(cause);
      this.#retry = setTimeout(() => void this.#listen(onChange), reconnectMs).unref();
    };
    client.on('error', (error) => again(messageOf(error)));
    client.on('end', () => again('the connection for notifications has ended'));
    client.on('notification', onChange);
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
      // What changed while nobody listened.
      onChange();
    } catch (thrown) {
      again(messageOf(thrown));
      await client.end().catch(() => undefined); // it may not have begun
    }
  }
}
