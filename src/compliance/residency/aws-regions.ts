/**
 * AWS regions and the country (ISO 3166-1) that each is located in. Names and partitions: the endpoint data of the AWS
 * SDK 3.1164 (November 2026). The country follows from the name, but for `eu-isoe-west-1`, which AWS gives no place for:
 * it is left out, and so never counted inside.
 */
export const regionCountries: Readonly<Record<string, string>> = {
  'af-south-1': 'ZA', // Cape Town
  'ap-east-1': 'HK',
  'ap-east-2': 'TW', // Taipei
  'ap-northeast-1': 'JP', // Tokyo
  'ap-northeast-2': 'KR', // Seoul
  'ap-northeast-3': 'JP', // Osaka
  'ap-south-1': 'IN', // Mumbai
  'ap-south-2': 'IN', // Hyderabad
  'ap-southeast-1': 'SG',
  'ap-southeast-2': 'AU', // Sydney
  'ap-southeast-3': 'ID', // Jakarta
  'ap-southeast-4': 'AU', // Melbourne
  'ap-southeast-5': 'MY',
  'ap-southeast-6': 'NZ',
  'ap-southeast-7': 'TH',
  'ca-central-1': 'CA',
  'ca-west-1': 'CA', // Calgary
  'eu-central-1': 'DE', // Frankfurt
  'eu-central-2': 'CH', // Zurich: neither EU nor EEA
  'eu-north-1': 'SE', // Stockholm
  'eu-south-1': 'IT', // Milan
  'eu-south-2': 'ES',
  'eu-west-1': 'IE',
  'eu-west-2': 'GB', // London: neither EU nor EEA
  'eu-west-3': 'FR', // Paris
  'il-central-1': 'IL', // Tel Aviv
  'me-central-1': 'AE',
  'me-south-1': 'BH',
  'me-west-1': 'SA',
  'mx-central-1': 'MX',
  'sa-east-1': 'BR', // Sao Paulo
  'sa-west-1': 'CL',
  'us-east-1': 'US',
  'us-east-2': 'US',
  'us-west-1': 'US',
  'us-west-2': 'US',
  'us-gov-east-1': 'US',
  'us-gov-west-1': 'US',
  'cn-north-1': 'CN',
  'cn-northwest-1': 'CN',
  'eusc-de-east-1': 'DE', // European Sovereign Cloud, Brandenburg; a partition of its own
};

/** Partitions that no inference profile of the commercial regions reaches. */
const ownPartition = /^(us-gov|cn|eusc)-/;

export const commercialRegions: readonly string[] = Object.keys(regionCountries).filter(
  (region) => !ownPartition.test(region),
);

/** What is said of a region in a reason: its name, and the country where that is known. */
export function regionLabel(region: string): string {
  const country = Object.hasOwn(regionCountries, region) ? regionCountries[region] : undefined;
  return country === undefined ? region : `${region} (${country})`;
}
