import type { ResidencyConfig } from '../../config/residency-schema.ts';
import { geographies, knownProfiles } from './inference-profiles.ts';
import { type ModelReference, referenceOf } from './model-id.ts';
import { regionList } from './verdict.ts';

/** Where a model is answered, beside the region that is called. */
export interface Destinations {
  /** Regions that it is known to be answered in. */
  known: readonly string[];
  /** Whether `known` is all of them. */
  complete: boolean;
  /** Where not: the regions that the others are among, if that much is known. */
  among?: readonly string[];
  /** How it is known, as a clause. */
  because: string;
}

/**
 * Where a model is answered that is called in `region`: the operator's own statement first, then what the id itself says,
 * then the built-in table.
 */
export function destinationsOf(
  modelId: string,
  region: string | undefined,
  profiles: ResidencyConfig['profiles'],
): Destinations {
  const reference = referenceOf(modelId);
  const stated = statedFor(modelId, reference, profiles);
  if (stated !== undefined) {
    const because = `residency.profiles says that ${stated.key} is answered in ${regionList(stated.regions)}`;
    return { known: stated.regions, complete: true, because };
  }
  switch (reference.kind) {
    case 'model':
      return { known: [], complete: true, because: `${modelId} is a model id, answered in the region that is called` };
    case 'regional':
      return { known: [reference.region], complete: true, because: `${reference.what} in ${reference.region}` };
    case 'profile':
      return profileDestinations(reference, region);
    case 'indirect':
      return {
        known: [reference.region],
        complete: false,
        because: `${reference.what} ${reference.id} routes where it was set up to, which its ARN does not say`,
      };
    case 'unknown':
      return { known: [], complete: false, because: `${modelId} is no model id, profile id or ARN that is known here` };
  }
}

/** An exact key stands over a prefix, and a longer prefix over a shorter one. */
function statedFor(modelId: string, reference: ModelReference, profiles: ResidencyConfig['profiles']) {
  const ids = 'id' in reference ? [modelId, reference.id] : [modelId];
  const key =
    ids.find((id) => Object.hasOwn(profiles, id)) ??
    Object.keys(profiles)
      .filter((prefix) => prefix.endsWith('.') && ids.some((id) => id.startsWith(prefix)))
      .sort((a, b) => b.length - a.length)[0];
  const regions = key === undefined ? undefined : profiles[key];
  return key === undefined || regions === undefined ? undefined : { key, regions };
}

function profileDestinations(profile: Extract<ModelReference, { kind: 'profile' }>, region = ''): Destinations {
  const own = profile.region === undefined ? [] : [profile.region];
  const listed = knownProfiles.destinations.get(profile.id);
  if (listed !== undefined && [region, ...own].every((source) => knownProfiles.sourceRegions.includes(source))) {
    const because = `${profile.id} routes among ${regionList(listed)} (built-in list of ${knownProfiles.asOf})`;
    return { known: listed, complete: true, because };
  }
  const geography = geographies.get(profile.geography);
  if (geography === undefined) {
    const because = `${profile.id} is an inference profile of a geography that this version does not know`;
    return { known: own, complete: false, because };
  }
  const { name, regions, all } = geography;
  if (all) {
    return { known: [...own, ...regions], complete: false, because: `${profile.id} routes among ${name}` };
  }
  const where = listed === undefined ? '' : ` when called from ${[region, ...own].filter(Boolean).join(' and ')}`;
  const because = `${profile.id} routes within ${name}; to which regions${where} is not in the built-in list`;
  return { known: own, complete: false, among: regions, because };
}
