import { describe, expect, it } from 'vitest';
import type { ConsentRecord } from '../../src/compliance/consent/record.ts';
import { ResidencyTargets } from '../../src/compliance/residency/targets.ts';
import type { DataSubject } from '../../src/compliance/subjects/subject-registry.ts';
import { Gates } from '../../src/support/gates.ts';
import { configWith } from '../support-files/config.ts';
import { recordingLogger } from '../support-files/log-lines.ts';
import { operationRequest } from '../support-files/requests.ts';

const now = Date.UTC(2026, 5, 1);
const identifier = 'ann@example.org';
const named = { subject: identifier, purpose: 'support' };

const granted: ConsentRecord = {
  subject: 's-1',
  purpose: 'support',
  legalBasis: 'consent',
  noticeVersion: 'v1',
  grantedAt: now - 1_000,
  withdrawnAt: null,
  expiresAt: null,
  evidence: '',
  recordedAt: now - 1_000,
};

const subject: DataSubject = { id: 's-1', seal: (text) => `sealed ${text.length}`, open: () => '' };

interface Setting {
  flags?: Record<string, unknown>;
  records?: ConsentRecord[];
  storeFault?: Error;
  region?: string | null;
}

function gated({ flags = {}, records = [], storeFault, region = 'eu-central-1' }: Setting = {}) {
  const config = configWith(flags);
  const log = recordingLogger();
  const gates = new Gates({
    config,
    consents: { of: async () => records },
    subjects: {
      enter: async () => {
        if (storeFault) throw storeFault;
        return subject;
      },
    },
    targets: new ResidencyTargets({ config, region: () => region }),
    logger: log.logger,
    wallClock: () => now,
  });
  const check = (changes: Record<string, unknown> = {}) => gates.check(operationRequest(changes));
  return { check, log };
}

describe('consent', () => {
  it('is not asked for where an operation names nobody', async () => {
    const { refusal, facts } = await gated().check();
    expect(refusal).toBeNull();
    expect(facts).toMatchObject({ subject: null, consent: null });
  });

  it('lets through what a record allows, and keeps the identifier out of the facts', async () => {
    const { refusal, facts } = await gated({ records: [granted] }).check(named);
    expect(refusal).toBeNull();
    expect(facts.subject).toEqual({ id: 's-1', sealed: `sealed ${identifier.length}` });
    expect(facts.consent).toEqual({ purpose: 'support', violation: null });
    expect(JSON.stringify(facts)).not.toContain('ann@');
  });

  it.each([
    ['no_record', []],
    ['expired', [{ ...granted, expiresAt: now }]],
    ['withdrawn', [{ ...granted, withdrawnAt: now }]],
    ['wrong_purpose', [{ ...granted, purpose: 'marketing' }]],
  ] as const)('refuses for %s, and says so in facts and log', async (kind, records) => {
    const { check, log } = gated({ records: [...records] });
    const { refusal, facts } = await check(named);
    expect(refusal).toMatchObject({ code: 'consent_violation', kind });
    expect(facts.consent).toEqual({ purpose: 'support', violation: kind });
    expect(log.lines()).toMatchObject([{ event: 'SECURITY', consent: kind }]);
    expect(log.text()).not.toContain('ann@');
  });

  it('only records a violation in mode log', async () => {
    const { refusal, facts } = await gated({ flags: { 'consent.mode': 'log' } }).check(named);
    expect(refusal).toBeNull();
    expect(facts.consent?.violation).toBe('no_record');
  });

  it('fails closed where the records cannot be read', async () => {
    const { refusal, facts } = await gated({ storeFault: new Error('away'), records: [granted] }).check(named);
    expect(refusal).toMatchObject({ code: 'consent_violation', kind: 'not_evaluated' });
    expect(facts.subject).toBeNull();
  });

  it('refuses what must name a person and does not', async () => {
    const { refusal } = await gated({ flags: { 'consent.requireFor': ['emergency'] } }).check();
    expect(refusal).toMatchObject({ kind: 'not_named' });
  });

  it('names the field that is missing', async () => {
    expect((await gated().check({ subject: identifier })).refusal?.message).toContain('purpose: is missing');
    expect((await gated().check({ purpose: 'support' })).refusal?.message).toContain('subject: is missing');
  });
});

describe('residency', () => {
  const upstream = (name: string, location?: string) => {
    return { name, url: 'https://mcp.example.org/mcp', tool: 'ask', ...(location ? { location } : {}) };
  };
  const enforced = (upstreams: unknown[], more: Record<string, unknown> = {}) => {
    return { 'residency.mode': 'enforce', 'mcp.upstreams': upstreams, ...more };
  };

  it('is only recorded by default', async () => {
    const { refusal, facts, refused } = await gated({ flags: { 'mcp.upstreams': [upstream('a')] } }).check();
    expect([refusal, refused]).toEqual([null, []]);
    expect(facts.residency).toEqual([{ path: 'mcp', target: 'a', status: 'not_assessed', destinations: [] }]);
  });

  it('keeps an operation from a path that may answer outside', async () => {
    const flags = enforced([upstream('a', 'DE')], { 'direct.modelId': 'global.anthropic.claude-sonnet-4-6' });
    const { refusal, refused, upstreams, facts } = await gated({ flags }).check();
    expect([refusal, refused, upstreams]).toEqual([null, ['direct'], ['a']]);
    expect(facts.residency).toMatchObject([{ path: 'direct', status: 'outside' }]);
  });

  it('keeps it from one upstream, and leaves the others', async () => {
    const flags = enforced([upstream('a', 'US'), upstream('b', 'DE')]);
    const { refused, upstreams } = await gated({ flags }).check();
    expect([refused, upstreams]).toEqual([[], ['b']]);
  });

  it('refuses the operation where nothing may answer, with every reason', async () => {
    const { check, log } = gated({ flags: enforced([upstream('a', 'US')]), region: 'eu-west-2' });
    const { refusal } = await check();
    expect(refusal).toMatchObject({ code: 'residency_violation' });
    expect(refusal?.message).toMatch(/direct: .*eu-west-2.*mcp: .*US/s);
    expect(log.lines()).toMatchObject([{ event: 'SECURITY', refused: 'residency_violation' }]);
  });

  it('asks only what answers this type of operation', async () => {
    const b = { ...upstream('b', 'US'), operations: ['background_task'] };
    const { facts } = await gated({ flags: enforced([upstream('a', 'DE'), b]) }).check();
    expect(facts.residency).toEqual([]);
  });
});
