import { z } from 'zod';
import { isObject } from './call.ts';

const requestSchema = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number()]),
  method: z.string().min(1).max(200),
  params: z.record(z.string(), z.unknown()).optional(),
});

export type RpcRequest = z.infer<typeof requestSchema>;

/** The message, if it is one that waits for an answer; notifications and responses are none. */
export function rpcRequest(message: unknown): RpcRequest | undefined {
  return requestSchema.safeParse(message).data;
}

/** What rules match on: the method, and for a tool call the tool and its `type` argument. */
export function namesOf({ method, params }: RpcRequest): { api: string; tool?: string; operation?: string } {
  if (method !== 'tools/call') return { api: method };
  const type = isObject(params?.arguments) ? params.arguments.type : undefined;
  return {
    api: method,
    ...(typeof params?.name === 'string' ? { tool: params.name.slice(0, 200) } : {}),
    ...(typeof type === 'string' ? { operation: type.slice(0, 200) } : {}),
  };
}

export function rpcError(id: string | number | null, code: number, message: string) {
  return { jsonrpc: '2.0', id, error: { code, message } };
}
