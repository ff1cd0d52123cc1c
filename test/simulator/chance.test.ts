import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencyDistributionSchema, MAX_LATENCY_MS, sampleLatency } from '../../src/simulator/latency.ts';
import { seededRandom } from '../../src/simulator/random.ts';

const seeds = fc.integer({ min: 0, max: 4_294_967_295 });
const latencies = fc.double({ min: 0.001, max: 60_000, noNaN: true });

function samples(distribution: Parameters<typeof sampleLatency>[0], seed: number, count: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => sampleLatency(distribution, random)).sort((a, b) => a - b);
}

describe('seeded chance', () => {
  it('gives the known first numbers of mulberry32', () => {
    // Reference: the author's C code with state 1.
    const random = seededRandom(1);
    expect([random.next(), random.next(), random.next()]).toEqual([
      0.6270739405881613, 0.002735721180215478, 0.5274470399599522,
    ]);
  });

  it('repeats itself from the same seed, and stays within [0, 1)', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const [first, second] = [seededRandom(seed), seededRandom(seed)];
        for (let i = 0; i < 50; i++) {
          const value = first.next();
          expect(second.next()).toBe(value);
          expect(value >= 0 && value < 1).toBe(true);
        }
        first.reseed(seed);
        expect(first.next()).toBe(seededRandom(seed).next());
      }),
    );
  });
});

describe('latency distributions', () => {
  it('fixed is fixed, uniform stays in its range', () => {
    fc.assert(
      fc.property(seeds, latencies, latencies, (seed, a, b) => {
        const [minMs, maxMs] = [Math.min(a, b), Math.max(a, b)];
        expect(samples({ type: 'fixed', ms: a }, seed, 1)).toEqual([a]);
        for (const ms of samples({ type: 'uniform', minMs, maxMs }, seed, 20)) {
          expect(ms).toBeGreaterThanOrEqual(minMs);
          expect(ms).toBeLessThanOrEqual(maxMs);
        }
      }),
    );
  });

  it('lognormal has the median and the 95th percentile that were asked for', () => {
    const anySeed = { seed: 7, numRuns: 20 };
    fc.assert(
      fc.property(
        seeds,
        fc.double({ min: 10, max: 2_000, noNaN: true }),
        fc.double({ min: 1.1, max: 5, noNaN: true }),
        (seed, medianMs, ratio) => {
          const sorted = samples({ type: 'lognormal', medianMs, p95Ms: medianMs * ratio }, seed, 4_000);
          const sigma = Math.log(ratio) / 1.645;
          // Four standard errors of a sample quantile, in units of sigma: sqrt(p(1-p)/n)/density.
          expect(Math.abs(Math.log((sorted[2_000] ?? 0) / medianMs))).toBeLessThan(4 * 0.0198 * sigma);
          expect(Math.abs(Math.log((sorted[3_800] ?? 0) / (medianMs * ratio)))).toBeLessThan(4 * 0.0335 * sigma);
          expect(sorted.at(-1)).toBeLessThanOrEqual(MAX_LATENCY_MS);
        },
      ),
      anySeed,
    );
  });

  it.each([
    { type: 'uniform', minMs: 10, maxMs: 5 },
    { type: 'lognormal', medianMs: 10, p95Ms: 5 },
    { type: 'lognormal', medianMs: 0, p95Ms: 5 },
    { type: 'fixed', ms: -1 },
    { type: 'fixed', ms: 120_001 },
    { type: 'fixed', ms: 1, more: 1 },
  ])('refuses $type %j', (distribution) => {
    expect(latencyDistributionSchema.safeParse(distribution).success).toBe(false);
  });
});
