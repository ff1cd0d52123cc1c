import { HybridRoutingError } from '../../config/errors.ts';
import type { Finding } from './finding.ts';

/** A recognizer outside this process, asked about each text after our own. */
export interface SecondStage {
  /** For messages: "external recognizer", "guardrail". */
  readonly name: string;
  readonly onFailure: 'continue' | 'block';
  /** Findings in UTF-16 offsets of the text. Rejects when it cannot answer in its time. */
  recognize(text: string, signal?: AbortSignal): Promise<Finding[]>;
}

/** Names of Presidio and of Bedrock guardrails for types that we have too. Any other keeps its name. */
const ours: Readonly<Record<string, string>> = {
  EMAIL_ADDRESS: 'EMAIL',
  PHONE_NUMBER: 'PHONE',
  IBAN_CODE: 'IBAN',
  INTERNATIONAL_BANK_ACCOUNT_NUMBER: 'IBAN',
  SWIFT_CODE: 'BIC',
  IP_ADDRESS: 'IP',
  MAC_ADDRESS: 'MAC',
  NAME: 'PERSON',
  LOCATION: 'ADDRESS',
  STREET_ADDRESS: 'ADDRESS',
  CREDIT_DEBIT_CARD_NUMBER: 'CREDIT_CARD',
  CREDIT_DEBIT_CARD_CVV: 'PIN',
  US_BANK_NUMBER: 'ACCOUNT_NUMBER',
  US_BANK_ACCOUNT_NUMBER: 'ACCOUNT_NUMBER',
  CA_SOCIAL_INSURANCE_NUMBER: 'NATIONAL_ID',
  US_SOCIAL_SECURITY_NUMBER: 'US_SSN',
  UK_NATIONAL_INSURANCE_NUMBER: 'UK_NINO',
  UK_NATIONAL_HEALTH_SERVICE_NUMBER: 'UK_NHS',
  US_PASSPORT: 'PASSPORT',
  US_PASSPORT_NUMBER: 'PASSPORT',
  US_DRIVER_LICENSE: 'DRIVER_LICENSE',
  DRIVER_ID: 'DRIVER_LICENSE',
  VEHICLE_IDENTIFICATION_NUMBER: 'VIN',
};

/** A type name that can stand in a token: capitals, digits and single `_`, at most 40 characters. */
export function typeNameOf(theirs: string): string {
  const plain = theirs
    .toUpperCase()
    .replace(/[^A-Z\d]+/g, '_')
    .replace(/^[_\d]+|_+$/g, '')
    .slice(0, 40);
  return ours[plain] ?? (plain === '' ? 'OTHER' : plain);
}

export function secondStageError(name: string, what: string, cause?: unknown): HybridRoutingError {
  return new HybridRoutingError(
    'personal_data_second_stage',
    `The ${name} ${what}.`,
    'Check its address, permissions and timeoutMs; with onFailure "continue" operations go on without it.',
    cause === undefined ? undefined : { cause },
  );
}
