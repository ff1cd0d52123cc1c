import { type McpServer, ProtocolError, ProtocolErrorCode, type ServerContext } from '@modelcontextprotocol/server';
import { HybridRoutingError } from '../src/config/errors.ts';
import { guarded } from '../src/operations/guarded.ts';
import type { OperationContext } from '../src/operations/operation.ts';
import { callerOf } from './caller-of.ts';

interface Asking {
  server: McpServer;
  context: OperationContext;
  request: ServerContext;
  /** Name in the access log, such as `read metrics-live`. */
  what: string;
}

/** What whoever may read is given, beside the tools: resources, prompts and subscriptions, with their row in the access log. */
export async function forViewers<Result>(
  { server, context, request, what }: Asking,
  work: () => Promise<Result>,
): Promise<Result> {
  const caller = callerOf(request, { server, context });
  const rules = { scopes: ['viewer'], inLockdown: true } as const;
  try {
    return await guarded(context, { name: what, rules, input: {}, caller }, work);
  } catch (thrown) {
    if (!(thrown instanceof HybridRoutingError)) throw thrown;
    const { code, message, remedy } = thrown;
    throw new ProtocolError(ProtocolErrorCode.InvalidRequest, `${code}: ${message}. ${remedy}`);
  }
}
