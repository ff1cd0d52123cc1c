import { HybridRoutingError } from '../config/errors.ts';
import type { LimitsConfig } from '../config/schema.ts';
import type { Message } from '../paths/path.ts';
import type { OperationRequest } from './operation.ts';

/** A request that is not taken: nothing was called. */
export class RefusedError extends HybridRoutingError {
  /** When it may come again, in whole seconds; null where time alone changes nothing. */
  readonly retryAfterSeconds: number | null = null;
}

/** The conversation of a request that fits the limits. @throws RefusedError naming the field and the remedy */
export function admit(
  request: OperationRequest,
  limits: Pick<LimitsConfig, 'promptBytes' | 'contextBytes'>,
): Message[] {
  const { prompt, messages, context } = request;
  if ((prompt === undefined) === (messages === undefined)) {
    throw new RefusedError(
      'invalid_input',
      prompt === undefined ? 'prompt: is missing' : 'prompt: given together with messages',
      'Give either prompt or messages.',
    );
  }
  const conversation = messages ?? [{ role: 'user' as const, text: prompt ?? '' }];
  if (conversation.at(-1)?.role !== 'user') {
    throw new RefusedError('invalid_input', 'messages: the last one is not from the user', 'End with a user message.');
  }
  const field = messages ? 'messages' : 'prompt';
  checkSize(field, bytesOf(conversation), limits.promptBytes, 'limits.promptBytes');
  checkSize('context', Buffer.byteLength(JSON.stringify(context ?? {})), limits.contextBytes, 'limits.contextBytes');
  return conversation;
}

function bytesOf(conversation: readonly Message[]): number {
  return conversation.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
}

function checkSize(field: string, bytes: number, limit: number, key: string): void {
  if (bytes <= limit) return;
  throw new RefusedError(
    'too_large',
    `${field}: has ${bytes} bytes, over the limit of ${limit}`,
    `Shorten ${field}, or have the operator raise ${key}.`,
  );
}

/** The conversation as one text, for an upstream tool that takes a prompt. */
export function asPrompt(conversation: readonly Message[]): string {
  const [only] = conversation;
  if (only && conversation.length === 1) return only.text;
  return conversation.map(({ role, text }) => `${role}: ${text}`).join('\n\n');
}
