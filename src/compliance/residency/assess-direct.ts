import type { ResidencyConfig } from '../../config/residency-schema.ts';
import { type Destinations, destinationsOf } from './destinations.ts';
import { regionList, type Verdict } from './verdict.ts';

export interface DirectTarget {
  /** The id that is called, after `direct.retiredModels`. */
  modelId: string;
  /** The client's region, as the SDK resolved it; undefined where nothing says. */
  region: string | undefined;
  /** Another endpoint, where one is configured. */
  endpoint?: string | undefined;
  config: ResidencyConfig;
}

/**
 * Whether a model on Bedrock is answered inside the allowed regions: inside only where every region that the data can
 * come to is known and allowed, the called one among them; outside where one is known that is not.
 */
export function assessDirect({ modelId, region, endpoint, config }: DirectTarget): Verdict {
  const answered = destinationsOf(modelId, region, config.profiles);
  const called = [region, endpoint === undefined ? undefined : regionOf(endpoint)].filter((name) => name !== undefined);
  const destinations = [...new Set([...called, ...answered.known])];
  const reason = reasonFor(answered, region, endpoint);
  const outside = outsideOf(destinations, answered, config.allowedRegions);
  if (outside.length > 0) {
    return {
      status: 'outside',
      destinations: [...new Set([...destinations, ...outside])],
      reason: `${reason}. Not allowed: ${regionList(outside)}`,
      remedy:
        'Use a model id or an inference profile whose regions are all allowed, called from an allowed region, or add the regions to residency.allowedRegions.',
    };
  }
  if (region === undefined) {
    return { status: 'not_assessed', destinations, reason, remedy: 'Set direct.region or AWS_REGION.' };
  }
  if (!answered.complete) return { status: 'not_assessed', destinations, reason, remedy: lookUp(modelId, region) };
  return { status: 'inside', destinations, reason: `${reason}: all allowed`, remedy: null };
}

function outsideOf(known: readonly string[], { complete, among }: Destinations, allowed: readonly string[]): string[] {
  const outside = known.filter((region) => !allowed.includes(region));
  if (outside.length > 0 || complete || among === undefined) return outside;
  return among.some((region) => allowed.includes(region)) ? [] : [...among];
}

function reasonFor({ because }: Destinations, region: string | undefined, endpoint: string | undefined): string {
  if (region === undefined) return `${because}; the region that is called is not known`;
  if (endpoint === undefined) return `${because}; called in ${regionList([region])}`;
  const named = regionOf(endpoint);
  if (named !== undefined) return `${because}; the region is ${region}, and the configured endpoint is in ${named}`;
  return `${because}; that the configured endpoint stands in ${region} is the operator's word`;
}

/**
 * The region in the host name of an endpoint of AWS's own, a VPC endpoint's among them; undefined for any other host:
 * then nothing but the configuration says where it is.
 */
function regionOf(endpoint: string): string | undefined {
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname : '';
  return /(?:^|\.)bedrock(?:-runtime|-mantle)?(?:-fips)?\.([a-z]{2,4}(?:-[a-z]+)+-\d{1,2})\./.exec(host)?.[1];
}

function lookUp(modelId: string, region: string): string {
  return `Run \`aws bedrock get-inference-profile --inference-profile-identifier ${modelId} --region ${region}\`, and put the regions of the model ARNs that it lists into residency.profiles under "${modelId}".`;
}
