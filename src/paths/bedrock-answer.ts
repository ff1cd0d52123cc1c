import type {
  ConverseCommandOutput,
  ConverseStreamCommandOutput,
  StopReason,
  TokenUsage,
} from '@aws-sdk/client-bedrock-runtime';
import type { PathAnswer, Usage } from './path.ts';
import { PathError } from './path-error.ts';
import { saysSimulated } from './says-simulated.ts';
import { asData } from './untrusted-text.ts';

type PlainAnswer = Omit<PathAnswer, 'modelId' | 'upstream'>;

/** Reads a whole answer. */
export function readConverse(output: ConverseCommandOutput): PlainAnswer {
  const content = output.output?.message?.content;
  if (!content || output.stopReason === undefined) throw incomplete('the answer has no message or no stop reason');
  checkStopReason(output.stopReason);
  // What a model writes may repeat what it has read, with all that hides in it.
  const { text, removed } = asData(content.map((block) => block.text ?? '').join(''));
  if (text === '') throw incomplete('the answer has no text');
  return {
    text,
    usage: readUsage(output.usage),
    serviceLatencyMs: output.metrics?.latencyMs ?? null,
    stopReason: output.stopReason,
    simulated: saysSimulated(output.additionalModelResponseFields),
    removedCharacters: removed,
    untrusted: null,
  };
}

/** Reads a stream to its end, telling each piece of text as it comes. */
export async function readConverseStream(
  output: ConverseStreamCommandOutput,
  onText: (text: string) => void,
): Promise<PlainAnswer> {
  if (!output.stream) throw incomplete('the answer has no stream');
  let said = '';
  let stopReason: StopReason | undefined;
  let usage: TokenUsage | undefined;
  let serviceLatencyMs: number | undefined;
  let simulated = false;
  for await (const event of output.stream) {
    const delta = event.contentBlockDelta?.delta?.text;
    if (delta) {
      said += delta;
      onText(asData(delta).text);
    }
    if (event.messageStop) {
      stopReason = event.messageStop.stopReason;
      simulated = saysSimulated(event.messageStop.additionalModelResponseFields);
    }
    usage = event.metadata?.usage ?? usage;
    serviceLatencyMs = event.metadata?.metrics?.latencyMs ?? serviceLatencyMs;
  }
  if (stopReason === undefined) throw incomplete('the stream ended before its messageStop event');
  checkStopReason(stopReason);
  const { text, removed } = asData(said);
  if (text === '') throw incomplete('the answer has no text');
  return {
    text,
    usage: readUsage(usage),
    serviceLatencyMs: serviceLatencyMs ?? null,
    stopReason,
    simulated,
    removedCharacters: removed,
    untrusted: null,
  };
}

/** A guard that stepped in is an answer for the caller: asking the other path would evade the guard. */
function checkStopReason(stopReason: StopReason): void {
  if (stopReason === 'guardrail_intervened' || stopReason === 'content_filtered') {
    throw new PathError({
      path: 'direct',
      errorClass: 'caller',
      kind: stopReason,
      message: `Bedrock: the answer was withheld (${stopReason})`,
      remedy: 'Change the prompt; the other path is not asked, because that would evade the guard.',
    });
  }
  if (stopReason === 'malformed_model_output') throw incomplete('the model produced malformed output');
}

function incomplete(what: string): PathError {
  return new PathError({
    path: 'direct',
    errorClass: 'protocol',
    kind: 'incomplete_answer',
    message: `Bedrock: ${what}`,
    remedy: 'Retry; check that direct.endpoint is a Bedrock endpoint if it recurs.',
  });
}

function readUsage(usage: TokenUsage | undefined): Usage | null {
  if (usage?.inputTokens === undefined || usage.outputTokens === undefined) return null;
  const { inputTokens, outputTokens } = usage;
  return { inputTokens, outputTokens, totalTokens: usage.totalTokens ?? inputTokens + outputTokens };
}
