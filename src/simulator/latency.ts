import { z } from 'zod';
import type { Random } from './random.ts';

/** Longest simulated latency, in milliseconds: no SLA is longer than a minute. */
export const MAX_LATENCY_MS = 120_000;

const milliseconds = z.number().min(0).max(MAX_LATENCY_MS);

/** How long the service takes before it answers; all values in milliseconds, 0 to 120,000. */
export const latencyDistributionSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('fixed'), ms: milliseconds }),
  z
    .strictObject({ type: z.literal('uniform'), minMs: milliseconds, maxMs: milliseconds })
    .refine((range) => range.minMs <= range.maxMs, { path: ['maxMs'], message: 'maxMs must be at least minMs' }),
  z
    .strictObject({
      type: z.literal('lognormal'),
      medianMs: milliseconds.positive(),
      p95Ms: milliseconds.positive(),
    })
    .refine((shape) => shape.medianMs <= shape.p95Ms, { path: ['p95Ms'], message: 'p95Ms must be at least medianMs' }),
]);

export type LatencyDistribution = z.infer<typeof latencyDistributionSchema>;

// The standard normal quantile of 0.95: ln(p95 / median) is this many standard deviations.
const NORMAL_P95 = 1.6448536269514722;

/** One latency in milliseconds, 0 to 120,000. Draws 0, 1 or 2 numbers (fixed, uniform, lognormal). */
export function sampleLatency(distribution: LatencyDistribution, random: Random): number {
  switch (distribution.type) {
    case 'fixed':
      return distribution.ms;
    case 'uniform':
      return distribution.minMs + random.next() * (distribution.maxMs - distribution.minMs);
    case 'lognormal': {
      const sigma = Math.log(distribution.p95Ms / distribution.medianMs) / NORMAL_P95;
      return Math.min(MAX_LATENCY_MS, distribution.medianMs * Math.exp(sigma * standardNormal(random)));
    }
  }
}

/** Box-Muller; 1 - u keeps the logarithm's argument above zero. */
function standardNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
  return radius * Math.cos(2 * Math.PI * random.next());
}
