import { z } from 'zod';
import { messageOf } from '../config/errors.ts';
import { type ErrorClass, PathError } from './path-error.ts';

interface Rule {
  errorClass: ErrorClass;
  remedy: string;
}

const waitAndRetry = 'Retry later; ask AWS for a higher quota if it recurs.';
const seeAwsHealth = 'Retry; if it recurs look at the AWS Health Dashboard for Bedrock in this region.';
const fixCredentials =
  'Set AWS_BEARER_TOKEN_BEDROCK or AWS_PROFILE, or renew the session, and allow bedrock:InvokeModel on the model.';
const fixModel = 'Set direct.modelId to a model or inference profile that this account can call in this region.';

/** The SDK's and the service's error names, by the class they have in the fault matrix. */
const rules: Record<string, Rule> = {
  ThrottlingException: { errorClass: 'throttled', remedy: waitAndRetry },
  ServiceQuotaExceededException: { errorClass: 'throttled', remedy: waitAndRetry },
  InternalServerException: { errorClass: 'transient', remedy: seeAwsHealth },
  ServiceUnavailableException: { errorClass: 'transient', remedy: seeAwsHealth },
  ModelNotReadyException: { errorClass: 'transient', remedy: seeAwsHealth },
  ModelErrorException: { errorClass: 'transient', remedy: seeAwsHealth },
  ModelStreamErrorException: { errorClass: 'transient', remedy: seeAwsHealth },
  ModelTimeoutException: { errorClass: 'timeout', remedy: 'Send a shorter prompt, or lower direct.maxTokens.' },
  ValidationException: { errorClass: 'caller', remedy: 'Correct or shorten the prompt.' },
  AccessDeniedException: { errorClass: 'configuration', remedy: fixCredentials },
  UnrecognizedClientException: { errorClass: 'configuration', remedy: fixCredentials },
  InvalidSignatureException: { errorClass: 'configuration', remedy: fixCredentials },
  ExpiredTokenException: { errorClass: 'configuration', remedy: fixCredentials },
  CredentialsProviderError: { errorClass: 'configuration', remedy: fixCredentials },
  TokenProviderError: { errorClass: 'configuration', remedy: fixCredentials },
  ResourceNotFoundException: { errorClass: 'configuration', remedy: fixModel },
};

// A ValidationException is the caller's fault, unless it speaks of the model: then no prompt would do.
const modelValidation = /model identifier|on-demand throughput|inference profile|messages api|model .*not supported/i;
/** What Node says of a connection that ends within a body: the service had begun its answer, so asking again pays for two. */
const bodyCut = 'aborted';
const unreadable: Rule = {
  errorClass: 'protocol',
  remedy: 'The reply could not be read: check that direct.endpoint is a Bedrock endpoint.',
};
const networkCode = /^(E[A-Z]+|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_TLS|ERR_SSL)/;

// Each field for itself: an odd one (a numeric code, say) must not hide the others.
const thrownSchema = z.looseObject({
  name: z.string().optional().catch(undefined),
  code: z.string().optional().catch(undefined),
  $metadata: z.looseObject({ httpStatusCode: z.number().optional() }).optional().catch(undefined),
  $response: z
    .looseObject({ headers: z.looseObject({ 'retry-after': z.string().optional() }).optional() })
    .optional()
    .catch(undefined),
});

/** Puts anything that the SDK throws into its class. */
export function bedrockError(thrown: unknown): PathError {
  if (thrown instanceof PathError) return thrown;
  const parsed = thrownSchema.safeParse(thrown);
  const fault = parsed.success ? parsed.data : {};
  const name = fault.name ?? 'Error';
  const message = messageOf(thrown);
  const cut = fault.code === 'ECONNRESET' && firstLine(message) === bodyCut;
  const { errorClass, remedy } = cut ? unreadable : ruleFor(name, message, fault.code, fault.$metadata?.httpStatusCode);
  const code = fault.code ?? codeIn(message);
  return new PathError({
    path: 'direct',
    errorClass,
    kind: cut ? 'truncated_body' : errorClass === 'network' && code ? code : name,
    message: `Bedrock: ${name}: ${firstLine(message)}`,
    remedy,
    retryAfterMs: retryAfter(fault.$response?.headers?.['retry-after']),
    cause: thrown,
  });
}

function ruleFor(name: string, message: string, code: string | undefined, status: number | undefined): Rule {
  if (name === 'ValidationException' && modelValidation.test(message)) {
    return { errorClass: 'configuration', remedy: fixModel };
  }
  // The name comes from the wire: one such as `constructor` must not find what every object inherits.
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (rule) return rule;
  // The SDK calls every socket fault a TimeoutError, a hung-up socket too.
  if (name === 'TimeoutError' || networkCode.test(code ?? '')) {
    return {
      errorClass: 'network',
      remedy: 'Check region, endpoint, DNS, proxy and firewall between here and Bedrock.',
    };
  }
  if (status === 429) return { errorClass: 'throttled', remedy: waitAndRetry };
  if (status === 401 || status === 403) return { errorClass: 'configuration', remedy: fixCredentials };
  if (status !== undefined && status >= 500) return { errorClass: 'transient', remedy: seeAwsHealth };
  return unreadable;
}

function codeIn(message: string): string | undefined {
  return /\b(E[A-Z]{3,})\b/.exec(message)?.[1];
}

/** `Retry-After` in seconds or as a date, as ms from now. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').slice(0, 300);
}
