import { InMemoryServerEventBus, type ServerEvent, type ServerEventBus } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { Coalescer } from '../../operations/coalescer.ts';
import { leastMsBetween, type ResourceChanges } from '../../operations/resource-changes.ts';
import type { SharedState } from '../../store/shared-state.ts';

const toldSchema = z.object({ from: z.string(), n: z.int() });
const interestSchema = z.object({});

interface Dependencies {
  changes: Pick<ResourceChanges, 'listen'>;
  shared: Pick<SharedState, 'collection'>;
  /** This process among those on the state. */
  replica: string;
  onerror: (error: Error) => void;
  /** Milliseconds since 1970. */
  wallClock: () => number;
  /** Milliseconds on a monotonic clock. */
  now: () => number;
}

/** Longer than any process takes to hear of an event. */
const toldMs = 60_000;
/** Interest lasts three times as long as it takes to renew it. */
const renewMs = 30_000;

/**
 * Change events of every process on the state. A process looks for changes only while somebody listens, here or at another
 * one, and tells the others only of what they listen for; what came from the store is not told to it again.
 */
export class SharedEventBus implements ServerEventBus {
  readonly #dependencies: Dependencies;
  readonly #local: InMemoryServerEventBus;
  readonly #delivered: Coalescer;
  readonly #told: Coalescer;
  readonly #events;
  readonly #interest;
  readonly #seen = new Map<string, string>();
  #listeners = 0;
  #n = 0;
  #stopLooking: (() => void) | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    const { shared, now, onerror } = dependencies;
    this.#local = new InMemoryServerEventBus(onerror);
    this.#delivered = new Coalescer({
      leastMs: leastMsBetween,
      now,
      deliver: (uri) => this.#local.publish({ kind: 'resource_updated', uri }),
    });
    this.#told = new Coalescer({ leastMs: leastMsBetween, now, deliver: (uri) => void this.#tellOthers(uri) });
    this.#events = shared.collection('mcp_event', toldSchema);
    this.#interest = shared.collection('mcp_interest', interestSchema);
    this.#events.onChange(() => this.#hear(true));
    this.#interest.onChange(() => this.#reconsider());
    this.#hear(false);
    this.#reconsider();
  }

  publish(event: ServerEvent): void {
    if (event.kind !== 'resource_updated') {
      this.#local.publish(event);
      return;
    }
    this.#delivered.tell(event.uri);
    if (this.#othersListen()) this.#told.tell(event.uri);
  }

  subscribe(listener: (event: ServerEvent) => void): () => void {
    const leave = this.#local.subscribe(listener);
    this.#listeners += 1;
    if (this.#listeners === 1) this.#begin();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      leave();
      this.#listeners -= 1;
      if (this.#listeners === 0) this.#end();
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#stopLooking?.();
    this.#stopLooking = null;
    this.#delivered.close();
    this.#told.close();
  }

  #begin(): void {
    void this.#showInterest(true);
    this.#reconsider();
  }

  #end(): void {
    void this.#showInterest(false);
    this.#reconsider();
  }

  async #showInterest(has: boolean): Promise<void> {
    const { replica, wallClock } = this.#dependencies;
    await this.#interest.replace(replica, has ? {} : null, wallClock() + 3 * renewMs);
  }

  /** Looks for changes while somebody listens, wherever. */
  #reconsider(): void {
    const { changes } = this.#dependencies;
    const wanted = this.#listeners > 0 || this.#othersListen();
    if (wanted && !this.#stopLooking) {
      this.#stopLooking = changes.listen((uri) => this.publish({ kind: 'resource_updated', uri }));
      this.#timer = setInterval(() => this.#renew(), renewMs).unref();
    } else if (!wanted && this.#stopLooking) this.close();
  }

  #renew(): void {
    if (this.#listeners > 0) void this.#showInterest(true);
    // The interest of a process that has gone ends without a word.
    this.#reconsider();
  }

  #othersListen(): boolean {
    return [...this.#interest.entries().keys()].some((name) => name !== this.#dependencies.replica);
  }

  async #tellOthers(uri: string): Promise<void> {
    const { replica, wallClock } = this.#dependencies;
    this.#n += 1;
    // While the store is away the others are not told: each of them sees its own changes.
    await this.#events.replace(uri, { from: replica, n: this.#n }, wallClock() + toldMs);
  }

  #hear(deliver: boolean): void {
    for (const [uri, { value }] of this.#events.entries()) {
      const word = `${value.from}:${value.n}`;
      if (this.#seen.get(uri) === word) continue;
      this.#seen.set(uri, word);
      if (deliver && value.from !== this.#dependencies.replica) this.#delivered.tell(uri);
    }
  }
}
