import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { GUARDRAIL_ROUTE, type GuardrailCall, readGuardrailCall } from './guardrail-request.ts';
import { firstProblem, NOT_JSON, type ServiceError, UNKNOWN_OPERATION, validationError } from './service-error.ts';

export type Api = 'converse' | 'converse-stream' | 'invoke';

/** A call that the service accepts. */
export interface BedrockCall {
  api: Api;
  modelId: string;
  /** From `requestMetadata.operation` (Converse), or the request metadata header (InvokeModel). */
  operation: string | undefined;
  /** All that the answer depends on, as one string. It is hashed and counted, never shown. */
  input: string;
  /** Characters of text in messages and system prompts. */
  characters: number;
  maxTokens: number | undefined;
  /** The caller asked for the guardrail's trace. */
  guardrailTrace: boolean;
}

export type Accepted = { accepted: true; call: BedrockCall | GuardrailCall };
export type Rejected = { accepted: false; api: string; modelId: string | undefined; error: ServiceError };

const textBlock = z.looseObject({ text: z.string().optional() });
const message = z.looseObject({ role: z.enum(['user', 'assistant']), content: z.array(textBlock).min(1) });

const converseSchema = z.looseObject({
  messages: z.array(message).min(1),
  system: z.array(textBlock).optional(),
  inferenceConfig: z
    .looseObject({ maxTokens: z.int().min(1).optional(), temperature: z.number().min(0).max(1).optional() })
    .optional(),
  requestMetadata: z.record(z.string(), z.string().max(256)).optional(),
  guardrailConfig: z.looseObject({ trace: z.string().optional() }).optional(),
});

const anthropicContent = z.union([z.string().min(1), z.array(textBlock).min(1)]);
const invokeSchema = z.looseObject({
  anthropic_version: z.string(),
  max_tokens: z.int().min(1),
  messages: z.array(z.looseObject({ role: z.enum(['user', 'assistant']), content: anthropicContent })).min(1),
  system: anthropicContent.optional(),
});
const metadataHeader = z.record(z.string(), z.string());

// The SDK sends model ids percent-encoded, slashes of an inference profile ARN included; curl users may not.
const ROUTE = /^\/model\/(.+)\/(converse|converse-stream|invoke)$/;

/** Reads a request as the service does: route, then JSON, then fields. */
export function readCall(
  method: string | undefined,
  url: string | undefined,
  headers: IncomingHttpHeaders,
  body: string,
): Accepted | Rejected {
  const [path = ''] = (url ?? '').split('?');
  if (method === 'POST' && GUARDRAIL_ROUTE.test(path)) return readGuardrailCall(path, body);
  const route = ROUTE.exec(path);
  const modelId = route?.[1] === undefined ? undefined : decoded(route[1]);
  const api = route?.[2];
  const reject = (error: ServiceError): Rejected => ({ accepted: false, api: api ?? 'unknown', modelId, error });
  if (method !== 'POST' || modelId === undefined) return reject(UNKNOWN_OPERATION);

  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return reject(NOT_JSON);
  }
  switch (api) {
    case 'converse':
    case 'converse-stream': {
      const parsed = converseSchema.safeParse(json);
      if (!parsed.success) return reject(firstProblem(parsed.error));
      const { messages, system = [], inferenceConfig, requestMetadata, guardrailConfig } = parsed.data;
      if (messages[0]?.role !== 'user') return reject(validationError(MUST_START_WITH_USER));
      const call = {
        api,
        modelId,
        operation: requestMetadata?.operation,
        input: JSON.stringify([messages, system]),
        characters: countText([...system, ...messages.flatMap(({ content }) => content)]),
        maxTokens: inferenceConfig?.maxTokens,
        guardrailTrace: guardrailConfig?.trace?.startsWith('enabled') ?? false,
      };
      return { accepted: true, call };
    }
    case 'invoke': {
      const parsed = invokeSchema.safeParse(json);
      if (!parsed.success) return reject(firstProblem(parsed.error));
      const { messages, system = [], max_tokens: maxTokens } = parsed.data;
      if (messages[0]?.role !== 'user') return reject(validationError(MUST_START_WITH_USER));
      const contents = [system, ...messages.map(({ content }) => content)];
      const blocks = contents.flatMap((content) => (typeof content === 'string' ? [{ text: content }] : content));
      const call = {
        api,
        modelId,
        operation: operationHeader(headers['x-amzn-bedrock-request-metadata']),
        input: JSON.stringify([messages, system]),
        characters: countText(blocks),
        maxTokens,
        guardrailTrace: false,
      };
      return { accepted: true, call };
    }
    default:
      return reject(UNKNOWN_OPERATION);
  }
}

const MUST_START_WITH_USER =
  'A conversation must start with a user message. Try again with a conversation that starts with a user message.';

function countText(blocks: readonly { text?: string | undefined }[]): number {
  return blocks.reduce((sum, { text }) => sum + (text?.length ?? 0), 0);
}

function operationHeader(header: string | string[] | undefined): string | undefined {
  if (typeof header !== 'string') return undefined;
  try {
    return metadataHeader.parse(JSON.parse(header)).operation;
  } catch {
    return undefined;
  }
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
