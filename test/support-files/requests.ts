import type { PathAnswer, PathRequest } from '../../src/paths/path.ts';
import { type OperationRequest, operationRequestSchema } from '../../src/support/operation.ts';

export const PROMPT = 'Summarise the incident';

export function pathRequest(changes: Partial<PathRequest> = {}): PathRequest {
  return {
    operationId: 'op-1',
    type: 'emergency',
    class: 'emergency',
    messages: [{ role: 'user', text: PROMPT }],
    prompt: PROMPT,
    context: {},
    ...changes,
  };
}

export function operationRequest(changes: Record<string, unknown> = {}): OperationRequest {
  return operationRequestSchema.parse({ operation: 'emergency', prompt: PROMPT, ...changes });
}

export function pathAnswer(changes: Partial<PathAnswer> = {}): PathAnswer {
  return {
    text: 'All is well',
    modelId: null,
    upstream: null,
    usage: null,
    serviceLatencyMs: null,
    stopReason: null,
    simulated: false,
    removedCharacters: 0,
    untrusted: null,
    ...changes,
  };
}
