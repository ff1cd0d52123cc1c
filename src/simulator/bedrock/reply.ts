import { createHash } from 'node:crypto';
import type { Answer } from './answer.ts';
import { encodeEvent, type StreamEvent } from './event-stream.ts';
import type { BedrockCall } from './request.ts';
import type { ServiceError } from './service-error.ts';

/** What goes on the wire. `parts` are written one after the other: one for JSON, one for each event of a stream. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  parts: Uint8Array[];
  streamed: boolean;
}

export const SIMULATED = { simulated: true } as const;
const GUARDRAIL_TRACE = { guardrail: { actionReason: 'Simulated guardrail intervention.' } };

export function errorReply({ status, type, message, headers, details }: ServiceError): Reply {
  return jsonReply(status, { ...details, message }, { 'x-amzn-errortype': type, ...headers });
}

/** The answer in the shape of the API that was called. */
export function answerReply(call: BedrockCall, answer: Answer): Reply {
  switch (call.api) {
    case 'converse':
      return jsonReply(200, converseBody(call, answer));
    case 'invoke':
      return jsonReply(200, invokeBody(call, answer), invokeHeaders(answer));
    case 'converse-stream':
      return streamReply(streamEvents(call, answer));
  }
}

/** Valid JSON, or valid events, without what a client must have. */
export function replyWithoutFields(call: { api: string }): Reply {
  if (call.api !== 'converse-stream') return jsonReply(200, {});
  const events = ['messageStart', 'contentBlockDelta', 'contentBlockStop', 'messageStop'];
  return streamReply(events.map((type) => ({ type, payload: {} })));
}

/** A body, or an event's payload, that ends in the middle of a string. */
export function replyNotJson(reply: Reply): Reply {
  const broken = '{"output":{"message":{"role":"assist';
  if (reply.streamed) return { ...reply, parts: [encodeEvent({ type: 'messageStart', payload: broken })] };
  return { ...reply, parts: [new TextEncoder().encode(broken)] };
}

export function jsonReply(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  return { status, headers: { 'content-type': 'application/json', ...headers }, parts: [bytes], streamed: false };
}

function streamReply(events: StreamEvent[]): Reply {
  const headers = { 'content-type': 'application/vnd.amazon.eventstream' };
  return { status: 200, headers, parts: events.map(encodeEvent), streamed: true };
}

function converseBody(call: BedrockCall, answer: Answer): unknown {
  return {
    output: { message: { role: 'assistant', content: [{ text: answer.text }] } },
    stopReason: answer.stopReason,
    usage: answer.usage,
    metrics: { latencyMs: answer.latencyMs },
    additionalModelResponseFields: SIMULATED,
    ...traceOf(call, answer),
  };
}

function invokeBody(call: BedrockCall, answer: Answer): unknown {
  const blocked = answer.stopReason === 'guardrail_intervened';
  return {
    id: `msg_bdrk_${createHash('sha256').update(answer.text).digest('hex').slice(0, 24)}`,
    type: 'message',
    role: 'assistant',
    model: call.modelId,
    content: [{ type: 'text', text: answer.text }],
    // Anthropic's words for the same ends: a filtered answer is a refusal, a guardrail shows in a field of Bedrock's own.
    stop_reason: answer.stopReason === 'content_filtered' ? 'refusal' : blocked ? 'end_turn' : answer.stopReason,
    stop_sequence: null,
    usage: { input_tokens: answer.usage.inputTokens, output_tokens: answer.usage.outputTokens },
    ...(blocked ? { 'amazon-bedrock-guardrailAction': 'INTERVENED' } : {}),
    ...SIMULATED,
  };
}

function invokeHeaders(answer: Answer): Record<string, string> {
  return {
    'x-amzn-bedrock-input-token-count': String(answer.usage.inputTokens),
    'x-amzn-bedrock-output-token-count': String(answer.usage.outputTokens),
    'x-amzn-bedrock-invocation-latency': String(answer.latencyMs),
  };
}

function streamEvents(call: BedrockCall, answer: Answer): StreamEvent[] {
  const { usage, latencyMs, stopReason } = answer;
  return [
    { type: 'messageStart', payload: { role: 'assistant' } },
    ...pieces(answer.text).map((text) => ({
      type: 'contentBlockDelta',
      payload: { contentBlockIndex: 0, delta: { text } },
    })),
    { type: 'contentBlockStop', payload: { contentBlockIndex: 0 } },
    { type: 'messageStop', payload: { stopReason, additionalModelResponseFields: SIMULATED } },
    { type: 'metadata', payload: { usage, metrics: { latencyMs }, ...traceOf(call, answer) } },
  ];
}

/** About as much text as a model gives in one delta. */
function pieces(text: string): string[] {
  return text.match(/.{1,16}/gsu) ?? [];
}

function traceOf(call: BedrockCall, answer: Answer): { trace?: typeof GUARDRAIL_TRACE } {
  return call.guardrailTrace && answer.stopReason === 'guardrail_intervened' ? { trace: GUARDRAIL_TRACE } : {};
}
