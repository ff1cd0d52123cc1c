import {
  type AuthInfo,
  isInitializeRequest,
  type JSONRPCMessage,
  type McpServer,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import { messageOf } from '../../config/errors.ts';
import type { HttpConfig } from '../../config/http-schema.ts';
import type { Subscriptions } from '../../server.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { type Handling, Session } from './session.ts';
import { longestSessionMs, type OpenedSession, openingSchema, type SessionIds } from './session-ids.ts';
import { placeOf, type SessionSharing } from './session-sharing.ts';

interface Dependencies {
  createServer: (serving: { subscriptions: Subscriptions }) => McpServer;
  config: HttpConfig['sessions'];
  ids: SessionIds;
  sharing: SessionSharing;
  bus: ServerEventBus;
  replica: string;
  logger: Logger;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

interface Known {
  session: Session;
  place: string;
  subscriptions: ReturnType<SessionSharing['subscriptionsOf']>;
  /** Resources whose changes the client's stream here has told of since it wanted to know. */
  followed: Set<string>;
  /** Ends the listening for changes; null where the session hears of none. */
  deaf: (() => void) | null;
}

/**
 * The sessions of 2025-era clients that this process serves now. A session that it does not know but another process has opened
 * is taken on, so a client does not notice which one answers; one that is dropped here to make room can come back.
 */
export class Sessions {
  readonly #dependencies: Dependencies;
  readonly #known = new Map<string, Promise<Known | null>>();
  readonly #live = new Map<string, Known>();
  readonly #sweep: NodeJS.Timeout;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    const { sharing, config } = dependencies;
    sharing.onEnded(() => this.#dropEnded());
    sharing.onSubscribed(() => this.#reconsider());
    sharing.onRelayed((place, message) => this.#deliver(place, message));
    this.#sweep = setInterval(() => this.#dropIdle(), Math.max(1_000, config.idleMs / 2)).unref();
  }

  /** Sessions that are served here now. */
  get count(): number {
    return this.#live.size;
  }

  /** Opens a session; answers an `initialize` request. */
  async open(request: Request, handling: Handling): Promise<Response> {
    const { ids, wallClock } = this.#dependencies;
    const { parsedBody, authInfo } = handling;
    if (!isInitializeRequest(parsedBody)) throw new TypeError('not an initialize request');
    const opening = openingSchema.parse({
      ...parsedBody.params,
      protocolVersion: parsedBody.params.protocolVersion.slice(0, 40),
    });
    const id = await ids.make(opening, authInfo.clientId);
    const known = this.#make(id, { opening, openedAt: wallClock() });
    await known.session.connect();
    const response = await known.session.handle(request, handling);
    if (response.ok) this.#keep(known);
    else await known.session.close();
    return response;
  }

  /** The session by its id, taken on where it is not served here yet; null where there is none for this principal. */
  async find(id: string, authInfo: AuthInfo): Promise<Session | null> {
    const { ids, sharing } = this.#dependencies;
    const opened = await ids.open(id, authInfo.clientId);
    if (!opened || sharing.hasEnded(id)) return null;
    const found = this.#known.get(id) ?? this.#resume(id, opened, authInfo);
    const known = await found;
    if (known) this.#touch(known);
    return known?.session ?? null;
  }

  /** Ends a session for good, for every process. */
  async end({ id, openedAt }: Session): Promise<void> {
    await this.#dependencies.sharing.end(id, openedAt + longestSessionMs);
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await Promise.all([...this.#live.values()].map(({ session }) => session.close()));
  }

  #resume(id: string, opened: OpenedSession, authInfo: AuthInfo): Promise<Known | null> {
    const known = this.#make(id, opened);
    const resumed = known.session.resume(opened.opening, authInfo).then(
      () => {
        this.#keep(known);
        return known;
      },
      (thrown) => {
        this.#known.delete(id);
        throw thrown;
      },
    );
    this.#known.set(id, resumed);
    return resumed;
  }

  #make(id: string, opened: OpenedSession): Known {
    const { createServer, sharing, replica, config, logger, wallClock } = this.#dependencies;
    const subscriptions = sharing.subscriptionsOf(id, Math.max(config.idleMs, 60_000) * 2);
    const add = (uri: string) => {
      if (known.session.listening) known.followed.add(uri);
      return subscriptions.add(uri);
    };
    const onerror = (error: Error) => {
      logger.debug({ component: 'bedrock-support', cause: messageOf(error) }, 'MCP session');
    };
    const session = new Session({
      id,
      openedAt: opened.openedAt,
      createServer,
      subscriptions: { ...subscriptions, add },
      replica,
      onForeign: (message, to) => {
        sharing.relay(id, message, to).catch((thrown) => {
          logger.warn(
            { component: 'bedrock-support', cause: messageOf(thrown) },
            'MCP message for another replica lost',
          );
        });
      },
      onListening: () => this.#listen(known),
      onClosed: () => this.#forget(known),
      onerror,
      wallClock,
    });
    const known: Known = { session, place: placeOf(id), subscriptions, followed: new Set(), deaf: null };
    return known;
  }

  #keep(known: Known): void {
    const { config } = this.#dependencies;
    this.#known.set(known.session.id, Promise.resolve(known));
    this.#live.set(known.session.id, known);
    while (this.#live.size > config.max) {
      const dropped = this.#longestIdle(known);
      if (!dropped) break;
      this.#forget(dropped);
      void dropped.session.close();
    }
  }

  /** Not one that works at something, while there is another. */
  #longestIdle(but: Known): Known | undefined {
    const others = [...this.#live.values()].filter((known) => known !== but);
    return (
      others.find(({ session }) => !session.busy && !session.listening) ?? others.find(({ session }) => !session.busy)
    );
  }

  /** The order of the map is the order of use. */
  #touch(known: Known): void {
    if (this.#live.delete(known.session.id)) this.#live.set(known.session.id, known);
  }

  #forget(known: Known): void {
    this.#known.delete(known.session.id);
    this.#live.delete(known.session.id);
    known.deaf?.();
    known.deaf = null;
  }

  /** Hears of changes while its client listens here and has subscribed, wherever it did that. */
  #listen(known: Known): void {
    const { session, subscriptions, followed } = known;
    const uris = session.listening ? subscriptions.current() : [];
    for (const uri of followed) if (!uris.includes(uri)) followed.delete(uri);
    if (uris.length === 0) {
      known.deaf?.();
      known.deaf = null;
      return;
    }
    known.deaf ??= this.#dependencies.bus.subscribe((event) => {
      if (event.kind === 'resource_updated') session.tell(event.uri);
    });
    // It may have changed before it was followed here: told once too often is better than not at all.
    for (const uri of uris) {
      if (followed.has(uri)) continue;
      followed.add(uri);
      session.tell(uri);
    }
  }

  #reconsider(): void {
    for (const known of this.#live.values()) if (known.session.listening) this.#listen(known);
  }

  #deliver(place: string, message: JSONRPCMessage): void {
    for (const known of this.#live.values()) if (known.place === place) known.session.deliver(message);
  }

  #dropEnded(): void {
    const { sharing } = this.#dependencies;
    for (const { session } of this.#live.values()) if (sharing.hasEnded(session.id)) void session.close();
  }

  #dropIdle(): void {
    const { config, wallClock } = this.#dependencies;
    const since = wallClock() - config.idleMs;
    for (const { session, deaf, subscriptions } of this.#live.values()) {
      if (session.busy || session.listening) {
        if (deaf) void subscriptions.renew();
      } else if (session.usedAt <= since) void session.close();
    }
  }
}
