import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ProbeFacts, probeDue } from '../../src/health/probe-due.ts';

const quiet: ProbeFacts = {
  ready: true,
  stopped: false,
  left: false,
  callAgoMs: 3_600_000,
  probeAgoMs: 3_600_000,
  failedInARow: 0,
  tickMs: 15_000,
  idleProbeMs: 300_000,
};

const left: ProbeFacts = { ...quiet, left: true, callAgoMs: 0, probeAgoMs: 15_000 };

describe('a probe is due', () => {
  const rows: [string, ProbeFacts, 'left' | 'idle' | null][] = [
    ['without traffic, when the last probe is old enough', quiet, 'idle'],
    ['exactly at both limits', { ...quiet, callAgoMs: 60_000, probeAgoMs: 300_000 }, 'idle'],
    ['not within a minute of a real call', { ...quiet, callAgoMs: 59_999 }, null],
    ['not sooner than the interval after a probe', { ...quiet, probeAgoMs: 299_999 }, null],
    ['not at all when idle probes are off', { ...quiet, idleProbeMs: 0 }, null],
    ['for a path that was left at each tick, whatever its traffic', left, 'left'],
    ['for a path that was left, with idle probes off too', { ...left, idleProbeMs: 0 }, 'left'],
    ['not at the next tick after a failed probe', { ...left, failedInARow: 1 }, null],
    ['at the one after it', { ...left, failedInARow: 1, probeAgoMs: 29_000 }, 'left'],
    ['within five minutes however many have failed', { ...left, failedInARow: 999, probeAgoMs: 300_000 }, 'left'],
    ['not while its breaker is open, or nothing is configured', { ...left, ready: false }, null],
    ['not after an error that asking again cannot mend', { ...left, stopped: true }, null],
  ];

  it.each(rows)('%s', (_, facts, expected) => {
    expect(probeDue(facts)).toBe(expected);
  });
});

const times = fc.nat({ max: 4_000_000 });
const anyFacts = fc.record({
  ready: fc.boolean(),
  stopped: fc.boolean(),
  left: fc.boolean(),
  callAgoMs: times,
  probeAgoMs: times,
  failedInARow: fc.nat({ max: 2_000 }),
  tickMs: fc.integer({ min: 100, max: 3_600_000 }),
  idleProbeMs: times,
});

describe('whatever the facts (10,000 runs)', () => {
  it('probes only what is ready and not stopped, and what has traffic only while it is left', () => {
    const property = fc.property(anyFacts, (facts) => {
      const due = probeDue(facts);
      if (due !== null) expect(facts).toMatchObject({ ready: true, stopped: false, left: due === 'left' });
      if (due === 'idle') {
        expect(facts.idleProbeMs).toBeGreaterThan(0);
        expect(facts.callAgoMs).toBeGreaterThanOrEqual(60_000);
        expect(facts.probeAgoMs).toBeGreaterThanOrEqual(facts.idleProbeMs);
      }
    });
    fc.assert(property, { numRuns: 10_000 });
  });

  it('stays due as time goes on: a probe is put off, never dropped', () => {
    const property = fc.property(anyFacts, times, (facts, later) => {
      const { callAgoMs, probeAgoMs } = facts;
      const due = probeDue(facts);
      if (due === null) return;
      expect(probeDue({ ...facts, callAgoMs: callAgoMs + later, probeAgoMs: probeAgoMs + later })).toBe(due);
    });
    fc.assert(property, { numRuns: 10_000 });
  });
});
