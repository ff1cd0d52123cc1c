import { z } from 'zod';
import {
  firstProblem,
  GUARDRAIL_TOO_LONG,
  INVALID_GUARDRAIL,
  NOT_JSON,
  type ServiceError,
  UNKNOWN_OPERATION,
} from './service-error.ts';

/** An ApplyGuardrail call that the service accepts. */
export interface GuardrailCall {
  api: 'apply-guardrail';
  guardrailId: string;
  guardrailVersion: string;
  source: 'INPUT' | 'OUTPUT';
  texts: readonly string[];
}

type Read =
  | { accepted: true; call: GuardrailCall }
  | { accepted: false; api: 'apply-guardrail'; modelId: undefined; error: ServiceError };

/** Characters of one call in a region with the default quota: 25 text units of 1,000. */
const MAX_CHARACTERS = 25_000;

export const GUARDRAIL_ROUTE = /^\/guardrail\/(.+)\/version\/([^/]+)\/apply$/;

// API Reference, ApplyGuardrail, "URI Request Parameters"; empty ones are for the guardrails that an account enforces.
const ID = /^([a-z0-9]+|arn:aws(-[^:]+)?:bedrock:[a-z0-9-]{1,20}:[0-9]{12}:guardrail\/[a-z0-9]+)$/;
const VERSION = /^([1-9][0-9]{0,7}|DRAFT)$/;

const bodySchema = z.looseObject({
  source: z.enum(['INPUT', 'OUTPUT']),
  content: z.array(z.looseObject({ text: z.looseObject({ text: z.string().min(1) }) })).min(1),
});

/** Reads a request as the service does: route, then JSON, then fields, then size. */
export function readGuardrailCall(path: string, body: string): Read {
  const reject = (error: ServiceError): Read => ({
    accepted: false,
    api: 'apply-guardrail',
    modelId: undefined,
    error,
  });
  const [, id = '', guardrailVersion = ''] = GUARDRAIL_ROUTE.exec(path) ?? [];
  const guardrailId = decoded(id);
  if (guardrailId === undefined) return reject(UNKNOWN_OPERATION);
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return reject(NOT_JSON);
  }
  if (!ID.test(guardrailId) || !VERSION.test(guardrailVersion)) return reject(INVALID_GUARDRAIL);
  const parsed = bodySchema.safeParse(json);
  if (!parsed.success) return reject(firstProblem(parsed.error));
  const texts = parsed.data.content.map(({ text }) => text.text);
  if (texts.reduce((sum, { length }) => sum + length, 0) > MAX_CHARACTERS) return reject(GUARDRAIL_TOO_LONG);
  const { source } = parsed.data;
  return { accepted: true, call: { api: 'apply-guardrail', guardrailId, guardrailVersion, source, texts } };
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
