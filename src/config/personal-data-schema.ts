import { z } from 'zod';

/** Every type of finding of the built-in recognizers. A second stage may add types of its own. */
export const personalDataTypes = [
  'EMAIL',
  'PHONE',
  'URL',
  'URL_CREDENTIALS',
  'IP',
  'MAC',
  'GEO_COORDINATE',
  'PERSON',
  'USERNAME',
  'ADDRESS',
  'DATE_OF_BIRTH',
  'IBAN',
  'BIC',
  'CREDIT_CARD',
  'ACCOUNT_NUMBER',
  'CRYPTO',
  'ID_NUMBER',
  'NATIONAL_ID',
  'PASSPORT',
  'DRIVER_LICENSE',
  'TAX_ID',
  'VAT_ID',
  'VIN',
  'LICENSE_PLATE',
  'IMEI',
  'US_SSN',
  'UK_NINO',
  'UK_NHS',
  'DE_TAX_ID',
  'DE_VAT_ID',
  'DE_TAX_NUMBER',
  'DE_SOCIAL_SECURITY',
  'DE_PASSPORT',
  'DE_ID_CARD',
  'DE_HEALTH_INSURANCE',
  'DE_DRIVER_LICENSE',
  'DE_HANDELSREGISTER',
  'DE_KFZ',
  'DE_PLZ',
  'AWS_ACCESS_KEY',
  'AWS_SECRET_KEY',
  'AZURE_KEY',
  'API_KEY',
  'JWT',
  'PRIVATE_KEY',
  'PASSWORD',
  'PIN',
] as const;
export type PersonalDataType = (typeof personalDataTypes)[number];

export const personalDataModes = ['off', 'detect', 'redact', 'tokenize', 'block'] as const;
export type PersonalDataMode = (typeof personalDataModes)[number];

const mode = (operations: string) =>
  z
    .enum(personalDataModes)
    .default('tokenize')
    .describe(
      `What happens to personal data in ${operations} operations: off, detect (counted only), redact ([EMAIL]), ` +
        'tokenize (<EMAIL_1>, put back in the answer) or block. Default tokenize.',
    );

const onFailure = z
  .enum(['continue', 'block'])
  .default('continue')
  .describe('When the second stage fails or is late: continue with our own findings, or block the operation.');

const timeoutMs = z
  .int()
  .min(10)
  .max(60_000)
  .default(1_000)
  .describe('Time that the second stage has for one text, in ms (10 to 60000; default 1000).');

const guardrailSchema = z.strictObject({
  id: z.string().min(1).describe('Identifier or ARN of a Bedrock guardrail with a sensitive information policy.'),
  version: z.string().min(1).default('DRAFT').describe('Guardrail version, a number or DRAFT. Default DRAFT.'),
  timeoutMs,
  onFailure,
});

const externalSchema = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .describe('Address of a recognizer with the API of Presidio analyzer, path included (http://host:3000/analyze).'),
  language: z
    .string()
    .regex(/^[a-z]{2}$/, 'must be a language code of two small letters such as de')
    .default('en')
    .describe('Language that the recognizer is asked for, ISO 639-1. Default en.'),
  headers: z
    .record(z.string().min(1), z.string())
    .default({})
    .describe('Headers sent with each request, such as Authorization. None by default.'),
  timeoutMs,
  onFailure,
});

/** Recognition of personal data and secrets in what leaves the server for a model. */
export const personalDataSchema = z.strictObject({
  modes: z
    .strictObject({
      emergency: mode('emergency'),
      critical: mode('infrastructure, meta_monitor and implementation'),
      standard: mode('all other'),
    })
    .prefault({})
    .describe('What happens to personal data, by operation class.'),
  minConfidence: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe(
      'Findings below this confidence are left alone, 0 to 1 (default 0.5). Lower finds more, and more that is none.',
    ),
  disabledTypes: z
    .array(z.enum(personalDataTypes))
    .default([])
    .describe('Types that are not looked for. None by default.'),
  phoneRegion: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be a country code of two capital letters such as DE')
    .default('DE')
    .describe('Country whose national phone formats are taken without a cue word, ISO 3166-1 alpha-2. Default DE.'),
  guardrail: guardrailSchema.optional().describe('A Bedrock guardrail as second stage. None by default.'),
  external: externalSchema.optional().describe('An HTTP recognizer as second stage. None by default.'),
});

export type PersonalDataConfig = z.infer<typeof personalDataSchema>;
export type ExternalRecognizerConfig = NonNullable<PersonalDataConfig['external']>;
export type GuardrailRecognizerConfig = NonNullable<PersonalDataConfig['guardrail']>;
