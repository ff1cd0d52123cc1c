import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { OperationClass, PathName } from '../config/operation-types.ts';
import { MinuteRing } from './minute-ring.ts';

/** One finished operation, as metrics see it. */
export interface OperationRecord {
  class: OperationClass;
  status: 'answered' | 'refused' | 'failed';
  path: PathName | null;
  durationMs: number;
  /** Answered by the policy's primary route, at the first attempt, within the SLA. */
  efficient: boolean;
  /** Routed by an operator's override, so outside of routing efficiency. */
  overridden: boolean;
  fellBack: boolean;
  /** A health check's own operation: it is no part of the traffic that KPIs are told of. */
  probe?: boolean | undefined;
}

interface Minute {
  answered: number;
  refused: number;
  failed: number;
  fellBack: number;
  overridden: number;
  eligible: number;
  efficient: number;
  byClass: Record<OperationClass, RecordableHistogram>;
  byPath: Record<PathName, RecordableHistogram>;
}

export interface LatencySummary {
  n: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}

export interface MetricsSummary {
  windowMinutes: number;
  operations: number;
  answered: number;
  refused: number;
  failed: number;
  fellBack: number;
  overridden: number;
  /** Operations that count for routing efficiency, and those of them that were efficient. */
  eligible: number;
  efficient: number;
  inFlight: number;
  latencyByClass: Record<OperationClass, LatencySummary>;
  latencyByPath: Record<PathName, LatencySummary>;
}

/** One minute of one process, as it is kept. */
export interface MinuteSummary extends Omit<Minute, 'byClass' | 'byPath'> {
  latencyByClass: Record<OperationClass, LatencySummary>;
}

/** KPIs are told over five minutes (mission checklist, "Definitions"). */
const windowMinutes = 5;

// Histograms take whole numbers from 1: microseconds, up to an hour, three digits.
const newHistogram = () => createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });

function newMinute(): Minute {
  return {
    answered: 0,
    refused: 0,
    failed: 0,
    fellBack: 0,
    overridden: 0,
    eligible: 0,
    efficient: 0,
    byClass: { emergency: newHistogram(), critical: newHistogram(), standard: newHistogram() },
    byPath: { direct: newHistogram(), mcp: newHistogram() },
  };
}

/** Counts and latencies of the operations of this process over the last minutes. */
export class OperationMetrics {
  readonly #ring: MinuteRing<Minute>;
  #untaken = newMinute();
  #inFlight = 0;

  constructor(now: () => number) {
    this.#ring = new MinuteRing(windowMinutes, newMinute, now);
  }

  started(): void {
    this.#inFlight += 1;
  }

  finished(record: OperationRecord): void {
    this.#inFlight -= 1;
    if (record.probe) return;
    count(this.#ring.current(), record);
    count(this.#untaken, record);
  }

  /** What has been counted since the last call, for the history; null where there was nothing. */
  take(): MinuteSummary | null {
    const minute = this.#untaken;
    if (minute.answered + minute.refused + minute.failed === 0) return null;
    this.#untaken = newMinute();
    const { byClass, byPath: _, ...counts } = minute;
    const { emergency, critical, standard } = byClass;
    return {
      ...counts,
      latencyByClass: { emergency: latency([emergency]), critical: latency([critical]), standard: latency([standard]) },
    };
  }

  summary(): MetricsSummary {
    const minutes = this.#ring.window();
    const total = (count: (minute: Minute) => number) => minutes.reduce((sum, minute) => sum + count(minute), 0);
    const answered = total((minute) => minute.answered);
    const refused = total((minute) => minute.refused);
    const failed = total((minute) => minute.failed);
    return {
      windowMinutes,
      operations: answered + refused + failed,
      answered,
      refused,
      failed,
      fellBack: total((minute) => minute.fellBack),
      overridden: total((minute) => minute.overridden),
      eligible: total((minute) => minute.eligible),
      efficient: total((minute) => minute.efficient),
      inFlight: this.#inFlight,
      latencyByClass: {
        emergency: latency(minutes.map(({ byClass }) => byClass.emergency)),
        critical: latency(minutes.map(({ byClass }) => byClass.critical)),
        standard: latency(minutes.map(({ byClass }) => byClass.standard)),
      },
      latencyByPath: {
        direct: latency(minutes.map(({ byPath }) => byPath.direct)),
        mcp: latency(minutes.map(({ byPath }) => byPath.mcp)),
      },
    };
  }
}

/** Adds an operation to a minute. */
function count(minute: Minute, record: OperationRecord): void {
  minute[record.status] += 1;
  if (record.fellBack) minute.fellBack += 1;
  if (record.overridden) minute.overridden += 1;
  if (!record.overridden && record.status !== 'refused') {
    minute.eligible += 1;
    if (record.efficient) minute.efficient += 1;
  }
  if (record.status !== 'answered') return;
  const microseconds = Math.max(1, Math.round(record.durationMs * 1_000));
  minute.byClass[record.class].record(microseconds);
  if (record.path) minute.byPath[record.path].record(microseconds);
}

function latency(histograms: readonly RecordableHistogram[]): LatencySummary {
  const merged = newHistogram();
  for (const histogram of histograms) merged.add(histogram);
  const at = (percentile: number) => (merged.count === 0 ? null : merged.percentile(percentile) / 1_000);
  return { n: merged.count, p50Ms: at(50), p95Ms: at(95), p99Ms: at(99) };
}
