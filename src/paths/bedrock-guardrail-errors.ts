import { bedrockError } from './bedrock-errors.ts';
import { PathError } from './path-error.ts';

const fixGuardrail =
  'Set the guardrail to an id and version of this account and region, and allow bedrock:ApplyGuardrail on it.';

// The service words an unknown or ill-formed guardrail as a validation error too: then no text would do.
const guardrailValidation = /guardrail ?(identifier|version|arn)/i;

/** What a guardrail call throws: the class that `bedrockError` gives, with a remedy that speaks of the guardrail. */
export function guardrailError(thrown: unknown): PathError {
  const error = bedrockError(thrown);
  const { path, kind, message, retryAfterMs, cause } = error;
  const own = { path, kind, message, retryAfterMs, cause };
  const validation = kind === 'ValidationException';
  if (kind === 'ResourceNotFoundException' || kind === 'AccessDeniedException') {
    return new PathError({ ...own, errorClass: 'configuration', remedy: fixGuardrail });
  }
  if (validation && guardrailValidation.test(message)) {
    return new PathError({ ...own, errorClass: 'configuration', remedy: fixGuardrail });
  }
  if (validation) return new PathError({ ...own, errorClass: 'caller', remedy: 'Correct or shorten the text.' });
  return error;
}

/** An answer that came whole, without what it must have. */
export function unreadableGuardrail(what: string): PathError {
  return new PathError({
    path: 'direct',
    errorClass: 'protocol',
    kind: 'incomplete_answer',
    message: `Bedrock guardrail: ${what}`,
    remedy: 'Retry; check that direct.endpoint is a Bedrock endpoint if it recurs.',
  });
}
