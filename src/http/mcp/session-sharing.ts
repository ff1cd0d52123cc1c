import { createHash, randomUUID } from 'node:crypto';
import {
  type JSONRPCMessage,
  ProtocolError,
  ProtocolErrorCode,
  parseJSONRPCMessage,
} from '@modelcontextprotocol/server';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { z } from 'zod';
import { HybridRoutingError } from '../../config/errors.ts';
import type { Subscriptions } from '../../server.ts';
import type { SharedState } from '../../store/shared-state.ts';

const subscribedSchema = z.object({ session: z.string(), uri: z.string() });
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
/** Over any answer to a question of ours, in characters of JSON. */
const longestRelayed = 16_384;
/** What a client may make this process hand on in a minute, and what all of them may: each is written to the store. */
const relaysEach = 60;
const relaysInAll = 600;
const mostUris = 64;

/** The place of a session in the state: short, and of no use to whoever reads it there. */
export function placeOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, 32);
}

/** What the processes that serve a session tell each other through the store: little, and nothing while nothing is asked. */
export class SessionSharing {
  readonly #dependencies: Dependencies;
  readonly #relayed;
  readonly #subscribed;
  /** What each session wants to be told of, as of the last change; null where it has to be looked up again. */
  #wanted: Map<string, string[]> | null = null;
  readonly #seen = new Set<string>();
  readonly #each = new RateLimiterMemory({ points: relaysEach, duration: 60 });
  readonly #all = new RateLimiterMemory({ points: relaysInAll, duration: 60 });

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#relayed = dependencies.shared.collection('mcp_relayed', relayedSchema);
    this.#subscribed = dependencies.shared.collection('mcp_subscribed', subscribedSchema);
    this.#subscribed.onChange(() => {
      this.#wanted = null;
    });
  }

  /** Calls back when a session has ended, somewhere. */
  onEnded(look: () => void): void {
    this.#dependencies.shared.collection('mcp_ended', endedSchema).onChange(look);
  }

  onSubscribed(look: () => void): void {
    this.#subscribed.onChange(look);
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
    const session = placeOf(id);
    const current = (): readonly string[] => this.#uris().get(session) ?? [];
    // A row each: two replicas may be asked at the same time.
    const put = async (uri: string, wanted: boolean) => {
      const name = `${session}.${createHash('sha256').update(uri).digest('base64url').slice(0, 16)}`;
      const until = this.#dependencies.wallClock() + keepMs;
      await this.#subscribed.replace(name, wanted ? { session, uri } : null, until);
    };
    const subscriptions: Subscriptions = {
      async add(uri) {
        if (current().includes(uri)) return;
        if (current().length >= mostUris) throw tooMany();
        await put(uri, true);
      },
      async remove(uri) {
        if (current().includes(uri)) await put(uri, false);
      },
    };
    const renew = async () => {
      for (const uri of current()) await put(uri, true);
    };
    return { ...subscriptions, current, renew };
  }

  #uris(): Map<string, string[]> {
    if (this.#wanted) return this.#wanted;
    const wanted = new Map<string, string[]>();
    for (const { value } of this.#subscribed.entries().values()) {
      wanted.set(value.session, [...(wanted.get(value.session) ?? []), value.uri]);
    }
    this.#wanted = wanted;
    return wanted;
  }

  /** Hands a message on. @throws HybridRoutingError where the store is away, or there is too much to hand on */
  async relay(id: string, message: JSONRPCMessage, to: string | null): Promise<void> {
    const { replica, wallClock } = this.#dependencies;
    const session = placeOf(id);
    const brief = briefly(message);
    if (JSON.stringify(brief).length > longestRelayed || !(await this.#mayRelay(session))) throw notRelayed();
    const name = randomUUID();
    const scope = await this.#relayed.replace(
      name,
      { session, from: replica, to, message: brief },
      wallClock() + relayedMs,
    );
    // Its text is not kept for longer than somebody may still take it.
    setTimeout(() => void this.#relayed.replace(name, null, wallClock() + relayedMs), relayedMs).unref();
    if (scope === 'shared') return;
    throw new HybridRoutingError('store_away', 'The store is away', 'Send it again.');
  }

  async #mayRelay(session: string): Promise<boolean> {
    try {
      await this.#each.consume(session);
      await this.#all.consume('all');
      return true;
    } catch (thrown) {
      if (thrown instanceof RateLimiterRes) return false;
      throw thrown;
    }
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

/** Of a cancellation what is needed to find the request, which nobody here has checked. */
function briefly(message: JSONRPCMessage): JSONRPCMessage {
  if (!('method' in message) || message.method !== 'notifications/cancelled') return message;
  const { jsonrpc, method, params } = message;
  return { jsonrpc, method, params: { requestId: params?.requestId } };
}

function notRelayed(): HybridRoutingError {
  return new HybridRoutingError(
    'relay_refused',
    'The message is too long, or there are too many, to be handed on to another server',
    'Send it again to where the question came from.',
  );
}

function tooMany(): ProtocolError {
  return new ProtocolError(
    ProtocolErrorCode.InvalidRequest,
    `A session can subscribe to ${mostUris} resources: unsubscribe from one first.`,
  );
}
