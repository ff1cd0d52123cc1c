import { z } from 'zod';
import { PersonalDataBlockedError, type PersonalDataProtector } from '../compliance/personal-data/protector.ts';
import { HybridRoutingError } from '../config/errors.ts';
import type { PathRequest } from '../paths/path.ts';
import type { Logger } from '../telemetry/logger.ts';
import { asPrompt } from './admission.ts';
import type { OperationResult } from './operation.ts';

interface Dependencies {
  protector: PersonalDataProtector;
  logger: Logger;
}

/** What was found in an operation, for its answer and its audit row: types and counts, never a value. */
export interface PersonalDataFacts {
  mode: string;
  counts: Record<string, number>;
  detectorVersion: string | null;
  warnings: readonly string[];
}

/** An operation as it may leave the process, and the way back for its answer. */
export interface GuardedRequest {
  request: PathRequest;
  /** Why it may not leave, where it may not. */
  refusal: HybridRoutingError | null;
  facts: PersonalDataFacts;
  /** Puts back what was replaced by tokens. */
  restored(result: OperationResult): OperationResult;
  /** Progress with the tokens put back; what is withdrawn or ends is flushed. */
  onProgress: ((text: string) => void) | undefined;
}

const contextSchema = z.record(z.string(), z.unknown());

/** Replaces personal data in what leaves the process. @returns a refusal where it may not leave; never throws for that */
export async function guardedRequest(
  { protector, logger }: Dependencies,
  request: PathRequest,
  { signal, onProgress }: { signal: AbortSignal; onProgress: ((text: string) => void) | undefined },
): Promise<GuardedRequest> {
  const unchanged = { request, restored: (result: OperationResult) => result, onProgress };
  try {
    const { mode, texts, data, counts, restorer, warnings, detectorVersion } = await protector.protect({
      operationClass: request.class,
      texts: request.messages.map(({ text }) => text),
      data: request.context,
      signal,
    });
    const facts = { mode, counts: { ...counts }, detectorVersion, warnings };
    log(logger, request, facts);
    if (Object.keys(counts).length === 0) return { ...unchanged, refusal: null, facts };
    const messages = request.messages.map(({ role }, index) => ({ role, text: texts[index] ?? '' }));
    return {
      request: { ...request, messages, prompt: asPrompt(messages), context: contextSchema.parse(data) },
      refusal: null,
      facts,
      restored: (result) => (result.answer === null ? result : { ...result, answer: restorer.restore(result.answer) }),
      onProgress: onProgress && restoring(restorer.stream(), onProgress),
    };
  } catch (thrown) {
    if (!(thrown instanceof HybridRoutingError)) throw thrown;
    const counts = thrown instanceof PersonalDataBlockedError ? { ...thrown.counts } : {};
    const facts = { mode: 'block', counts, detectorVersion: null, warnings: [] };
    if (thrown instanceof PersonalDataBlockedError) log(logger, request, facts);
    return { ...unchanged, refusal: thrown, facts };
  }
}

/** A token may be cut by the pieces that an answer comes in: its start is held back until the rest is there. */
function restoring(stream: { push(piece: string): string }, onProgress: (text: string) => void) {
  return (piece: string) => {
    const text = stream.push(piece);
    if (text !== '') onProgress(text);
  };
}

function log(
  logger: Logger,
  { operationId }: PathRequest,
  { mode, counts, detectorVersion, warnings }: PersonalDataFacts,
) {
  const component = 'bedrock-support';
  for (const cause of warnings) logger.warn({ component, operationId, cause }, 'second stage of recognition failed');
  if (Object.keys(counts).length === 0) return;
  logger.info({ component, event: 'PII_DETECTED', operationId, mode, counts, detectorVersion }, 'PII_DETECTED');
}
