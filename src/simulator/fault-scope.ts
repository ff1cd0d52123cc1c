import type { FaultKind } from './faults.ts';

/** Where a request arrived: the Bedrock server, or the upstream MCP server by one of its transports. */
export type Endpoint = 'bedrock' | 'upstream-http' | 'upstream-stdio';

interface Scope {
  endpoints: readonly Endpoint[];
  /** The only calls that the fault can touch; none means all of them. */
  apis?: readonly string[];
}

const BEDROCK: Scope = { endpoints: ['bedrock'] };
/** Ends of a model's answer; a guardrail's own call has none. */
const BEDROCK_MODEL: Scope = { endpoints: ['bedrock'], apis: ['converse', 'converse-stream', 'invoke'] };
const BEDROCK_STREAM: Scope = { endpoints: ['bedrock'], apis: ['converse-stream'] };
const UPSTREAM: Scope = { endpoints: ['upstream-http', 'upstream-stdio'] };
const UPSTREAM_CALL: Scope = { endpoints: UPSTREAM.endpoints, apis: ['tools/call'] };
const UPSTREAM_HTTP: Scope = { endpoints: ['upstream-http'] };
const NOWHERE: Scope = { endpoints: [] };

const SCOPES: Record<FaultKind, Scope> = {
  latency: { endpoints: ['bedrock', 'upstream-http', 'upstream-stdio'] },
  // Closes the listener as a whole, so no single request ever meets it.
  connection_refused: NOWHERE,
  connection_reset: { endpoints: ['bedrock', 'upstream-http'] },
  throttled: BEDROCK,
  service_unavailable: BEDROCK,
  internal_server: BEDROCK,
  model_not_ready: BEDROCK,
  model_timeout: BEDROCK,
  model_error: BEDROCK,
  service_quota_exceeded: BEDROCK,
  validation: BEDROCK,
  context_too_long: BEDROCK,
  access_denied: BEDROCK,
  expired_token: BEDROCK,
  resource_not_found: BEDROCK,
  model_retired: BEDROCK,
  malformed_json: BEDROCK,
  missing_fields: BEDROCK,
  guardrail_intervened: BEDROCK,
  content_filtered: BEDROCK_MODEL,
  max_tokens: BEDROCK_MODEL,
  hang_before_headers: BEDROCK,
  hang_mid_body: BEDROCK,
  truncated_body: BEDROCK,
  slow_drip: BEDROCK,
  stream_exception: BEDROCK_STREAM,
  stream_truncated: BEDROCK_STREAM,
  stream_stall: BEDROCK_STREAM,
  malformed_event: BEDROCK_STREAM,
  exit: UPSTREAM_CALL,
  crash_at_start: { endpoints: ['upstream-stdio'], apis: ['start'] },
  wedged: UPSTREAM,
  is_error: UPSTREAM_CALL,
  tool_missing: { endpoints: UPSTREAM.endpoints, apis: ['tools/call', 'tools/list'] },
  invalid_arguments: UPSTREAM_CALL,
  session_expired: { endpoints: ['upstream-http'], apis: ['tools/call', 'tools/list', 'ping'] },
  stream_dropped: { endpoints: ['upstream-http'], apis: ['tools/call'] },
  stream_ended: { endpoints: ['upstream-http'], apis: ['tools/call'] },
  unauthorized: UPSTREAM_HTTP,
  forbidden: UPSTREAM_HTTP,
  not_json: UPSTREAM_CALL,
  unknown_content: UPSTREAM_CALL,
  internal_error: UPSTREAM_CALL,
  oversized_answer: UPSTREAM_CALL,
};

/** Whether a fault of this kind can touch this call at all; if not, its rule is passed over and not used up. */
export function canTouch(kind: FaultKind, endpoint: Endpoint, api: string): boolean {
  const { endpoints, apis } = SCOPES[kind];
  // A process that starts meets crash_at_start and nothing else; latency or a wedge belongs to its calls.
  if (api === 'start' && kind !== 'crash_at_start') return false;
  return endpoints.includes(endpoint) && (apis === undefined || apis.includes(api));
}
