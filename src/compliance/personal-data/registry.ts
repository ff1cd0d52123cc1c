import type { Recognizer } from './recognizer.ts';
import { address, postcode } from './recognizers/address.ts';
import { addressCues } from './recognizers/address-cues.ts';
import { assignedSecrets, awsSecretKey } from './recognizers/assigned-secrets.ts';
import { commandSecrets } from './recognizers/command-secrets.ts';
import { creditCard } from './recognizers/credit-card.ts';
import { crypto } from './recognizers/crypto.ts';
import { dateOfBirth } from './recognizers/date-of-birth.ts';
import { geoCoordinate, imei, vin } from './recognizers/devices.ts';
import { email } from './recognizers/email.ts';
import {
  germanDriverLicense,
  germanHealthInsurance,
  germanIdCard,
  germanPassport,
  germanSocialSecurity,
} from './recognizers/german-documents.ts';
import { kfz } from './recognizers/german-plates.ts';
import { handelsregister, plz } from './recognizers/german-registers.ts';
import { germanTaxId, germanTaxNumber, germanVatId } from './recognizers/german-tax.ts';
import { bic, iban } from './recognizers/iban.ts';
import { labelledIds, username } from './recognizers/labelled-ids.ts';
import { national } from './recognizers/national.ts';
import { ip, mac } from './recognizers/network.ts';
import { person } from './recognizers/person.ts';
import { phone } from './recognizers/phone.ts';
import { issuedKeys, privateKey } from './recognizers/secrets.ts';
import { url } from './recognizers/url.ts';

/** Changes whenever what is found changes: kept with audit rows and part of cache keys. */
export const detectorVersion = 'pd-2';

/** Every built-in recognizer. The order decides between equal findings: the first one wins. */
export const recognizers: readonly Recognizer[] = [
  email,
  iban,
  bic,
  creditCard,
  germanTaxId,
  germanVatId,
  germanTaxNumber,
  germanSocialSecurity,
  germanPassport,
  germanIdCard,
  germanHealthInsurance,
  germanDriverLicense,
  handelsregister,
  kfz,
  national,
  imei,
  vin,
  ip,
  mac,
  phone,
  plz,
  issuedKeys,
  privateKey,
  assignedSecrets,
  awsSecretKey,
  commandSecrets,
  crypto,
  url,
  geoCoordinate,
  dateOfBirth,
  labelledIds,
  username,
  address,
  addressCues,
  postcode,
  person,
];
