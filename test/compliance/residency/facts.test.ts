import { describe, expect, it } from 'vitest';
import { commercialRegions, regionCountries } from '../../../src/compliance/residency/aws-regions.ts';
import { geographies, knownProfiles } from '../../../src/compliance/residency/inference-profiles.ts';
import { referenceOf } from '../../../src/compliance/residency/model-id.ts';
import { defaultModelId } from '../../../src/config/models.ts';
import { gdprCountries, locationSchema, residencySchema } from '../../../src/config/residency-schema.ts';

const defaults = residencySchema.parse({});
const eu = gdprCountries.filter((country) => !['IS', 'LI', 'NO'].includes(country));

describe('the built-in facts', () => {
  it('allow by default exactly the AWS regions in a member state of the EU', () => {
    const located = Object.keys(regionCountries).filter((region) => eu.includes(regionCountries[region] ?? ''));
    expect([...defaults.allowedRegions].sort()).toEqual(located.sort());
    expect(defaults.allowedRegions).not.toContain('eu-west-2');
    expect(defaults.allowedRegions).not.toContain('eu-central-2');
    expect(defaults.allowedRegions).toContain('eusc-de-east-1');
  });

  it('have the 27 member states, three EEA countries, no others, none twice', () => {
    expect(new Set(gdprCountries).size).toBe(30);
    expect(eu).toHaveLength(27);
    for (const country of ['GB', 'CH', 'US']) expect(gdprCountries).not.toContain(country);
  });

  it('keep GovCloud, China and the Sovereign Cloud out of the commercial regions', () => {
    expect(commercialRegions).toHaveLength(36);
    expect(commercialRegions.filter((region) => /^(cn|us-gov|eusc)/.test(region))).toEqual([]);
  });

  it('list only profiles of a known geography, whose destinations lie within it', () => {
    for (const [id, destinations] of knownProfiles.destinations) {
      const reference = referenceOf(id);
      const geography = reference.kind === 'profile' ? geographies.get(reference.geography) : undefined;
      expect(destinations.filter((region) => !geography?.regions.includes(region))).toEqual([]);
    }
  });

  it('know the default model', () => expect([...knownProfiles.destinations.keys()]).toContain(defaultModelId));
});

describe('model ids', () => {
  const arn = (type: string, id: string, account = '111122223333') =>
    `arn:aws:bedrock:eu-west-1:${account}:${type}/${id}`;

  it.each([
    ['anthropic.claude-sonnet-4-6', { kind: 'model' }],
    ['deepseek.v3.2', { kind: 'model' }],
    ['ai21.jamba-1-5-large-v1:0', { kind: 'model' }],
    ['eu.anthropic.claude-sonnet-4-6', { kind: 'profile', geography: 'eu' }],
    ['us-gov.anthropic.claude-x', { kind: 'profile', geography: 'us-gov' }],
    ['global.anthropic.claude-sonnet-4-6', { kind: 'profile', geography: 'global' }],
    ['kr.anthropic.claude-x', { kind: 'profile', geography: 'kr' }],
    [arn('foundation-model', 'amazon.nova-lite-v1:0', ''), { kind: 'regional', region: 'eu-west-1' }],
    [
      arn('inference-profile', 'global.amazon.nova-2-lite-v1:0'),
      { kind: 'profile', geography: 'global', region: 'eu-west-1' },
    ],
    [arn('inference-profile', 'abcdef'), { kind: 'indirect', id: 'abcdef' }],
    [
      arn('application-inference-profile', 'kqtghn90uu4g'),
      { kind: 'indirect', id: 'kqtghn90uu4g', region: 'eu-west-1' },
    ],
    [arn('provisioned-model', 'abc123'), { kind: 'regional', region: 'eu-west-1' }],
    [arn('custom-model', 'amazon.nova-lite-v1:0/abc'), { kind: 'regional' }],
    [arn('custom-model-deployment', 'abc'), { kind: 'regional' }],
    [arn('imported-model', 'abc'), { kind: 'regional' }],
    [arn('default-prompt-router', 'anthropic.claude:1'), { kind: 'indirect', what: 'prompt router' }],
    [arn('prompt-router', 'abc'), { kind: 'indirect', what: 'prompt router' }],
    [arn('prompt', 'ABC:1'), { kind: 'indirect' }],
    ['arn:aws:sagemaker:us-west-2:111122223333:endpoint/mine', { kind: 'regional', region: 'us-west-2' }],
    ['arn:aws-eusc:bedrock:eusc-de-east-1:1:provisioned-model/a', { kind: 'regional', region: 'eusc-de-east-1' }],
    ['arn:aws:bedrock:::foundation-model/a.b', { kind: 'unknown' }],
    [arn('constructor', 'x'), { kind: 'unknown' }],
    ['arn:aws:s3:::bucket', { kind: 'unknown' }],
    ['my-alias', { kind: 'unknown' }],
    ['', { kind: 'unknown' }],
  ])('%s', (modelId, expected) => expect(referenceOf(modelId)).toMatchObject(expected));
});

describe('configuration', () => {
  it('reports and refuses nothing until told to', () => {
    expect(defaults).toMatchObject({ mode: 'log', strict: true, profiles: {} });
  });

  it.each([
    { mode: 'on' },
    { allowedRegions: [] },
    { allowedRegions: ['Frankfurt'] },
    { allowedCountries: ['de'] },
    { profiles: { 'eu.': [] } },
    { profiles: { 'eu.': ['EU'] } },
    { region: 'eu-west-1' },
  ])('refuses %j', (over) => expect(residencySchema.safeParse(over).success).toBe(false));

  it.each(['local', 'DE', 'eu-central-1', 'eusc-de-east-1', 'us-gov-west-1'])('takes the location %s', (location) => {
    expect(locationSchema.safeParse(location).success).toBe(true);
  });

  it.each(['', 'Local', 'de', 'DEU', 'Germany', 'eu-central', 'https://x'])('refuses the location %j', (location) => {
    expect(locationSchema.safeParse(location).success).toBe(false);
  });
});
