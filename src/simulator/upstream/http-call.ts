import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenRecord } from '../recorder.ts';
import { aborted, waited } from '../wait.ts';
import type { UpstreamCall } from './call.ts';
import { writeResponse } from './http-response.ts';
import type { UpstreamHttp } from './http-server.ts';
import { namesOf, type RpcRequest, rpcError } from './message.ts';
import { sessionNotFound } from './sessions.ts';
import { withUnknownContent } from './unknown-content.ts';

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  rpc: RpcRequest;
  http: UpstreamHttp;
  /** Aborts when the client has gone, or the answer is out. */
  gone: AbortSignal;
}

/** One JSON-RPC request over HTTP: decided, counted, and answered by the SDK or by a fault of the transport. */
export async function answerRequest({ request, response, rpc, http, gone }: Exchange): Promise<void> {
  const { engine, calls, listener } = http;
  const { record, decision } = engine.begin({ endpoint: 'upstream-http', ...namesOf(rpc) });
  response.once('close', () => {
    if (listener.refusing) {
      record.faulted('connection_refused');
      record.end('faulted');
    }
    record.end('aborted');
  });

  const kind = decision.fault?.kind;
  const atEdge = kind !== undefined && EDGE_FAULTS.has(kind);
  // A tool call waits inside the tool, where a cancellation reaches it; anything else waits here.
  const inTool = rpc.method === 'tools/call' && !atEdge;
  if (!inTool && !(await waited(decision.latencyMs ?? 0, gone))) return;
  if (kind === 'wedged' && !inTool) return aborted(gone);
  if (atEdge) {
    const sessionId = request.headers['mcp-session-id'];
    if (kind === 'session_expired' && typeof sessionId === 'string') await http.sessions.expire(sessionId);
    return fail(kind, rpc, response, record, gone);
  }

  const call: UpstreamCall = {
    decision,
    seed: engine.random.seed(),
    finish: async (outcome) => record.end(outcome),
    dropStream: () => breakOff(response, { cleanly: kind === 'stream_ended', gone }),
  };
  const { key, params } = calls.enter(call, rpc.params);
  try {
    const answer = await http.forward(request, { ...rpc, params }, gone);
    if (!inTool) record.end(kind === undefined ? 'answered' : 'faulted');
    const rewrite = kind === 'unknown_content' ? withUnknownContent : undefined;
    await writeResponse(answer, response, { gone, ...(rewrite === undefined ? {} : { rewrite }) });
  } finally {
    calls.leave(key);
    // The SDK answered by itself, without asking the tool: a refused header, an unknown session.
    if (!gone.aborted) record.end('rejected');
  }
}

const EDGE_FAULTS: ReadonlySet<string> = new Set([
  'unauthorized',
  'forbidden',
  'session_expired',
  'connection_reset',
  'not_json',
]);

async function fail(
  kind: string,
  { id }: RpcRequest,
  response: ServerResponse,
  record: OpenRecord,
  gone: AbortSignal,
): Promise<void> {
  record.end('faulted');
  switch (kind) {
    case 'connection_reset':
      response.socket?.resetAndDestroy();
      return;
    case 'not_json':
      response.writeHead(200, { 'content-type': 'application/json' }).end('<html>simulated: this is not JSON</html>');
      return;
    case 'session_expired':
      return writeResponse(sessionNotFound(), response, { gone });
    case 'unauthorized': {
      const headers = { 'www-authenticate': 'Bearer error="invalid_token", error_description="simulated"' };
      const body = rpcError(id, -32_001, 'Simulated: unauthorized.');
      return writeResponse(Response.json(body, { status: 401, headers }), response, { gone });
    }
    case 'forbidden':
      return writeResponse(Response.json(rpcError(id, -32_003, 'Simulated: forbidden.'), { status: 403 }), response, {
        gone,
      });
  }
}

/**
 * Ends the stream, cleanly or by cutting the connection: the client has the headers, perhaps some progress, and never the
 * answer.
 */
async function breakOff(
  response: ServerResponse,
  { cleanly, gone }: { cleanly: boolean; gone: AbortSignal },
): Promise<void> {
  // Lets progress that is on its way out, and then the headers, reach the client before the cut.
  await waited(CUT_DELAY_MS, gone);
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(': simulated cut\n\n');
  await waited(CUT_DELAY_MS, gone);
  if (cleanly) response.end();
  else response.destroy();
  await aborted(gone);
}

const CUT_DELAY_MS = 10;
