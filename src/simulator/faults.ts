import { z } from 'zod';
import { latencyDistributionSchema } from './latency.ts';

/** Errors that the Bedrock Runtime service answers by itself, with nothing wrong on the wire. */
export const BEDROCK_ERROR_KINDS = [
  'service_unavailable',
  'internal_server',
  'model_not_ready',
  'model_timeout',
  'model_error',
  'service_quota_exceeded',
  'validation',
  'context_too_long',
  'access_denied',
  'expired_token',
  'resource_not_found',
  'model_retired',
] as const;

/** Answers that arrive whole but are broken, cut or refused by a guard. */
export const BEDROCK_ANSWER_KINDS = [
  'malformed_json',
  'missing_fields',
  'guardrail_intervened',
  'content_filtered',
  'max_tokens',
] as const;

/** Faults that need nothing but their name, on the upstream MCP server. */
export const UPSTREAM_PLAIN_KINDS = [
  'exit',
  'crash_at_start',
  'wedged',
  'is_error',
  'tool_missing',
  'invalid_arguments',
  'session_expired',
  'stream_dropped',
  'stream_ended',
  'unauthorized',
  'forbidden',
  'not_json',
  'unknown_content',
  'internal_error',
] as const;

/** The exceptions that ConverseStream can raise after its first event. */
export const STREAM_EXCEPTIONS = [
  'InternalServerException',
  'ModelStreamErrorException',
  'ValidationException',
  'ThrottlingException',
  'ServiceUnavailableException',
] as const;

const afterEvents = z.int().min(0).max(100).default(2);

/** What goes wrong, told apart by `kind`. Sizes are bytes, `afterEvents` counts stream events sent before the fault. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latency'), distribution: latencyDistributionSchema }),
  z.strictObject({ kind: z.literal('connection_refused') }),
  z.strictObject({ kind: z.literal('connection_reset') }),
  z.strictObject({ kind: z.literal('throttled'), retryAfterSeconds: z.int().min(0).max(3600).optional() }),
  z.strictObject({ kind: z.enum(BEDROCK_ERROR_KINDS) }),
  z.strictObject({ kind: z.enum(BEDROCK_ANSWER_KINDS) }),
  z.strictObject({ kind: z.literal('hang_before_headers') }),
  z.strictObject({ kind: z.literal('hang_mid_body') }),
  z.strictObject({ kind: z.literal('truncated_body') }),
  z.strictObject({ kind: z.literal('slow_drip'), bytesPerSecond: z.int().min(1).max(1_000_000) }),
  z.strictObject({
    kind: z.literal('stream_exception'),
    exception: z.enum(STREAM_EXCEPTIONS).default('ModelStreamErrorException'),
    afterEvents,
  }),
  z.strictObject({ kind: z.literal('stream_truncated'), afterEvents }),
  z.strictObject({ kind: z.literal('stream_stall'), afterEvents }),
  z.strictObject({ kind: z.literal('malformed_event'), afterEvents }),
  z.strictObject({ kind: z.enum(UPSTREAM_PLAIN_KINDS) }),
  // 64 MiB: larger than any limit a client sets, small enough for the test machine.
  z.strictObject({ kind: z.literal('oversized_answer'), bytes: z.int().min(1).max(67_108_864) }),
]);

export type Fault = z.infer<typeof faultSchema>;
export type FaultKind = Fault['kind'];
