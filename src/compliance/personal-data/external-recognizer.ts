import { z } from 'zod';
import { messageOf } from '../../config/errors.ts';
import type { ExternalRecognizerConfig } from '../../config/personal-data-schema.ts';
import type { Finding } from './finding.ts';
import { type SecondStage, secondStageError, typeNameOf } from './second-stage.ts';

const name = 'external recognizer';
const answerSchema = z.array(
  z.object({
    entity_type: z.string().min(1),
    start: z.int().min(0),
    end: z.int().min(0),
    score: z.number().min(0).max(1),
  }),
);

export interface ExternalRecognizerParts {
  readonly config: ExternalRecognizerConfig;
  /** The global fetch by default. */
  readonly fetch?: (url: string, init?: RequestInit) => Promise<Response>;
}

/** A recognizer with the API of Presidio analyzer: POST {text, language}, answered by [{entity_type, start, end, score}]. */
export function createExternalRecognizer({ config, fetch = globalThis.fetch }: ExternalRecognizerParts): SecondStage {
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...config.headers };
  return {
    name,
    onFailure: config.onFailure,
    recognize: async (text, signal) => {
      const timeout = AbortSignal.timeout(config.timeoutMs);
      const request = {
        method: 'POST',
        headers,
        body: JSON.stringify({ text, language: config.language }),
        redirect: 'error',
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      } as const;
      try {
        const response = await fetch(config.url, request);
        if (!response.ok) {
          await response.body?.cancel();
          throw secondStageError(name, `answered with HTTP status ${response.status}`);
        }
        return read(await response.json(), text);
      } catch (thrown) {
        if (thrown instanceof Error && 'code' in thrown && thrown.code === 'personal_data_second_stage') throw thrown;
        signal?.throwIfAborted();
        const late = timeout.aborted;
        throw secondStageError(
          name,
          late ? `did not answer in ${config.timeoutMs} ms` : `failed: ${messageOf(thrown)}`,
          thrown,
        );
      }
    },
  };
}

function read(answer: unknown, text: string): Finding[] {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw secondStageError(
      name,
      `answered with something else than findings (${issue?.path.join('.')}: ${issue?.message})`,
    );
  }
  const offsetOf = utf16Offsets(text);
  return parsed.data.map(({ entity_type, start, end, score }) => {
    const from = offsetOf(start);
    const to = offsetOf(end);
    if (from === null || to === null || from >= to) {
      throw secondStageError(name, `answered with a finding outside the text (${start} to ${end})`);
    }
    return { type: typeNameOf(entity_type), start: from, end: to, confidence: score };
  });
}

/** Presidio counts code points (Python); we count UTF-16 code units. Null for an offset beyond the text. */
function utf16Offsets(text: string): (offset: number) => number | null {
  if (!/[\ud800-\udbff][\udc00-\udfff]/.test(text)) return (offset) => (offset <= text.length ? offset : null);
  const starts = [0];
  for (const char of text) starts.push((starts.at(-1) ?? 0) + char.length);
  return (offset) => starts[offset] ?? null;
}
