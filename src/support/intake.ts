import { HybridRoutingError } from '../config/errors.ts';
import { RefusedError } from './admission.ts';
import { InFlight } from './in-flight.ts';

/** Whether operations are taken, and what ends the running ones: the server's own end. */
export class Intake {
  readonly #running = new Set<AbortController>();
  readonly #inFlight = new InFlight();
  #stopped = false;

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Resolves when none runs. */
  idle(): Promise<void> {
    return this.#inFlight.idle();
  }

  /** How many operations run. */
  get running(): number {
    return this.#running.size;
  }

  /** Takes no more; what runs goes on. */
  stop(): void {
    this.#stopped = true;
  }

  /** Ends what still runs; its callers are told why. */
  abortRunning(): void {
    const why = new HybridRoutingError(
      'shutting_down',
      'The server is shutting down, and the operation did not end in the time that was left (drainMs)',
      'Send it again when the server is back, or to another server.',
    );
    for (const controller of this.#running) controller.abort(why);
  }

  /** @throws RefusedError once the server is shutting down */
  check(): void {
    if (!this.#stopped) return;
    throw new RefusedError(
      'shutting_down',
      'The server is shutting down and takes no new operations',
      'Send it again when the server is back, or to another server.',
    );
  }

  /**
   * Runs an operation under a signal that the client or the server's end aborts.
   * @throws RefusedError once the server is shutting down
   */
  async run<Result>(cancelled: AbortSignal, operation: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    this.check();
    // By hand, not by AbortSignal.any: in Node 20 that keeps a trace of every operation on a signal that lives long.
    const controller = new AbortController();
    const onCancel = () => controller.abort(cancelled.reason);
    cancelled.addEventListener('abort', onCancel, { once: true });
    if (cancelled.aborted) onCancel();
    this.#running.add(controller);
    try {
      return await this.#inFlight.run(() => operation(controller.signal));
    } finally {
      this.#running.delete(controller);
      cancelled.removeEventListener('abort', onCancel);
    }
  }
}
