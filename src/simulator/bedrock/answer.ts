import { createHash } from 'node:crypto';
import type { BedrockCall } from './request.ts';

export type StopReason = 'end_turn' | 'max_tokens' | 'guardrail_intervened' | 'content_filtered';

/** An answer before it takes the shape of one API. */
export interface Answer {
  text: string;
  stopReason: StopReason;
  usage: { inputTokens: number; outputTokens: number; totalTokens: number };
  /** Simulated service latency, whole milliseconds. */
  latencyMs: number;
}

/** English text has about four characters a token; near enough for a simulator, and easy to check by hand. */
const CHARACTERS_PER_TOKEN = 4;

/** The answer to a call: the same model, operation, input and seed give the same text. It never repeats the prompt. */
export function answerTo(call: BedrockCall, seed: number, latencyMs: number): Answer {
  const operation = call.operation ?? 'an unnamed operation';
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, call.modelId, call.operation ?? null, call.input]))
    .digest('hex')
    .slice(0, 8);
  const text = `Simulated answer by ${call.modelId} to ${operation}: ${call.characters} characters received, digest ${digest}.`;
  const limit = call.maxTokens ?? Number.POSITIVE_INFINITY;
  const cut = tokens(text.length) > limit;
  return answer(
    call,
    latencyMs,
    cut ? text.slice(0, limit * CHARACTERS_PER_TOKEN) : text,
    cut ? 'max_tokens' : 'end_turn',
  );
}

/** The same answer, ended early for this reason. */
export function endedBy(full: Answer, stopReason: Exclude<StopReason, 'end_turn'>, call: BedrockCall): Answer {
  switch (stopReason) {
    case 'guardrail_intervened':
      return answer(call, full.latencyMs, 'Simulated guardrail: this request was blocked.', stopReason);
    case 'content_filtered':
    case 'max_tokens':
      return answer(call, full.latencyMs, full.text.slice(0, Math.ceil(full.text.length / 2)), stopReason);
  }
}

function answer(call: BedrockCall, latencyMs: number, text: string, stopReason: StopReason): Answer {
  const inputTokens = tokens(call.characters);
  const outputTokens = tokens(text.length);
  const usage = { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens };
  return { text, stopReason, usage, latencyMs: Math.round(latencyMs) };
}

function tokens(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}
