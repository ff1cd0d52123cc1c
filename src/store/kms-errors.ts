import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';

interface Rule {
  /** Suffix of the error's code: `kms_denied`. */
  code: string;
  remedy: (call: KmsCall) => string;
}

export interface KmsCall {
  /** The API operation, such as Encrypt. */
  operation: string;
  keyId: string;
}

const denied: Rule = {
  code: 'denied',
  remedy: ({ operation, keyId }) =>
    `Allow kms:${operation} on ${keyId} in the key policy or the role's policy, and check that its credentials are current.`,
};
const signIn: Rule = { ...denied, remedy: () => 'Set AWS_PROFILE or renew the session, so that calls can be signed.' };
const notFound: Rule = {
  code: 'key_not_found',
  remedy: ({ keyId }) => `Check that ${keyId} is a key id, ARN or alias/NAME in this account and region.`,
};
const disabled: Rule = {
  code: 'key_disabled',
  remedy: ({ keyId }) => `Enable the key ${keyId}, or cancel its deletion, in KMS.`,
};
const mismatch: Rule = {
  code: 'mismatch',
  remedy: () =>
    'Restore the data as it was written: it was changed, belongs elsewhere, or was wrapped by a key that the alias no longer names.',
};
const wrongKind: Rule = {
  code: 'wrong_key',
  remedy: ({ keyId, operation }) =>
    `Take a key of another kind than ${keyId}: ${operation === 'Sign' || operation === 'GetPublicKey' ? 'SIGN_VERIFY with key spec ECC_NIST_EDWARDS25519' : 'a symmetric ENCRYPT_DECRYPT key'}.`,
};
const busy: Rule = { code: 'throttled', remedy: () => 'Retry later; ask AWS for a higher KMS quota if it recurs.' };
const away: Rule = {
  code: 'unavailable',
  remedy: () => 'Retry; if it recurs look at the AWS Health Dashboard for KMS.',
};
const unreachable: Rule = {
  code: 'unreachable',
  remedy: () => 'Check region, endpoint, DNS, proxy and firewall between here and KMS.',
};
const refused: Rule = { code: 'refused', remedy: () => 'Correct what KMS names here; CloudTrail has the whole call.' };
const unreadable: Rule = { code: 'unreadable', remedy: () => 'Check that the endpoint is a KMS endpoint.' };

/** The SDK's and the service's error names. */
const rules: Record<string, Rule> = {
  AccessDeniedException: denied,
  UnrecognizedClientException: signIn,
  InvalidSignatureException: signIn,
  ExpiredTokenException: signIn,
  CredentialsProviderError: signIn,
  TokenProviderError: signIn,
  NotFoundException: notFound,
  InvalidArnException: notFound,
  DisabledException: disabled,
  KMSInvalidStateException: disabled,
  InvalidCiphertextException: mismatch,
  IncorrectKeyException: mismatch,
  InvalidKeyUsageException: wrongKind,
  UnsupportedOperationException: wrongKind,
  ThrottlingException: busy,
  LimitExceededException: busy,
  KeyUnavailableException: away,
  DependencyTimeoutException: away,
  KMSInternalException: away,
  // The SDK calls every socket fault a TimeoutError, a hung-up socket too.
  TimeoutError: unreachable,
};

const networkCode = /^(E[A-Z]+|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_TLS|ERR_SSL)/;
const thrownSchema = z.looseObject({
  name: z.string().catch('Error'),
  message: z.string().catch(''),
  code: z.string().optional().catch(undefined),
  $fault: z.enum(['client', 'server']).optional().catch(undefined),
  $metadata: z.looseObject({ httpStatusCode: z.number().optional() }).optional().catch(undefined),
});

/** A fault of KMS, told so that an operator can mend it. Holds nothing of what was sent or answered. */
export function kmsError(thrown: unknown, call: KmsCall): HybridRoutingError {
  if (thrown instanceof HybridRoutingError) return thrown;
  const parsed = thrownSchema.safeParse(thrown);
  const fault = parsed.success ? parsed.data : { name: 'Error', message: '' };
  const rule = ruleFor(fault);
  // An answer that is no JSON stands in the parser's message, and in the SDK's error, with the key that it carries.
  const unsafe = rule === unreadable;
  const said = unsafe ? '' : `: ${firstLine(fault.message)}`;
  return new HybridRoutingError(
    `kms_${rule.code}`,
    `KMS ${call.operation} with ${call.keyId} failed: ${fault.name}${said}`,
    rule.remedy(call),
    unsafe ? undefined : { cause: thrown },
  );
}

/** An answer that came whole, and is not what was asked for. */
export function unreadableKms(what: string, call: KmsCall): HybridRoutingError {
  return new HybridRoutingError(
    'kms_unreadable',
    `KMS ${call.operation} with ${call.keyId}: ${what}`,
    unreadable.remedy(call),
  );
}

export function lateKms(timeoutMs: number, call: KmsCall): HybridRoutingError {
  return new HybridRoutingError(
    'kms_unreachable',
    `KMS ${call.operation} with ${call.keyId} has not answered within ${timeoutMs} ms`,
    unreachable.remedy(call),
  );
}

/** A key that is not of the kind that is needed. */
export function wrongKmsKey(what: string, call: KmsCall): HybridRoutingError {
  return new HybridRoutingError('kms_wrong_key', `${call.keyId} ${what}`, wrongKind.remedy(call));
}

function ruleFor({ name, code, $fault, $metadata }: z.infer<typeof thrownSchema>): Rule {
  // The name comes from the wire: one such as `constructor` must not find what every object inherits.
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (rule) return rule;
  if (networkCode.test(code ?? '')) return unreachable;
  if (!$fault) return unreadable;
  return ($metadata?.httpStatusCode ?? 0) >= 500 ? away : refused;
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').slice(0, 300);
}
