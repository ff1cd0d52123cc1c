import type { ResidencyConfig } from '../../config/residency-schema.ts';
import { regionList, type Verdict } from './verdict.ts';

export interface UpstreamTarget {
  name: string;
  /** As declared: an AWS region, a country code or `local`. */
  location: string | undefined;
  /** Its URL, where it is reached and not started. */
  url?: string | undefined;
  config: ResidencyConfig;
}

/**
 * Whether an upstream MCP server is inside, by what the operator declares of it; where it sends data on to cannot be seen
 * from here. Nothing declared is not_assessed, also for a process on this machine: most of those call a service.
 */
export function assessUpstream({ name, location, url, config }: UpstreamTarget): Verdict {
  if (location === undefined) {
    const reason = `Upstream ${name} declares no location`;
    return { status: 'not_assessed', destinations: [], reason, remedy: declare(name) };
  }
  if (location === 'local') return localVerdict(name, url);
  const isCountry = /^[A-Z]{2}$/.test(location);
  const label = isCountry ? location : regionList([location]);
  const inside = (isCountry ? config.allowedCountries : config.allowedRegions).includes(location);
  const list = isCountry ? 'residency.allowedCountries' : 'residency.allowedRegions';
  const reason = `Upstream ${name} is declared to be in ${label}, which is ${inside ? '' : 'not '}in ${list}`;
  if (inside) return { status: 'inside', destinations: [location], reason, remedy: null };
  const remedy = `Correct the location of ${name}, use an upstream in an allowed place, or add ${location} to ${list}.`;
  return { status: 'outside', destinations: [location], reason, remedy };
}

function localVerdict(name: string, url: string | undefined): Verdict {
  if (url === undefined || isLoopback(url)) {
    const reason = `Upstream ${name} is declared to run and to keep its data on this machine`;
    return { status: 'inside', destinations: ['local'], reason, remedy: null };
  }
  const reason = `Upstream ${name} is declared to be local, and its URL is not on loopback`;
  return { status: 'not_assessed', destinations: [], reason, remedy: declare(name) };
}

function declare(name: string): string {
  return `Set location of ${name} in mcp.upstreams: the AWS region (eu-central-1) or country (DE) where it processes data, or "local" where none leaves this machine.`;
}

/** Never a name that only resolves to loopback: what it resolves to can change. */
function isLoopback(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : '';
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
