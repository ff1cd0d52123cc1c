import { geographies } from './inference-profiles.ts';

/** What a configured model id says of where it is answered. `region` is the one that the id itself names. */
export type ModelReference =
  /** A model id: answered in the client's own region. */
  | { kind: 'model' }
  /** A provisioned, custom or imported model, or an endpoint: answered in the region that its ARN names. */
  | { kind: 'regional'; what: string; region: string }
  /** An inference profile that AWS defines: `eu.`, `global.` ... */
  | { kind: 'profile'; id: string; geography: string; region?: string }
  /** An ARN that stands for models which are chosen elsewhere. */
  | { kind: 'indirect'; what: string; id: string; region: string }
  | { kind: 'unknown' };

const arnPattern =
  /^arn:aws[\w-]*:(?<service>bedrock|sagemaker):(?<region>[a-z0-9-]*):\d*:(?<type>[a-z-]+)\/(?<id>\S+)$/;

const regionalTypes: Record<string, string> = {
  'provisioned-model': 'provisioned throughput',
  'custom-model': 'custom model',
  'custom-model-deployment': 'custom model deployment',
  'imported-model': 'imported model',
  endpoint: 'marketplace endpoint',
};

const indirectTypes: Record<string, string> = {
  'application-inference-profile': 'application inference profile',
  'prompt-router': 'prompt router',
  'default-prompt-router': 'prompt router',
  prompt: 'prompt of Prompt management',
};

/** Takes a model id, an inference profile id or an ARN apart. Never throws: what it cannot read is `unknown`. */
export function referenceOf(modelId: string): ModelReference {
  const arn = arnPattern.exec(modelId)?.groups;
  if (arn === undefined) return modelId.startsWith('arn:') ? { kind: 'unknown' } : plainReference(modelId);
  const { region = '', type = '', id = '' } = arn;
  if (region === '') return { kind: 'unknown' };
  if (type === 'inference-profile' || type === 'foundation-model') {
    const reference = plainReference(id);
    if (reference.kind === 'profile') return { ...reference, region };
    if (type === 'foundation-model') return { kind: 'regional', what: 'foundation model', region };
    return { kind: 'indirect', what: 'inference profile', id, region };
  }
  if (Object.hasOwn(regionalTypes, type)) return { kind: 'regional', what: regionalTypes[type] ?? type, region };
  if (Object.hasOwn(indirectTypes, type)) return { kind: 'indirect', what: indirectTypes[type] ?? type, id, region };
  return { kind: 'unknown' };
}

/**
 * `PROVIDER.MODEL`, or `GEOGRAPHY.PROVIDER.MODEL`. A first part of two letters, with or without a suffix, is taken for a
 * geography even where this version does not know it: no provider has so short a name, and AWS adds geographies.
 */
function plainReference(id: string): ModelReference {
  const [first = '', ...rest] = id.split('.');
  if (rest.length === 0) return { kind: 'unknown' };
  if (geographies.has(first) || /^[a-z]{2}(-[a-z]+)?$/.test(first)) return { kind: 'profile', id, geography: first };
  return { kind: 'model' };
}
