import { randomBytes } from 'node:crypto';
import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server';

interface Entry {
  id: string;
  stream: string;
  message: JSONRPCMessage;
  bytes: number;
}

/** Most that is kept of a session's streams, for a client that comes back. */
const most = { events: 500, bytes: 4 * 1_024 * 1_024 };

/** What went over the streams of one session last, so that a connection that was lost can be taken up again. */
export class EventLog implements EventStore {
  readonly #prefix = randomBytes(6).toString('base64url');
  readonly #limit: typeof most;
  readonly #entries: Entry[] = [];
  #bytes = 0;
  #next = 1;

  constructor(limit = most) {
    this.#limit = limit;
  }

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    const id = `${this.#prefix}_${this.#next++}`;
    const bytes = JSON.stringify(message).length;
    this.#entries.push({ id, stream, message, bytes });
    this.#bytes += bytes;
    while (this.#entries.length > this.#limit.events || this.#bytes > this.#limit.bytes) this.#dropOldest();
    return id;
  }

  /** Whether a stream can be taken up after this event. */
  has(id: string): boolean {
    return this.#entries.some((entry) => entry.id === id);
  }

  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.#entries.find((entry) => entry.id === id)?.stream;
  }

  async replayEventsAfter(
    id: string,
    { send }: { send: (eventId: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const at = this.#entries.findIndex((entry) => entry.id === id);
    const stream = this.#entries[at]?.stream;
    if (stream === undefined) throw new Error(`The event ${id} is not known`);
    // A first event without content only gives the client an id to come back with.
    const missed = this.#entries.slice(at + 1).filter((entry) => entry.stream === stream && 'jsonrpc' in entry.message);
    for (const entry of missed) await send(entry.id, entry.message);
    return stream;
  }

  #dropOldest(): void {
    const [oldest] = this.#entries.splice(0, 1);
    this.#bytes -= oldest?.bytes ?? 0;
  }
}
