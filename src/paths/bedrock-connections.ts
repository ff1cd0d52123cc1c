import type { BedrockConnection } from './bedrock-connection.ts';

/** A connection in use by one call. */
export interface Lease {
  connection: Promise<BedrockConnection>;
  /** To be called once, when the call has ended. */
  release(): void;
}

interface Held {
  connection: Promise<BedrockConnection>;
  calls: number;
}

/** The connection that calls use now; one that was replaced ends with its last call, so that none is cut off. */
export class BedrockConnections {
  readonly #open: () => Promise<BedrockConnection>;
  readonly #replaced = new Set<Held>();
  #current: Held | undefined;

  constructor(open: () => Promise<BedrockConnection>) {
    this.#open = open;
  }

  /** Whether there is one, open or being opened. */
  get isOpen(): boolean {
    return this.#current !== undefined;
  }

  lease(): Lease {
    const held = this.#current ?? { connection: this.#open(), calls: 0 };
    this.#current = held;
    held.calls += 1;
    return {
      connection: held.connection,
      release: () => {
        held.calls -= 1;
        this.#endReplaced();
      },
    };
  }

  /** The next call opens a new one. */
  replace(): void {
    if (this.#current) this.#replaced.add(this.#current);
    this.#current = undefined;
    this.#endReplaced();
  }

  /** Ends them all, whatever uses them. */
  async close(): Promise<void> {
    const all = [...this.#replaced, ...(this.#current ? [this.#current] : [])];
    this.#replaced.clear();
    await Promise.all(all.map(destroy));
  }

  #endReplaced(): void {
    for (const held of this.#replaced) {
      if (held.calls > 0) continue;
      this.#replaced.delete(held);
      void destroy(held);
    }
  }
}

async function destroy({ connection }: Held): Promise<void> {
  const opened = await connection.catch(() => undefined); // what was never open needs no end
  opened?.client.destroy();
}
