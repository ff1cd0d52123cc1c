import type { OperationType } from '../../src/config/operation-types.ts';
import { type OperationResult, operationResultSchema } from '../../src/support/operation.ts';
import type { RunningServer } from '../e2e/harness/server.ts';
import { answersTo } from './expected-answer.ts';

export interface Question {
  operation: OperationType;
  prompt: string;
  deadlineMs?: number;
  idempotencyKey?: string;
}

export interface Asked {
  result: OperationResult;
  /** Time on the client's clock. */
  elapsedMs: number;
  /** Words of progress, where they were asked for. */
  progress: string[];
}

// A server that never answers must end the row, not the run.
const clientTimeoutMs = 30_000;

/** Sends one operation as any MCP client would. */
export async function ask(server: RunningServer, question: Question, withProgress = false): Promise<Asked> {
  const progress: string[] = [];
  const onprogress = ({ message }: { message?: string | undefined }) => {
    progress.push(message ?? '');
  };
  const begun = performance.now();
  const answer = await server.client.callTool(
    { name: 'route_operation', arguments: { ...question } },
    { timeout: clientTimeoutMs, ...(withProgress ? { onprogress } : {}) },
  );
  const elapsedMs = performance.now() - begun;
  return { result: operationResultSchema.parse(answer.structuredContent), elapsedMs, progress };
}

// What the specification allows over the SLA, and what the client's own process may add to that.
const allowedOverMs = 100;
const clientOverMs = 400;

/** What is wrong with an operation, whatever it met: too late, or another answer than the whole one to this very prompt. */
export function problemsOf({ result, elapsedMs }: Asked, question: Question): string[] {
  const limitMs = limitOf(result, question);
  const problems: string[] = [];
  if (result.latencyMs > limitMs + allowedOverMs || elapsedMs > limitMs + allowedOverMs + clientOverMs) {
    problems.push(`late: ${result.latencyMs} ms (${Math.round(elapsedMs)} ms at the client) of ${limitMs} ms`);
  }
  // An answer that says that it is cut is no whole one.
  if (result.status === 'answered' && result.stopReason !== 'max_tokens') {
    const whole = answersTo(question.operation, question.prompt, result.model);
    const expected = result.path === 'direct' ? whole.direct : whole.mcp;
    if (result.answer !== expected) problems.push(`answer is "${result.answer}", should be "${expected}"`);
    if (result.sla.met !== true) problems.push(`sla.met is ${result.sla.met}`);
  }
  return problems;
}

export function limitOf({ sla }: OperationResult, { deadlineMs }: Question): number {
  return Math.min(sla.slaMs, deadlineMs ?? sla.slaMs);
}
