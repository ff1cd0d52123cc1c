import { createHash } from 'node:crypto';
import { z } from 'zod';

export const TOOL_NAME = 'answer_operation';

export const inputSchema = z.object({
  prompt: z.string().min(1).max(1_000_000).describe('What to answer, 1 to 1,000,000 characters.'),
  type: z.string().min(1).max(200).describe('Operation type, such as emergency or background_analysis.'),
  context: z.record(z.string(), z.unknown()).optional().describe('Anything more that the answer should consider.'),
});
export type OperationInput = z.infer<typeof inputSchema>;

export const outputSchema = z.object({
  answer: z.string(),
  simulated: z.literal(true),
  operation: z.string(),
  usage: z.object({ inputTokens: z.int(), outputTokens: z.int(), totalTokens: z.int() }),
});
export type OperationAnswer = z.infer<typeof outputSchema>;

export const TOOL = {
  name: TOOL_NAME,
  title: 'Answer an AI operation (simulated)',
  description: 'Answers with a simulated text that says so and never repeats the prompt.',
  inputSchema: jsonSchema(inputSchema, 'input'),
  outputSchema: jsonSchema(outputSchema, 'output'),
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
};

/** The same input and seed give the same answer. */
export function answerOperation({ prompt, type, context }: OperationInput, seed: number): OperationAnswer {
  const input = context === undefined ? prompt : `${prompt}${JSON.stringify(context)}`;
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, TOOL_NAME, type, input]))
    .digest('hex')
    .slice(0, 8);
  const answer = `Simulated answer by ${TOOL_NAME} to ${type}: ${input.length} characters received, digest ${digest}.`;
  const inputTokens = Math.ceil(input.length / 4);
  const outputTokens = Math.ceil(answer.length / 4);
  const usage = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
  return { answer, simulated: true, operation: type, usage };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output') {
  const { type, properties, required = [] } = z.toJSONSchema(schema, { io });
  if (type !== 'object') throw new TypeError('A tool takes and gives an object.');
  return {
    type: 'object' as const,
    properties: z.record(z.string(), z.record(z.string(), z.json())).parse(properties),
    required,
  };
}
