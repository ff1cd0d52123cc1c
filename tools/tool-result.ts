import type { CallToolResult } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import { HybridRoutingError, messageOf } from '../src/config/errors.ts';
import type { OperationContext } from '../src/operations/operation.ts';
import type { Unconfirmed } from './confirm-write.ts';

interface Shown<Output extends z.ZodObject> {
  text: (output: z.output<Output>) => string;
  isError?: (output: z.output<Output>) => boolean;
}

/** What an operation gave, as text and as structured content. */
export function toolResult<Output extends z.ZodObject>(
  { text, isError }: Shown<Output>,
  output: z.output<Output>,
): CallToolResult {
  return {
    content: [{ type: 'text' as const, text: text(output) }],
    structuredContent: plain(output),
    ...(isError?.(output) ? { isError: true } : {}),
  };
}

/** What a dry run shows, and how to go on. */
export function planResult(
  shown: unknown,
  { text, next, planId, token, expiresAt, approval }: Unconfirmed,
): CallToolResult {
  const confirmation = { planId, token, expiresAt: new Date(expiresAt).toISOString(), needsPerson: approval !== null };
  const structured = plain(shown);
  const calls = 'next' in structured ? { next: [next] } : {};
  return { content: [{ type: 'text', text }], structuredContent: { ...structured, ...calls, confirmation } };
}

/** The fields of an object; none of anything else. */
export function plain(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/**
 * What went wrong, in the words of the error, with what to do; never a stack. No structured content: a 1.x client holds
 * it against the output schema, error or not.
 */
export function errorResult({ logger }: OperationContext, tool: string, thrown: unknown): CallToolResult {
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
