import { z } from 'zod';

/** An AWS region by its form; which regions there are grows too often for a list. */
const regionSchema = z.string().regex(/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/, 'must be an AWS region such as eu-central-1');

const countrySchema = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 country code such as DE');

/**
 * AWS regions that are located in the European Union, the European Sovereign Cloud among them. London (eu-west-2) and
 * Zurich (eu-central-2) are not.
 */
export const euRegions = [
  'eu-central-1',
  'eu-north-1',
  'eu-south-1',
  'eu-south-2',
  'eu-west-1',
  'eu-west-3',
  'eusc-de-east-1',
];

/**
 * The countries where the GDPR itself applies: the 27 member states of the EU, and Iceland, Liechtenstein and Norway,
 * which took it over into the EEA agreement (EEA Joint Committee, decision 154/2018).
 */
export const gdprCountries = [
  ...['AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IT', 'LT', 'LU'],
  ...['LV', 'MT', 'NL', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK'],
  ...['IS', 'LI', 'NO'],
];

/** Where operations may be answered. */
export const residencySchema = z.strictObject({
  mode: z
    .enum(['enforce', 'log', 'off'])
    .default('log')
    .describe(
      'enforce keeps operations from paths that may answer outside the allowed places, log only reports them, off does not look.',
    ),
  strict: z
    .boolean()
    .default(true)
    .describe('Whether a destination that is not known counts as outside (not_assessed is refused).'),
  allowedRegions: z
    .array(regionSchema)
    .min(1)
    .default(euRegions)
    .describe(
      'AWS regions where an operation may be answered. Default: those located in the EU, so not London or Zurich.',
    ),
  allowedCountries: z
    .array(countrySchema)
    .default(gdprCountries)
    .describe(
      'Countries (ISO 3166-1, two letters) where an upstream that declares one may be. Default: the EU, and IS, LI, NO.',
    ),
  profiles: z
    .record(z.string().min(1), z.array(regionSchema).min(1))
    .default({})
    .describe(
      'Your own word on where a model is answered, over the built-in table: inference profile id, ARN, or a prefix that ends in a dot (eu.), and the list of its destination regions.',
    ),
});

/** Where an upstream MCP server stands, by the operator's declaration. */
export const locationSchema = z
  .string()
  .regex(
    /^(local|[A-Z]{2}|[a-z]{2,4}(-[a-z]+)+-\d{1,2})$/,
    'must be an AWS region (eu-central-1), a country code (DE), or "local" for this machine',
  );

export type ResidencyConfig = z.infer<typeof residencySchema>;
