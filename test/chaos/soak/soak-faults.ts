import type { PathName } from '../../../src/config/operation-types.ts';
import type { Rule } from '../../../src/simulator/rule-schema.ts';

/** A normal service: tens of milliseconds, so that two minutes stay a bounded number of calls. */
export const normal: Rule = {
  fault: { kind: 'latency', distribution: { type: 'uniform', minMs: 30, maxMs: 90 } },
};

/** Everything that a path may meet while the other one is well; what is the caller's own fault is no fault of a path. */
export const faults: Record<PathName, readonly Rule['fault'][]> = {
  direct: [
    { kind: 'throttled' },
    { kind: 'throttled', retryAfterSeconds: 60 },
    { kind: 'service_unavailable' },
    { kind: 'internal_server' },
    { kind: 'model_not_ready' },
    { kind: 'model_timeout' },
    { kind: 'hang_before_headers' },
    { kind: 'hang_mid_body' },
    { kind: 'slow_drip', bytesPerSecond: 40 },
    { kind: 'connection_refused' },
    { kind: 'connection_reset' },
    { kind: 'malformed_json' },
    { kind: 'missing_fields' },
    { kind: 'truncated_body' },
    { kind: 'access_denied' },
    { kind: 'resource_not_found' },
  ],
  mcp: [
    { kind: 'wedged' },
    { kind: 'is_error' },
    { kind: 'tool_missing' },
    { kind: 'invalid_arguments' },
    { kind: 'internal_error' },
    { kind: 'session_expired' },
    { kind: 'stream_dropped' },
    { kind: 'stream_ended' },
    { kind: 'unauthorized' },
    { kind: 'forbidden' },
    { kind: 'not_json' },
    { kind: 'unknown_content' },
    { kind: 'oversized_answer', bytes: 200_000 },
    { kind: 'connection_refused' },
    { kind: 'connection_reset' },
  ],
};

/** Faults of the service as a whole, in which the primary should soon see no more than probes. */
export const isOutage = (fault: Rule['fault'], probability: number) =>
  probability === 1 && !['throttled', 'session_expired', 'stream_dropped', 'stream_ended'].includes(fault.kind);
