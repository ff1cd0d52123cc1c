import { type Refusal, secondsLeft } from '../routing/modes.ts';
import { RefusedError } from './admission.ts';

const kept = {
  lockdown: 'every operation is refused but health, reads and the lift',
  emergency: 'only emergency and critical operations are taken',
  maintenance: 'background tasks wait until it is over',
};

/** An operation that a mode keeps out; it may come again. */
export class ModeRefusal extends RefusedError {
  override readonly retryAfterSeconds: number;

  /** @param now milliseconds since 1970 */
  constructor({ mode, active }: Refusal, now: number) {
    const seconds = secondsLeft(active, now);
    super(
      `${mode}_mode`,
      `${mode} mode is in force (${active.reason}): ${kept[mode]}`,
      `Retry after ${seconds} s, or sooner when health_check shows no notice of it.`,
    );
    this.retryAfterSeconds = seconds;
  }
}
