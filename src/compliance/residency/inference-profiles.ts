import { commercialRegions, regionCountries } from './aws-regions.ts';

/** The six EU regions that the profiles below route among, and may be called from. */
const sixEuRegions = ['eu-central-1', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-3'];

/**
 * Destination regions of inference profiles, where they could be looked up. AWS no longer publishes one table; it answers
 * `aws bedrock get-inference-profile` in the account, and that outweighs this list (`residency.profiles`).
 */
export const knownProfiles = {
  asOf: '2026-11',
  /** What the list rests on: not on AWS's word, so that an operator who must be sure asks the API. */
  source:
    'destination model ARNs in published IAM policies for these ids, agreeing with the count of six in a published answer of ListInferenceProfiles in eu-central-1; read in November 2026',
  /** Called from another region, the same id may route elsewhere. */
  sourceRegions: sixEuRegions,
  destinations: new Map<string, readonly string[]>([
    ['eu.anthropic.claude-sonnet-4-20250514-v1:0', sixEuRegions],
    ['eu.anthropic.claude-sonnet-4-5-20250929-v1:0', sixEuRegions],
    ['eu.anthropic.claude-sonnet-4-6', sixEuRegions],
    ['eu.anthropic.claude-haiku-4-5-20251001-v1:0', sixEuRegions],
  ]),
} as const;

const inCountry = (...countries: string[]) =>
  commercialRegions.filter((region) => countries.includes(regionCountries[region] ?? ''));
const startingWith = (prefix: string) => Object.keys(regionCountries).filter((region) => region.startsWith(prefix));

export interface Geography {
  name: string;
  /** The widest set of regions that it can mean, as far as known today. */
  regions: readonly string[];
  /** Whether each profile routes to all of them; otherwise to some, which is its own list. */
  all: boolean;
}

/**
 * What the prefix of an inference profile says. A request stays within the geography (Bedrock user guide, "Geographic
 * cross-Region inference"), so where none of its regions is allowed, nothing more need be known. `eu` has London and
 * Zurich too: AWS's documents say "EU", and nothing that was found rules the two out for every model.
 */
export const geographies: ReadonlyMap<string, Geography> = new Map([
  ['eu', { name: 'Europe', regions: startingWith('eu-'), all: false }],
  ['us', { name: 'the United States', regions: inCountry('US'), all: false }],
  ['us-gov', { name: 'AWS GovCloud (US)', regions: startingWith('us-gov-'), all: false }],
  ['apac', { name: 'Asia-Pacific', regions: startingWith('ap-'), all: false }],
  ['jp', { name: 'Japan', regions: inCountry('JP'), all: false }],
  ['au', { name: 'Australia and New Zealand', regions: inCountry('AU', 'NZ'), all: false }],
  ['ca', { name: 'North America', regions: inCountry('CA', 'US'), all: false }],
  // "The destination Regions for Global ... inference profiles include all commercial Regions" (same guide).
  ['global', { name: 'all commercial AWS regions', regions: commercialRegions, all: true }],
]);
