import type { CallToolResult, McpServer } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import { HybridRoutingError, messageOf } from '../src/config/errors.ts';
import { problemsOf } from '../src/config/problems.ts';
import { recordAccess } from '../src/operations/access.ts';
import type { Operation, OperationContext } from '../src/operations/operation.ts';
import type { Caller } from '../src/support/caller.ts';
import { advertised } from './advertised-schema.ts';
import { callerOf } from './caller-of.ts';

/** All five, always: a client decides by them what it may call without asking. */
interface Annotations {
  title: string;
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

interface ToolSpec<Input extends z.ZodObject, Output extends z.ZodObject> {
  operation: Operation<Input, Output>;
  /** When to use it, and when not. */
  description: string;
  annotations: Annotations;
  /** The answer for a reader in a hurry: the same facts as the structured content, under 500 tokens. */
  text: (output: z.output<Output>) => string;
  /** Whether an output is an error for the caller. Never by default. */
  isError?: (output: z.output<Output>) => boolean;
}

export interface Tool {
  name: string;
  description: string;
  annotations: Annotations;
  input: z.ZodObject;
  output: z.ZodObject;
  register(server: McpServer, context: OperationContext): void;
}

/** Makes an MCP tool of an operation. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(spec: ToolSpec<Input, Output>): Tool {
  const { operation, description, annotations, text, isError } = spec;
  const call = async (context: OperationContext, args: unknown, caller: Caller): Promise<CallToolResult> => {
    try {
      const output = await operation.run(context, parseArguments(context, operation, args, caller), caller);
      return {
        content: [{ type: 'text' as const, text: text(output) }],
        structuredContent: plain(output),
        ...(isError?.(output) ? { isError: true } : {}),
      };
    } catch (thrown) {
      return errorResult(context, operation.name, thrown);
    }
  };
  const { name, input, output } = operation;
  const { title } = annotations;
  const config = {
    title,
    description,
    annotations,
    inputSchema: advertised(input, 'input'),
    outputSchema: advertised(output, 'output'),
  };
  return {
    name,
    description,
    annotations,
    input,
    output,
    register(server, context) {
      server.registerTool(name, config, (args, request) => call(context, args, callerOf(request, { server, context })));
    },
  };
}

function parseArguments<Input extends z.ZodObject>(
  context: OperationContext,
  { name, input: schema }: { name: string; input: Input },
  args: unknown,
  caller: Caller,
): z.output<Input> {
  const startedAt = context.wallClock();
  const result = schema.safeParse(args ?? {});
  if (result.success) return result.data;
  const allowed = (path: readonly string[]) => (path.length === 0 ? Object.keys(schema.shape) : []);
  const problems = problemsOf(result.error.issues, args, allowed).join('; ');
  const thrown = new HybridRoutingError('invalid_input', problems, 'Correct these arguments and call again.');
  recordAccess(context, { name, input: args, caller, startedAt, thrown });
  throw thrown;
}

function plain(output: unknown): Record<string, unknown> {
  return typeof output === 'object' && output !== null ? { ...output } : {};
}

/**
 * What went wrong, in the words of the error, with what to do; never a stack. No structured content: a 1.x client holds
 * it against the output schema, error or not.
 */
function errorResult({ logger }: OperationContext, tool: string, thrown: unknown): CallToolResult {
  if (thrown instanceof HybridRoutingError) {
    return {
      isError: true,
      content: [{ type: 'text', text: `${thrown.code}: ${thrown.message}. ${thrown.remedy}` }],
    };
  }
  logger.error({ component: 'bedrock-support', event: 'ERROR', tool, cause: messageOf(thrown) }, 'ERROR tool failed');
  return {
    isError: true,
    content: [{ type: 'text', text: `internal: ${tool} failed: ${messageOf(thrown)}. Call health_check.` }],
  };
}
