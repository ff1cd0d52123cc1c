import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assessDirect } from '../../../src/compliance/residency/assess-direct.ts';
import { regionCountries } from '../../../src/compliance/residency/aws-regions.ts';
import { knownProfiles } from '../../../src/compliance/residency/inference-profiles.ts';
import { euRegions, residencySchema } from '../../../src/config/residency-schema.ts';

const config = (over: object = {}) => residencySchema.parse(over);
const assess = (modelId: string, region: string | undefined = 'eu-central-1', over: object = {}, endpoint?: string) =>
  assessDirect({ modelId, region, endpoint, config: config(over) });

const euProfile = 'eu.anthropic.claude-sonnet-4-6';
const otherEuProfile = 'eu.mistral.pixtral-large-2502-v1:0';
const application = 'arn:aws:bedrock:eu-central-1:111122223333:application-inference-profile/kqtghn90uu4g';

describe('a plain model id', () => {
  it('is answered where it is called', () => {
    expect(assess('anthropic.claude-sonnet-4-6')).toEqual({
      status: 'inside',
      destinations: ['eu-central-1'],
      reason:
        'anthropic.claude-sonnet-4-6 is a model id, answered in the region that is called; called in eu-central-1 (DE): all allowed',
      remedy: null,
    });
  });

  it.each(['us-east-1', 'eu-west-2', 'eu-central-2', 'eu-isoe-west-1', 'xx-new-9'])('is outside in %s', (region) => {
    const verdict = assess('anthropic.claude-sonnet-4-6', region);
    expect(verdict).toMatchObject({ status: 'outside', destinations: [region] });
    expect(verdict.reason).toContain(`Not allowed: ${region}`);
  });

  it('is not assessed where the region is not known', () => {
    expect(assessDirect({ modelId: 'a.b', region: undefined, config: config() })).toMatchObject({
      status: 'not_assessed',
      remedy: 'Set direct.region or AWS_REGION.',
    });
  });
});

describe('an inference profile', () => {
  it('of the EU is inside where its list is known and allowed', () => {
    const verdict = assess(euProfile);
    expect(verdict.status).toBe('inside');
    expect([...verdict.destinations].sort()).toEqual(euRegions.filter((region) => region !== 'eusc-de-east-1'));
    expect(verdict.reason).toContain('built-in list of 2026-11');
  });

  it('is outside where one of its regions is not allowed, and that one is named', () => {
    const verdict = assess(euProfile, 'eu-central-1', { allowedRegions: ['eu-central-1', 'eu-west-1'] });
    expect(verdict.status).toBe('outside');
    expect(verdict.reason).toContain('Not allowed: eu-north-1 (SE), eu-south-1 (IT), eu-south-2 (ES), eu-west-3 (FR)');
  });

  it('is not assessed where its list is not known', () => {
    const verdict = assess(otherEuProfile);
    expect(verdict).toMatchObject({ status: 'not_assessed', destinations: ['eu-central-1'] });
    expect(verdict.reason).toContain('routes within Europe; to which regions is not in the built-in list');
    expect(verdict.remedy).toContain(`get-inference-profile --inference-profile-identifier ${otherEuProfile}`);
  });

  it('is outside from a region that is not allowed, and not assessed from one that the list does not cover', () => {
    expect(assess(euProfile, 'eu-west-2').status).toBe('outside');
    const verdict = assess(euProfile, 'eu-west-2', { allowedRegions: [...euRegions, 'eu-west-2'] });
    expect(verdict.status).toBe('not_assessed');
    expect(verdict.reason).toContain('to which regions when called from eu-west-2 is not');
  });

  it.each(['us', 'us-gov', 'apac', 'jp', 'au', 'ca', 'global'])('of %s is outside, whatever the model', (geography) => {
    const verdict = assess(`${geography}.anthropic.claude-next`);
    expect(verdict.status).toBe('outside');
    expect(verdict.destinations.length).toBeGreaterThan(1);
    expect(verdict.remedy).toContain('residency.allowedRegions');
  });

  it('of a geography that is new is not assessed', () => {
    expect(assess('kr.anthropic.claude-next').status).toBe('not_assessed');
  });

  it('that is global stays not assessed where all regions of today are allowed', () => {
    const allowedRegions = Object.keys(regionCountries);
    expect(assess('global.anthropic.claude-sonnet-4-6', 'eu-central-1', { allowedRegions }).status).toBe(
      'not_assessed',
    );
    expect(assess('us.anthropic.claude-sonnet-4-6', 'us-east-1', { allowedRegions }).status).toBe('not_assessed');
  });

  it('is the same as an ARN', () => {
    const arn = (region: string, id: string) => `arn:aws:bedrock:${region}:111122223333:inference-profile/${id}`;
    expect(assess(arn('eu-central-1', euProfile)).status).toBe('inside');
    expect(assess(arn('us-east-1', euProfile)).status).toBe('outside');
    expect(assess(arn('eu-central-1', 'global.anthropic.claude-sonnet-4-6')).status).toBe('outside');
  });
});

describe("the operator's own statement", () => {
  it('opens an application profile, by its ARN or its id', () => {
    expect(assess(application).status).toBe('not_assessed');
    for (const key of [application, 'kqtghn90uu4g']) {
      const verdict = assess(application, 'eu-central-1', { profiles: { [key]: ['eu-west-1', 'eu-west-3'] } });
      expect(verdict).toMatchObject({ status: 'inside', destinations: ['eu-central-1', 'eu-west-1', 'eu-west-3'] });
      expect(verdict.reason).toContain(
        `residency.profiles says that ${key} is answered in eu-west-1 (IE), eu-west-3 (FR)`,
      );
    }
  });

  it('stands over the built-in table, in both directions', () => {
    const london = { profiles: { [euProfile]: ['eu-west-2'] } };
    expect(assess(euProfile, 'eu-central-1', london).status).toBe('outside');
    const prefix = { profiles: { 'eu.': ['eu-central-1', 'eu-west-1'] } };
    expect(assess(otherEuProfile, 'eu-central-1', prefix).status).toBe('inside');
  });

  it('an id stands over a prefix, a longer prefix over a shorter one', () => {
    const profiles = { 'eu.': ['eu-west-2'], 'eu.mistral.': ['eu-west-1'], 'eu.mistral.x': ['eu-central-2'] };
    expect(assess(otherEuProfile, 'eu-central-1', { profiles }).destinations).toEqual(['eu-central-1', 'eu-west-1']);
    expect(assess('eu.mistral.x', 'eu-central-1', { profiles }).destinations).toEqual(['eu-central-1', 'eu-central-2']);
    expect(assess('eu.amazon.y', 'eu-central-1', { profiles }).destinations).toEqual(['eu-central-1', 'eu-west-2']);
  });

  it('does not move the region that is called', () => {
    const profiles = { 'a.b': ['eu-west-1'] };
    expect(assess('a.b', 'us-east-1', { profiles }).status).toBe('outside');
  });
});

describe('an endpoint of its own', () => {
  it('is where the operator says', () => {
    const verdict = assess('a.b', 'eu-central-1', {}, 'https://bedrock.internal.example');
    expect(verdict.status).toBe('inside');
    expect(verdict.reason).toContain("that the configured endpoint stands in eu-central-1 is the operator's word");
  });

  it.each([
    'https://bedrock-runtime.us-east-1.amazonaws.com',
    'https://bedrock-runtime-fips.us-east-1.amazonaws.com/',
    'https://vpce-0a1b-2c3d.bedrock-runtime.us-east-1.vpce.amazonaws.com',
    'https://bedrock-mantle.us-east-1.api.aws',
  ])('of AWS says itself where it is: %s', (endpoint) => {
    const verdict = assess('a.b', 'eu-central-1', {}, endpoint);
    expect(verdict).toMatchObject({ status: 'outside', destinations: ['eu-central-1', 'us-east-1'] });
    expect(verdict.reason).toContain('the configured endpoint is in us-east-1');
  });
});

describe('by property', () => {
  const regions = Object.keys(regionCountries);
  const modelId = fc.oneof(
    fc.constantFrom(
      ...knownProfiles.destinations.keys(),
      application,
      otherEuProfile,
      'a.b',
      'global.a.b',
      'us.a.b',
      'x',
    ),
    fc
      .tuple(fc.constantFrom('provisioned-model', 'inference-profile', 'prompt-router'), fc.constantFrom(...regions))
      .map(([type, region]) => `arn:aws:bedrock:${region}:1:${type}/eu.anthropic.claude-sonnet-4-6`),
    fc.string({ maxLength: 20 }),
  );
  const region = fc.option(fc.constantFrom(...regions), { nil: undefined });
  const allowed = fc.subarray(regions, { minLength: 1 });
  const profiles = fc.dictionary(modelId.filter(Boolean), fc.subarray(regions, { minLength: 1 }), { maxKeys: 2 });

  it('inside means: every destination is allowed, the called region among them', () => {
    fc.assert(
      fc.property(modelId, region, allowed, profiles, (id, called, allowedRegions, stated) => {
        const input = { modelId: id, region: called, config: config({ allowedRegions, profiles: stated }) };
        const verdict = assessDirect(input);
        const strays = verdict.destinations.filter((destination) => !allowedRegions.includes(destination));
        expect(strays.length > 0).toBe(verdict.status === 'outside');
        expect(verdict.remedy === null).toBe(verdict.status === 'inside');
        if (verdict.status === 'inside') expect(verdict.destinations).toContain(called);
      }),
      { numRuns: 3_000 },
    );
  });

  it('allowing fewer regions never brings anything inside', () => {
    fc.assert(
      fc.property(modelId, region, allowed, fc.nat(), (id, called, allowedRegions, pick) => {
        fc.pre(allowedRegions.length > 1);
        const fewer = allowedRegions.filter((_, index) => index !== pick % allowedRegions.length);
        const status = (regionsAllowed: string[]) =>
          assessDirect({ modelId: id, region: called, config: config({ allowedRegions: regionsAllowed }) }).status;
        if (status(allowedRegions) !== 'inside') expect(status(fewer)).not.toBe('inside');
      }),
      { numRuns: 2_000 },
    );
  });
});
