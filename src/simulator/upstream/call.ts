import type { Decision } from '../rule-book.ts';
import type { Outcome } from '../state-schema.ts';

/** One JSON-RPC request on its way through the simulator. */
export interface UpstreamCall {
  readonly decision: Decision;
  readonly seed: number;
  /** Enters the end in the books; only the first end counts. Resolves when it is there. */
  finish(outcome: Exclude<Outcome, 'open'>): Promise<void>;
  /** Breaks off the response in the middle of its stream, where the transport can do that; resolves when it is over. */
  dropStream?(): Promise<void>;
}

/**
 * Calls under way. The edge of a transport decides over a request before the SDK sees it, and leaves a number in its
 * `_meta`; the tool finds its decision by that number, whichever transport and protocol revision it came through.
 */
export class CallsUnderWay {
  readonly #calls = new Map<number, UpstreamCall>();
  #next = 1;

  /** The request's parameters with the number added. */
  enter(
    call: UpstreamCall,
    params: Record<string, unknown> | undefined,
  ): { key: number; params: Record<string, unknown> } {
    const key = this.#next++;
    this.#calls.set(key, call);
    const meta = params?._meta;
    return { key, params: { ...params, _meta: { ...(isObject(meta) ? meta : {}), [CALL_META_KEY]: key } } };
  }

  find(meta: object | undefined): UpstreamCall | undefined {
    const key = isObject(meta) ? meta[CALL_META_KEY] : undefined;
    return typeof key === 'number' ? this.#calls.get(key) : undefined;
  }

  leave(key: number): void {
    this.#calls.delete(key);
  }

  async finishAll(outcome: 'aborted'): Promise<void> {
    await Promise.all([...this.#calls.values()].map((call) => call.finish(outcome)));
  }
}

const CALL_META_KEY = 'hybrid-routing-simulator/call';

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
