import { z } from 'zod';
import { HybridRoutingError, messageOf } from '../../config/errors.ts';

type Rule = [code: string, remedy: string];

const denied: Rule = [
  'denied',
  'Allow s3:PutObject, s3:GetObject, s3:ListBucket and, with retainDays, s3:PutObjectRetention on bucket and prefix.',
];
const signIn: Rule = ['denied', 'Set AWS_PROFILE or renew the session, so that calls can be signed.'];
const noBucket: Rule = ['missing', 'Create the bucket, or correct its name and region.'];
const unreachable: Rule = ['unreachable', 'Check region, endpoint, DNS, proxy and firewall between here and S3.'];
const busy: Rule = ['unavailable', 'Retry; if it recurs look at the AWS Health Dashboard for S3.'];
const refused: Rule = ['refused', 'Correct what S3 names here; with retainDays the bucket needs Object Lock.'];

/** The SDK's and the service's error names. */
const rules: Record<string, Rule> = {
  AccessDenied: denied,
  InvalidAccessKeyId: signIn,
  SignatureDoesNotMatch: signIn,
  ExpiredToken: signIn,
  CredentialsProviderError: signIn,
  TokenProviderError: signIn,
  NoSuchBucket: noBucket,
  PermanentRedirect: noBucket,
  SlowDown: busy,
  InternalError: busy,
  ServiceUnavailable: busy,
  ConditionalRequestConflict: busy,
  // The SDK calls every socket fault a TimeoutError, a hung-up socket too.
  TimeoutError: unreachable,
};

const networkCode = /^(E[A-Z]+|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_TLS|ERR_SSL)/;
const thrownSchema = z.looseObject({
  name: z.string().catch(''),
  code: z.string().optional().catch(undefined),
  $metadata: z.looseObject({ httpStatusCode: z.number().optional() }).optional().catch(undefined),
});

/** The service's name of a fault; empty where it has none. */
export function faultName(thrown: unknown): string {
  const parsed = thrownSchema.safeParse(thrown);
  return parsed.success ? parsed.data.name : '';
}

export function s3Error(thrown: unknown, anchor: string): HybridRoutingError {
  if (thrown instanceof HybridRoutingError) return thrown;
  const [code, remedy] = ruleFor(thrown);
  const message = `The anchor ${anchor} failed: ${faultName(thrown)}: ${messageOf(thrown).split('\n', 1)[0]?.slice(0, 300)}`;
  return new HybridRoutingError(`anchor_${code}`, message, remedy, { cause: thrown });
}

function ruleFor(thrown: unknown): Rule {
  const parsed = thrownSchema.safeParse(thrown);
  if (!parsed.success) return refused;
  const { name, code, $metadata } = parsed.data;
  // The name comes from the wire: one such as `constructor` must not find what every object inherits.
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (rule) return rule;
  if (networkCode.test(code ?? '')) return unreachable;
  return ($metadata?.httpStatusCode ?? 0) >= 500 ? busy : refused;
}
