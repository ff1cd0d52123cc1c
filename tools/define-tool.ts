import type {
  CallToolResult,
  InputRequiredResult,
  McpServer,
  ScopeChallengeHandler,
  ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Operation, OperationContext } from '../src/operations/operation.ts';
import { parseInput } from '../src/operations/parse-input.ts';
import { advertised } from './advertised-schema.ts';
import { callerOf } from './caller-of.ts';
import { confirmWrite } from './confirm-write.ts';
import { errorResult, plain, planResult, toolResult } from './tool-result.ts';

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
  /** Of a dry run, what it would do, for a person to confirm: without personal data, which the calls to make next may hold. */
  effect?: (output: z.output<Output>) => string;
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

const confirmSchema = z.string().max(600).optional().describe('Token of the answered plan.');

/** Makes an MCP tool of an operation. What it changes is confirmed first: a person's own routes and commands ask nobody. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(spec: ToolSpec<Input, Output>): Tool {
  const { operation, description, annotations } = spec;
  const { name, output } = operation;
  const input: z.ZodObject = operation.writes ? operation.input.extend({ confirm: confirmSchema }) : operation.input;
  const config = {
    title: annotations.title,
    description,
    annotations,
    inputSchema: advertised(input, 'input'),
    outputSchema: advertised(output, 'output'),
    scopeChallenge: scopeChallenge(operation),
  };
  return {
    name,
    description,
    annotations,
    input,
    output,
    register(server, context) {
      server.registerTool(name, config, (args, request) => call(spec, { context, server, request, args }));
    },
  };
}

interface Call {
  context: OperationContext;
  server: McpServer;
  request: ServerContext;
  args: unknown;
}

async function call<Input extends z.ZodObject, Output extends z.ZodObject>(
  spec: ToolSpec<Input, Output>,
  { context, server, request, args }: Call,
): Promise<CallToolResult | InputRequiredResult> {
  const { operation } = spec;
  const caller = callerOf(request, { server, context });
  try {
    const { confirm, ...given } = plain(args);
    const input = parseInput(context, operation, operation.writes ? given : args, caller);
    if (!operation.changes(input)) return toolResult(spec, await operation.run(context, input, caller));
    // Who may not do it, or has it wrong, is told so, and nobody is asked.
    const shown = await operation.run(context, { ...input, dryRun: true }, caller);
    const write = {
      ...operation.changeOf(context, input),
      principal: caller.identity?.principal ?? '',
      arguments: input,
      summary: (spec.effect ?? spec.text)(shown),
    };
    const { confirmations } = context;
    const token = typeof confirm === 'string' ? confirm : undefined;
    const confirmation = await confirmWrite({
      confirmations,
      server,
      request,
      tool: operation.name,
      write,
      confirm: token,
    });
    switch (confirmation.kind) {
      case 'ask':
        return confirmation.result;
      case 'plan':
        return planResult(shown, confirmation.plan);
      case 'proceed': {
        const confirmed = { ...confirmation.confirmed };
        return toolResult(spec, await operation.run(context, input, { ...caller, confirmed }));
      }
    }
  } catch (thrown) {
    return errorResult(context, operation.name, thrown);
  }
}

/**
 * Over HTTP a caller whose issuer can give it more is asked to come back with the scope (RFC 6750); any other gets the refusal
 * as a tool's answer, which a model can read.
 */
function scopeChallenge<Input extends z.ZodObject, Output extends z.ZodObject>({
  name,
  input,
  writes,
  rulesOf,
}: Operation<Input, Output>): ScopeChallengeHandler {
  return ({ request, authInfo }) => {
    if (!authInfo?.clientId.startsWith('jwt:')) return undefined;
    const { confirm: _, ...given } = plain(request.params?.arguments);
    const parsed = input.safeParse(writes ? given : request.params?.arguments);
    if (!parsed.success) return undefined;
    const { scopes } = rulesOf(parsed.data);
    const [first] = scopes;
    if (first === undefined || scopes.some((scope) => authInfo.scopes.includes(scope))) return undefined;
    return { scopes: [first], errorDescription: `${name} needs the scope ${scopes.join(' or ')}` };
  };
}
