import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { aborted, waited } from '../wait.ts';
import type { CallsUnderWay, UpstreamCall } from './call.ts';
import { answerOperation, inputSchema, type OperationInput, TOOL, TOOL_NAME } from './tool.ts';

interface Dependencies {
  calls: CallsUnderWay;
  /** Seed of answers while no call says another. */
  seed: number;
  /** Ends the process. */
  exit: (status: number) => void;
}

/** The upstream MCP server: one tool, and the faults that a tool call can meet behind an intact transport. */
export function createUpstreamServer({ calls, seed, exit }: Dependencies): Server {
  const server = new Server(
    { name: 'simulated-upstream', version: '1.0.0' },
    { capabilities: { tools: {} }, instructions: 'Simulated: every answer is made up, and says so.' },
  );

  server.setRequestHandler('tools/list', (_request, ctx) => {
    const missing = calls.find(ctx.mcpReq._meta)?.decision.fault?.kind === 'tool_missing';
    return { tools: missing ? [] : [TOOL] };
  });

  server.setRequestHandler('tools/call', async (request, ctx) => {
    const call = calls.find(ctx.mcpReq._meta) ?? plainCall(seed);
    const { signal } = ctx.mcpReq;
    if (request.params.name !== TOOL_NAME || call.decision.fault?.kind === 'tool_missing') {
      await call.finish(request.params.name === TOOL_NAME ? 'faulted' : 'rejected');
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Tool ${request.params.name} not found`);
    }
    const input = inputSchema.safeParse(request.params.arguments);
    if (!input.success) {
      await call.finish('rejected');
      return failure(`Invalid arguments for tool ${TOOL_NAME}: ${input.error.issues.map(describeIssue).join('; ')}`);
    }
    await progress(ctx, call);
    const result = signal.aborted ? undefined : await resultOf(input.data, call, { signal, exit });
    if (result === undefined || signal.aborted) {
      await call.finish('aborted');
      // Nobody waits for this any more: the SDK throws it away.
      return failure('Cancelled.');
    }
    await call.finish(call.decision.fault === null ? 'answered' : 'faulted');
    return result;
  });
  return server;
}

const STEPS = ['Received the operation', 'Read the context', 'Drafting the answer', 'Checking the answer'];

/** Spreads the simulated latency over the steps, and reports each of them to a caller that asked for progress. */
async function progress(ctx: ServerContext, call: UpstreamCall): Promise<void> {
  const { progressToken } = ctx.mcpReq._meta ?? {};
  const pause = Math.max((call.decision.latencyMs ?? 0) / STEPS.length, progressToken === undefined ? 0 : MIN_STEP_MS);
  for (const [index, message] of STEPS.entries()) {
    if (progressToken !== undefined) {
      const params = { progressToken, progress: index + 1, total: STEPS.length, message: `${message} (simulated)` };
      await ctx.mcpReq.notify({ method: 'notifications/progress', params });
    }
    if (!(await waited(pause, ctx.mcpReq.signal))) return;
  }
}

/** Milliseconds a step takes at least: SDK 1.x clients lose progress that arrives in one piece with the answer. */
const MIN_STEP_MS = 2;

/** The tool's answer, or the fault in its place; undefined when there is none because the caller gave up waiting. */
async function resultOf(
  input: OperationInput,
  call: UpstreamCall,
  { signal, exit }: { signal: AbortSignal; exit: (status: number) => void },
): Promise<CallToolResult | undefined> {
  const { fault } = call.decision;
  switch (fault?.kind) {
    case 'exit':
      await call.finish('faulted');
      exit(1);
      return undefined;
    case 'stream_dropped':
    case 'stream_ended':
      await call.finish('faulted');
      await call.dropStream?.();
      return undefined;
    case 'wedged':
      await aborted(signal);
      return undefined;
    case 'is_error':
      return failure('Simulated failure of the upstream tool.');
    case 'invalid_arguments':
      await call.finish('faulted');
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Simulated: the arguments are refused.');
    case 'internal_error':
      await call.finish('faulted');
      throw new ProtocolError(ProtocolErrorCode.InternalError, 'Simulated internal error of the upstream server.');
    case 'oversized_answer': {
      const answer = answerOperation(input, call.seed);
      return success({ ...answer, answer: answer.answer.padEnd(fault.bytes, '.') });
    }
    default:
      return success(answerOperation(input, call.seed));
  }
}

function success(answer: ReturnType<typeof answerOperation>): CallToolResult {
  return { content: [{ type: 'text', text: answer.answer }], structuredContent: answer };
}

function failure(text: string): CallToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}

function describeIssue(issue: { path: PropertyKey[]; message: string }): string {
  return `${issue.path.map(String).join('.') || 'arguments'}: ${issue.message}`;
}

function plainCall(seed: number): UpstreamCall {
  return { decision: { latencyMs: null, fault: null }, seed, finish: async () => {} };
}
