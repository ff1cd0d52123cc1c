import { type CircuitBreakerPolicy, CircuitState, circuitBreaker, handleWhen } from 'cockatiel';
import type { PathName } from '../config/operation-types.ts';
import type { BreakerConfig } from '../config/schema.ts';
import { OpeningRule } from './opening-rule.ts';
import { PathError, traits } from './path-error.ts';
import { untilAborted } from './until-aborted.ts';

export interface BreakerView {
  state: 'closed' | 'open' | 'half_open';
  /** Why it opened last; null while it is closed. */
  reason: string | null;
  /** Since when it has been open, and when the next trial is made, in ms since 1970; null while it is closed. */
  openSince: number | null;
  nextTrialAt: number | null;
  /** How often it has opened, how many calls it has refused, and how many trials were made. */
  opened: number;
  refused: number;
  trials: number;
}

export interface BreakerDependencies {
  path: PathName;
  /** What stands behind it, for messages: `Bedrock`, or an upstream's name. */
  name: string;
  config: BreakerConfig;
  failuresOfLast20: () => number;
  /** The cheapest call that proves that the service answers. */
  probe: (signal: AbortSignal) => Promise<void>;
  /** Milliseconds since 1970. */
  wallClock: () => number;
  onChange: (name: string, view: BreakerView) => void;
}

/** What every breaker is given alike. */
export type BreakerSettings = Pick<BreakerDependencies, 'config' | 'failuresOfLast20' | 'wallClock' | 'onChange'>;

/** Time for one trial, in ms: what needs longer is no use to an emergency, whose target is 5 s. */
const trialTimeoutMs = 5_000;

/**
 * The circuit breaker in front of one service. Users' operations pass while it is closed. While it is open they are refused
 * at once, and trials are made by probe, so that no operation is spent on finding out whether the service is back.
 */
export class PathBreaker {
  readonly #dependencies: BreakerDependencies;
  readonly #counts = { opened: 0, refused: 0, trials: 0 };
  /** Of one closed period: how a call of an earlier one ends says nothing of this one. */
  #closed: { rule: OpeningRule; policy: CircuitBreakerPolicy };
  #trying = false;
  #open: { reason: string; since: number; waitMs: number; nextTrialAt: number } | null = null;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(dependencies: BreakerDependencies) {
    this.#dependencies = dependencies;
    this.#closed = this.#create();
  }

  get isClosed(): boolean {
    return this.#closed.policy.state === CircuitState.Closed;
  }

  view(): BreakerView {
    const state = this.isClosed ? 'closed' : this.#trying ? 'half_open' : 'open';
    const open = this.#open;
    return {
      state,
      reason: open?.reason ?? null,
      openSince: open?.since ?? null,
      nextTrialAt: open?.nextTrialAt ?? null,
      ...this.#counts,
    };
  }

  /**
   * Makes a call if the breaker is closed, and learns from how it ends.
   * @throws PathError `unavailable` at once while it is open
   */
  async run<Result>(call: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    if (!this.isClosed) {
      this.#counts.refused += 1;
      throw this.#refusal();
    }
    const { rule, policy } = this.#closed;
    return policy.execute(async () => {
      try {
        return await untilAborted(call(), signal);
      } catch (thrown) {
        // An abort's reason says why the call ended; what the service's client made of it does not matter.
        const error: unknown = signal.aborted ? signal.reason : thrown;
        if (error instanceof PathError && error.errorClass === 'configuration') rule.openAtOnce();
        throw error;
      }
    });
  }

  /** Closes the breaker, whatever it has seen. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#open = null;
    this.#closed = this.#create();
    this.#dependencies.onChange(this.#dependencies.name, this.view());
  }

  /** No more trials. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #create() {
    const { config, failuresOfLast20 } = this.#dependencies;
    const rule = new OpeningRule({ consecutiveFailures: config.consecutiveFailures, failuresOfLast20 });
    const handled = handleWhen(
      (error) => error instanceof PathError && traits[error.errorClass].breaker && !error.blameless,
    );
    // Trials are made by this class, so the policy only ever opens; a new one takes its place when they succeed.
    const policy = circuitBreaker(handled, { breaker: rule, halfOpenAfter: 0 });
    policy.onBreak((failure) => {
      const error = 'error' in failure ? failure.error : undefined;
      if (policy === this.#closed.policy) this.#opened(error?.message ?? 'unknown');
    });
    return { rule, policy };
  }

  #opened(reason: string): void {
    const { name, config, wallClock, onChange } = this.#dependencies;
    const now = wallClock();
    if (!this.#open) this.#counts.opened += 1;
    // A failed trial doubles the wait for the next one: what is down for long is not asked every half minute.
    const waitMs = this.#open ? Math.min(2 * this.#open.waitMs, config.maxOpenMs) : config.openMs;
    this.#open = { reason, since: this.#open?.since ?? now, waitMs, nextTrialAt: now + waitMs };
    if (!this.#ended) this.#timer = setTimeout(() => void this.#trial(), waitMs).unref();
    onChange(name, this.view());
  }

  async #trial(): Promise<void> {
    const period = this.#closed;
    this.#counts.trials += 1;
    this.#trying = true;
    const failure = await this.#probes().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    this.#trying = false;
    // Reset in the meantime: the trial's outcome does not matter any more.
    if (period !== this.#closed) return;
    // An error that is no fault of the service closes it.
    const failed = failure instanceof PathError && traits[failure.errorClass].breaker && !failure.blameless;
    if (failed) this.#opened(failure.message);
    else this.reset();
  }

  /** The trials of one half-open period, one after the other: all must succeed. */
  async #probes(): Promise<void> {
    const controller = new AbortController();
    const { path, name, config, probe } = this.#dependencies;
    const error = trialTimeout(path, name);
    const timer = setTimeout(() => controller.abort(error), trialTimeoutMs);
    try {
      for (let made = 0; made < config.trials; made += 1) {
        await untilAborted(probe(controller.signal), controller.signal);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #refusal(): PathError {
    const { path, name } = this.#dependencies;
    return new PathError({
      path,
      errorClass: 'unavailable',
      kind: 'breaker_open',
      message: `${name}: its circuit breaker is open (${this.#open?.reason ?? 'trial under way'})`,
      remedy: 'Wait for the next trial, shown by health_check, or reset the breaker once the cause is mended.',
    });
  }
}

function trialTimeout(path: PathName, name: string): PathError {
  return new PathError({
    path,
    errorClass: 'timeout',
    kind: 'trial_timeout',
    message: `${name}: no answer to a probe within ${trialTimeoutMs} ms`,
    remedy: 'Wait for the next trial, shown by health_check.',
  });
}
