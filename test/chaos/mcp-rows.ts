import { type FaultRow, faultRow } from './fault-row.ts';
import type { Row } from './row.ts';

/** Short, so that a hang costs the table little; far over what the warm path needs. */
const deadlineMs = 2_000;

function mcp(
  fault: string,
  inject: FaultRow['inject'],
  errorClass: FaultRow['errorClass'],
  more: Partial<FaultRow> = {},
): Row {
  return faultRow({ path: 'mcp', fault, inject, errorClass, ...more });
}

/** An upstream's lost session or cut stream is mended by connecting anew, so it is not held against the path. */
const blameless = { retries: 1, breaker: 'unmoved', lowersHealth: false } as const;

const stdio = { world: { transport: 'stdio' } } as const;
const match = { api: 'tools/call' };
const session = { world: { transport: 'session' } } as const;

const processes: readonly Row[] = [
  mcp('process exits in mid-call (stdio)', { kind: 'exit' }, 'network', stdio),
  mcp('process exits once (stdio): started anew', { kind: 'exit' }, null, {
    ...stdio,
    times: 1,
    effects: { retries: 1 },
  }),
  mcp('process crashes at start (stdio)', { kind: 'crash_at_start' }, 'network', { ...stdio, cold: true, calls: 0 }),
  mcp('wedged: never answers (stdio)', { kind: 'wedged' }, 'timeout', { ...stdio, deadlineMs }),
  // The SDK skips a line that is no JSON, as MCP lets a server's stray prints pass; so the answer is only missing.
  mcp('not JSON on stdout (stdio): no answer', { kind: 'not_json' }, 'timeout', { ...stdio, deadlineMs }),
  mcp('result with isError (stdio)', { kind: 'is_error' }, 'upstream', stdio),
  mcp('unknown content kind (stdio)', { kind: 'unknown_content' }, 'protocol', stdio),
];

const calls: readonly Row[] = [
  mcp('wedged: accepts, never answers', { kind: 'wedged' }, 'timeout', { deadlineMs }),
  mcp('result with isError', { kind: 'is_error' }, 'upstream'),
  mcp('JSON-RPC internal error -32603', { kind: 'internal_error' }, 'upstream'),
  mcp('tool goes missing', { kind: 'tool_missing' }, 'configuration'),
  mcp('tool missing from the start', { kind: 'tool_missing' }, 'configuration', { cold: true, calls: 0 }),
  mcp('arguments refused -32602', { kind: 'invalid_arguments' }, 'configuration'),
  mcp('not JSON in the HTTP body', { kind: 'not_json' }, 'protocol'),
  mcp('oversized answer', { kind: 'oversized_answer', bytes: 100_000 }, 'protocol', {
    world: { mcp: { maxAnswerBytes: 50_000 } },
  }),
  mcp('unknown content kind', { kind: 'unknown_content' }, 'protocol'),
];

const connections: readonly Row[] = [
  mcp('session expired once (404): a new one', { kind: 'session_expired' }, null, {
    ...session,
    times: 1,
    match,
    calls: 2,
  }),
  // One new connection and one more call, no third.
  mcp('session expires at each call (404)', { kind: 'session_expired' }, 'network', {
    ...session,
    match,
    effects: { ...blameless, retries: 0 },
    calls: 2,
  }),
  mcp('stream dropped', { kind: 'stream_dropped' }, 'network', { effects: blameless }),
  mcp('stream dropped (session)', { kind: 'stream_dropped' }, 'network', { ...session, effects: blameless }),
  mcp('stream ends without the answer', { kind: 'stream_ended' }, 'network', { effects: blameless }),
  mcp('stream ends without the answer (session)', { kind: 'stream_ended' }, 'network', {
    ...session,
    effects: blameless,
  }),
  mcp('401', { kind: 'unauthorized' }, 'configuration'),
  mcp('403', { kind: 'forbidden' }, 'configuration'),
  mcp('401 (session)', { kind: 'unauthorized' }, 'configuration', session),
  mcp('connection refused', { kind: 'connection_refused' }, 'network', { calls: 0 }),
  mcp('connection reset', { kind: 'connection_reset' }, 'network'),
  mcp('DNS failure', null, 'network', {
    cold: true,
    calls: 0,
    world: { upstreamUrl: () => 'http://nonexistent.invalid/mcp' },
  }),
  mcp('TLS failure', null, 'network', {
    cold: true,
    calls: 0,
    world: { upstreamUrl: (url) => url.replace('http:', 'https:') },
  }),
];

export const mcpRows = [...processes, ...calls, ...connections];
