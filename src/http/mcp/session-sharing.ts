import { createHash, randomUUID } from 'node:crypto';
import { type JSONRPCMessage, parseJSONRPCMessage } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { HybridRoutingError } from '../../config/errors.ts';
import type { Subscriptions } from '../../server.ts';
import type { SharedState } from '../../store/shared-state.ts';

const subscribedSchema = z.object({ uris: z.array(z.string()) });
const endedSchema = z.object({});
const relayedSchema = z.object({
  session: z.string(),
  from: z.string(),
  to: z.string().nullable(),
  message: z.unknown(),
});

interface Dependencies {
  shared: Pick<SharedState, 'value' | 'collection'>;
  replica: string;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** Longer than any process takes to hear of it. */
const relayedMs = 60_000;
const mostUris = 64;

/** The place of a session in the state: short, and of no use to whoever reads it there. */
export function placeOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 32);
}

/** What the processes that serve a session tell each other through the store: little, and nothing while nothing is asked. */
export class SessionSharing {
  readonly #dependencies: Dependencies;
  readonly #relayed;
  readonly #seen = new Set<string>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#relayed = dependencies.shared.collection('mcp_relayed', relayedSchema);
  }

  /** Calls back when a session has ended, somewhere. */
  onEnded(look: () => void): void {
    this.#dependencies.shared.collection('mcp_ended', endedSchema).onChange(look);
  }

  onSubscribed(look: () => void): void {
    this.#dependencies.shared.collection('mcp_subscribed', subscribedSchema).onChange(look);
  }

  hasEnded(id: string): boolean {
    return this.#dependencies.shared.value('mcp_ended', placeOf(id), endedSchema).current() !== null;
  }

  /** @param until when the id would have lost its force anyway, in ms since 1970 */
  async end(id: string, until: number): Promise<void> {
    await this.#dependencies.shared.value('mcp_ended', placeOf(id), endedSchema).replace({}, until);
  }

  /** What a session wants to be told of; kept while its client listens somewhere, and for a while after. */
  subscriptionsOf(id: string, keepMs: number) {
    const value = this.#dependencies.shared.value('mcp_subscribed', placeOf(id), subscribedSchema);
    const current = (): readonly string[] => value.current()?.uris ?? [];
    const keep = async (uris: readonly string[]) => {
      const held = uris.length === 0 ? null : { uris: [...uris] };
      await value.replace(held, this.#dependencies.wallClock() + keepMs);
    };
    const subscriptions: Subscriptions = {
      async add(uri) {
        if (current().includes(uri)) return;
        if (current().length >= mostUris) throw new Error(`A session can subscribe to ${mostUris} resources`);
        await keep([...current(), uri]);
      },
      async remove(uri) {
        if (current().includes(uri)) await keep(current().filter((other) => other !== uri));
      },
    };
    return { ...subscriptions, current, renew: () => keep(current()) };
  }

  /** Hands a message on. @throws HybridRoutingError where the store is away */
  async relay(id: string, message: JSONRPCMessage, to: string | null): Promise<void> {
    const { replica, wallClock } = this.#dependencies;
    const relayed = { session: placeOf(id), from: replica, to, message };
    const scope = await this.#relayed.replace(randomUUID(), relayed, wallClock() + relayedMs);
    if (scope === 'shared') return;
    throw new HybridRoutingError('store_away', 'The store is away', 'Send it again.');
  }

  /** Calls back with each message that another process has handed on to this one. */
  onRelayed(take: (place: string, message: JSONRPCMessage) => void): void {
    const { replica } = this.#dependencies;
    this.#relayed.onChange(() => {
      const entries = this.#relayed.entries();
      for (const name of this.#seen) if (!entries.has(name)) this.#seen.delete(name);
      for (const [name, { value }] of entries) {
        if (this.#seen.has(name)) continue;
        this.#seen.add(name);
        if (value.from === replica || (value.to !== null && value.to !== replica)) continue;
        take(value.session, parseJSONRPCMessage(value.message));
      }
    });
  }
}
