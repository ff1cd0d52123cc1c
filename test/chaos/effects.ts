import type { ErrorClass } from '../../src/paths/path-error.ts';

/** What a fault does, by the fault matrix. */
export interface Effects {
  /** Times the call is made again on the same path: R. */
  retries: number;
  /** Whether the other path is asked: F. */
  fallback: boolean;
  /** B. */
  breaker: 'unmoved' | 'counts' | 'opens at once';
  /** H. */
  lowersHealth: boolean;
}

const bad = { fallback: true, lowersHealth: true };

/** The fault matrix by class, written down anew from the specification: what the server does is held against it. */
export const effectsOf = {
  throttled: { ...bad, retries: 2, breaker: 'unmoved' },
  transient: { ...bad, retries: 2, breaker: 'counts' },
  timeout: { ...bad, retries: 0, breaker: 'counts' },
  network: { ...bad, retries: 1, breaker: 'counts' },
  protocol: { ...bad, retries: 0, breaker: 'counts' },
  configuration: { ...bad, retries: 0, breaker: 'opens at once' },
  upstream: { ...bad, retries: 0, breaker: 'counts' },
  overload: { ...bad, retries: 0, breaker: 'unmoved' },
  caller: { retries: 0, fallback: false, breaker: 'unmoved', lowersHealth: false },
} as const satisfies Partial<Record<ErrorClass, Effects>>;

export type FaultClass = keyof typeof effectsOf;

export function effectsText({ retries, fallback, breaker, lowersHealth }: Effects): string {
  const breakers = { unmoved: '- ', counts: 'B ', 'opens at once': 'B!' };
  return `R${retries} ${fallback ? 'F' : '-'} ${breakers[breaker]} ${lowersHealth ? 'H' : '-'}`;
}
