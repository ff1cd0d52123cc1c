import { regionLabel } from './aws-regions.ts';

export const residencyStatuses = ['inside', 'outside', 'not_assessed'] as const;

/** Where the data of an operation can come to, held against what is allowed. */
export interface Verdict {
  status: (typeof residencyStatuses)[number];
  /** Regions, a country code or `local`: all that are known, which for not_assessed may be none. */
  destinations: readonly string[];
  reason: string;
  /** What to do next; null where all is well. */
  remedy: string | null;
}

const namesShown = 6;

/** Regions with their countries, the first six by name. */
export function regionList(regions: readonly string[]): string {
  const shown = regions.slice(0, namesShown).map(regionLabel).join(', ');
  return regions.length > namesShown ? `${shown} and ${regions.length - namesShown} more` : shown;
}
