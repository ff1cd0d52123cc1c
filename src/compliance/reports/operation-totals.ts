import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { EvidenceRange } from './evidence.ts';
import type { OperationBody } from './row-bodies.ts';
import { Tally } from './tally.ts';

export interface Latency {
  n: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

/** Operations of a period: dry runs and the server's own probes are counted apart, and are in nothing else. */
export class OperationTotals {
  readonly types = new Tally();
  readonly classes = new Tally();
  readonly paths = new Tally();
  readonly statuses = new Tally();
  readonly errors = new Tally();
  /** Models and upstreams that answered. */
  readonly recipients = new Tally();
  readonly evidence = new EvidenceRange();
  total = 0;
  dryRuns = 0;
  probes = 0;
  simulated = 0;
  fallbacks = 0;
  hedged = 0;
  /** Of those that could meet it: neither refused nor cancelled. */
  slaRated = 0;
  slaMet = 0;
  readonly #latencies = new Map<string, RecordableHistogram>();

  add(seq: number, body: OperationBody): void {
    this.total += 1;
    this.evidence.add(seq);
    this.types.add(body.operation);
    this.classes.add(body.class);
    this.paths.add(body.path);
    this.statuses.add(body.status);
    if (body.error !== null) this.errors.add(body.error);
    const recipient = body.upstream ?? body.model;
    if (recipient !== null) this.recipients.add(recipient);
    if (body.simulated) this.simulated += 1;
    if (body.fallback) this.fallbacks += 1;
    if (body.hedged) this.hedged += 1;
    if (body.slaMet !== null) this.slaRated += 1;
    if (body.slaMet) this.slaMet += 1;
    if (body.status === 'answered') this.#latency(body.class).record(Math.max(1, Math.round(body.latencyMs * 1_000)));
  }

  /** Share of operations that met their SLA, in per cent; null where none could. */
  get slaPercent(): number | null {
    return this.slaRated === 0 ? null : (100 * this.slaMet) / this.slaRated;
  }

  /** Of the answered operations, by class. */
  latencies(): [operationClass: string, latency: Latency][] {
    return [...this.#latencies]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, histogram]) => [name, read(histogram)]);
  }

  #latency(operationClass: string): RecordableHistogram {
    const known = this.#latencies.get(operationClass);
    if (known) return known;
    // Whole microseconds from 1, up to an hour, three digits.
    const made = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });
    this.#latencies.set(operationClass, made);
    return made;
  }
}

function read(histogram: RecordableHistogram): Latency {
  const at = (percentile: number) => Math.round(histogram.percentile(percentile) / 100) / 10;
  return { n: histogram.count, p50Ms: at(50), p95Ms: at(95), p99Ms: at(99) };
}
