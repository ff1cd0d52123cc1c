import { traits } from '../paths/path-error.ts';
import type { AttemptOutcome, RunningAttempt } from './attempt.ts';

interface HedgeOptions {
  /** How long the first attempt runs alone, in ms. */
  delayMs: number;
  /** Starts the second path; null where the budget has no hedge left. */
  startSecond: () => RunningAttempt | null;
}

export interface HedgeOutcome {
  first: AttemptOutcome;
  /** Null where the first attempt ended before its delay, or the budget was spent. */
  second: AttemptOutcome | null;
}

/**
 * A hedged request: when the first attempt has run past its delay, the second path starts too; the first answer wins and the
 * loser is aborted. An attempt that fails leaves the other one running.
 */
export async function hedged(first: RunningAttempt, { delayMs, startSecond }: HedgeOptions): Promise<HedgeOutcome> {
  let second: RunningAttempt | null = null;
  let timer: NodeJS.Timeout | undefined;
  const delay = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), delayMs);
  });
  const early = await Promise.race([first.outcome, delay]);
  clearTimeout(timer);
  if (early) return { first: early, second: null };
  second = startSecond();
  if (!second) return { first: await first.outcome, second: null };
  const winner = await settledBy(first, second);
  for (const attempt of [first, second]) if (attempt !== winner) attempt.abandon();
  return { first: await first.outcome, second: await second.outcome };
}

/** The attempt that settles the operation: the first to answer, or the first path's refusal. Null when both fail. */
async function settledBy(first: RunningAttempt, second: RunningAttempt): Promise<RunningAttempt | null> {
  const settles = async (attempt: RunningAttempt) => {
    const { answer, error } = await attempt.outcome;
    // What the first path refuses (a guardrail, a bad request) must not be got from the second one.
    if (answer || (attempt === first && error && !traits[error.errorClass].fallback)) return attempt;
    throw new Error('no answer');
  };
  return Promise.any([settles(first), settles(second)]).catch(() => null);
}
