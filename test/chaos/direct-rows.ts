import { type FaultRow, faultRow } from './fault-row.ts';
import type { Row } from './row.ts';

/** Short, so that a hang costs the table little; far over what the warm path needs. */
const deadlineMs = 2_000;

function direct(
  fault: string,
  inject: FaultRow['inject'],
  errorClass: FaultRow['errorClass'],
  more: Partial<FaultRow> = {},
): Row {
  return faultRow({ path: 'direct', fault, inject, errorClass, ...more });
}

const services: readonly Row[] = [
  direct('429 ThrottlingException, no Retry-After', { kind: 'throttled' }, 'throttled'),
  direct('429 once, Retry-After 1 s: waits and retries', { kind: 'throttled', retryAfterSeconds: 1 }, null, {
    times: 1,
    effects: { retries: 1 },
  }),
  direct('429, Retry-After 60 s, over the share', { kind: 'throttled', retryAfterSeconds: 60 }, 'throttled', {
    effects: { retries: 0 },
  }),
  direct('400 ServiceQuotaExceededException', { kind: 'service_quota_exceeded' }, 'throttled'),
  direct('503 ServiceUnavailableException', { kind: 'service_unavailable' }, 'transient'),
  direct('503 once', { kind: 'service_unavailable' }, null, {
    times: 1,
    effects: { retries: 1 },
  }),
  direct('500 InternalServerException', { kind: 'internal_server' }, 'transient'),
  direct('429 ModelNotReadyException', { kind: 'model_not_ready' }, 'transient'),
  direct('424 ModelErrorException', { kind: 'model_error' }, 'transient'),
  direct('408 ModelTimeoutException', { kind: 'model_timeout' }, 'timeout'),
];

const waits: readonly Row[] = [
  direct('hangs before headers', { kind: 'hang_before_headers' }, 'timeout', { deadlineMs }),
  direct('hangs in mid-body', { kind: 'hang_mid_body' }, 'timeout', { deadlineMs }),
  direct('slow drip past the deadline', { kind: 'slow_drip', bytesPerSecond: 40 }, 'timeout', { deadlineMs }),
];

const network: readonly Row[] = [
  direct('connection refused', { kind: 'connection_refused' }, 'network', { calls: 0 }),
  direct('connection reset', { kind: 'connection_reset' }, 'network'),
  direct('DNS failure', null, 'network', {
    cold: true,
    calls: 0,
    world: { endpoint: () => 'http://nonexistent.invalid' },
  }),
  direct('TLS failure', null, 'network', {
    cold: true,
    calls: 0,
    world: { endpoint: (url) => url.replace('http:', 'https:') },
  }),
];

const answers: readonly Row[] = [
  direct('malformed JSON', { kind: 'malformed_json' }, 'protocol'),
  direct('missing fields', { kind: 'missing_fields' }, 'protocol'),
  direct('truncated body', { kind: 'truncated_body' }, 'protocol'),
  direct('missing fields in a stream', { kind: 'missing_fields' }, 'protocol', { stream: true }),
  direct('answer cut by max_tokens', { kind: 'max_tokens' }, null, { answered: { stopReason: 'max_tokens' } }),
];

const streams: readonly Row[] = [
  direct('exception event in mid-stream', { kind: 'stream_exception' }, 'transient', { stream: true }),
  direct('exception event in mid-stream, once', { kind: 'stream_exception' }, null, {
    times: 1,
    stream: true,
    effects: { retries: 1 },
  }),
  direct('stream cut before messageStop', { kind: 'stream_truncated' }, 'protocol', { stream: true }),
  direct('stream stalls', { kind: 'stream_stall' }, 'timeout', { stream: true, deadlineMs }),
  direct('one malformed event', { kind: 'malformed_event' }, 'protocol', { stream: true }),
];

const refusals: readonly Row[] = [
  direct('400 ValidationException', { kind: 'validation' }, 'caller'),
  direct('400 context too long', { kind: 'context_too_long' }, 'caller'),
  direct('guardrail intervened', { kind: 'guardrail_intervened' }, 'caller'),
  direct('guardrail intervened in a stream', { kind: 'guardrail_intervened' }, 'caller', { stream: true }),
  direct('stop reason content_filtered', { kind: 'content_filtered' }, 'caller'),
];

const configuration: readonly Row[] = [
  direct('403 AccessDeniedException', { kind: 'access_denied' }, 'configuration'),
  direct('403 ExpiredTokenException', { kind: 'expired_token' }, 'configuration'),
  direct('404 ResourceNotFoundException (model)', { kind: 'resource_not_found' }, 'configuration'),
  direct('404 model at the end of its life', { kind: 'model_retired' }, 'configuration'),
];

export const directRows = [...services, ...waits, ...network, ...answers, ...streams, ...refusals, ...configuration];
