import type { OperationType } from '../config/operation-types.ts';
import { type ActiveModes, admitsType, type Modes } from '../routing/modes.ts';
import { ModeRefusal } from './mode-refusal.ts';

interface Dependencies {
  modes: Modes;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** Operations that may wait for the end of maintenance; one more is refused. */
const mostWaiting = 200;

/** Where operations wait that maintenance keeps out. */
export class MaintenanceQueue {
  readonly #dependencies: Dependencies;
  #waiting = 0;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Holds an operation back for three quarters of its deadline at most: the rest is for the answer.
   * @throws ModeRefusal where maintenance goes on, or too many wait already
   */
  async pass(type: OperationType, deadlineMs: number, cancelled: AbortSignal): Promise<void> {
    const { modes, wallClock } = this.#dependencies;
    const refusal = admitsType(modes.current(), type);
    if (!refusal) return;
    this.#waiting += 1;
    try {
      if (this.#waiting > mostWaiting) throw new ModeRefusal(refusal, wallClock());
      const released = (now: ActiveModes) => admitsType(now, type)?.mode !== 'maintenance';
      await modes.until(released, (3 / 4) * deadlineMs, cancelled);
      const still = admitsType(modes.current(), type);
      // Who has gone, or is sent away by the server's end, is told that by the attempt.
      if (still && !cancelled.aborted) throw new ModeRefusal(still, wallClock());
    } finally {
      this.#waiting -= 1;
    }
  }
}
