import type { OperationType } from '../../src/config/operation-types.ts';
import { answerTo } from '../../src/simulator/bedrock/answer.ts';
import { answerOperation } from '../../src/simulator/upstream/tool.ts';

/** Seed of every simulator here. */
export const simulatorSeed = 1;

/** The whole answer of each path to this very prompt: it has a digest of the prompt, so no other answer is equal to it. */
export function answersTo(operation: OperationType, prompt: string, modelId: string | null) {
  const messages = [{ role: 'user', content: [{ text: prompt }] }];
  const call = {
    api: 'converse' as const,
    modelId: modelId ?? '',
    operation,
    input: JSON.stringify([messages, []]),
    characters: prompt.length,
    maxTokens: undefined,
    guardrailTrace: false,
  };
  return {
    direct: answerTo(call, simulatorSeed, 0).text,
    mcp: answerOperation({ prompt, type: operation }, simulatorSeed).answer,
  };
}
