import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controlStatuses } from '../../../src/compliance/reports/control.ts';
import type { PostureFacts } from '../../../src/compliance/reports/posture/check.ts';
import { assessPosture, checkDefinitions, scoreOf } from '../../../src/compliance/reports/posture/posture.ts';
import { remoteTargets } from '../../../src/compliance/reports/posture/remote-targets.ts';
import { folderMode } from '../../../src/compliance/reports/state-folder-mode.ts';
import { configWith } from '../../support-files/config.ts';
import { now } from './bodies.ts';
import { emptyLog, verification } from './facts.ts';

const hour = 3_600_000;

function facts(flags: Readonly<Record<string, unknown>> = {}, changes: Partial<PostureFacts> = {}): PostureFacts {
  return {
    config: configWith(flags),
    auditStatus: { state: 'stored', cause: null, waiting: 0 },
    lockdown: null,
    now,
    folder: { open: [], looked: 3, cause: null },
    log: emptyLog(),
    cause: null,
    ...changes,
  };
}

function statusOf(id: string, posture: PostureFacts): string | undefined {
  return assessPosture(posture).checks.find((check) => check.id === id)?.status;
}

const upstream = (url: string) => ({ 'mcp.upstreams': [{ name: 'up', url, tool: 'answer' }] });
const checkpoint = (anchoredAt: number | null) => ({ size: 10, at: now, note: '', anchoredAt });

describe('a check', () => {
  it.each<[string, string, PostureFacts]>([
    ['audit_verified', 'not_assessed', facts()],
    ['audit_verified', 'pass', facts({}, { log: emptyLog({ lastVerification: verification({ at: now - hour }) }) })],
    [
      'audit_verified',
      'warn',
      facts({}, { log: emptyLog({ lastVerification: verification({ at: now - 25 * hour }) }) }),
    ],
    [
      'audit_verified',
      'not_assessed',
      facts({}, { log: emptyLog({ lastVerification: verification({ at: now - 200 * hour }) }) }),
    ],
    ['audit_verified', 'fail', facts({}, { log: emptyLog({ lastVerification: verification({ ok: false }) }) })],
    ['audit_verified', 'not_assessed', facts({}, { log: emptyLog({ lastVerification: verification({ of: 0 }) }) })],
    ['audit_verified', 'not_assessed', facts({}, { log: null, cause: 'disk full' })],
    ['audit_stored', 'warn', facts({}, { auditStatus: { state: 'spooled', cause: 'x', waiting: 2 } })],
    ['audit_stored', 'fail', facts({}, { auditStatus: { state: 'held', cause: 'x', waiting: 2 } })],
    ['audit_anchor', 'fail', facts()],
    ['audit_anchor', 'not_assessed', facts({ 'audit.anchor.file': '/anchors' })],
    [
      'audit_anchor',
      'warn',
      facts({ 'audit.anchor.file': '/anchors' }, { log: emptyLog({ checkpoint: checkpoint(null) }) }),
    ],
    [
      'audit_anchor',
      'pass',
      facts({ 'audit.anchor.file': '/anchors' }, { log: emptyLog({ checkpoint: checkpoint(now) }) }),
    ],
    ['audit_cosigned', 'pass', facts({ 'audit.kmsKeyId': 'alias/a' })],
    ['keys_at_rest', 'warn', facts()],
    ['keys_at_rest', 'pass', facts({ 'store.kmsKeyId': 'alias/k' })],
    ['state_folder', 'not_assessed', facts({}, { folder: { open: [], looked: 0, cause: 'it cannot be read' } })],
    ['state_folder', 'fail', facts({}, { folder: { open: ['state.db 0644'], looked: 3, cause: null } })],
    ['store', 'fail', facts({}, { log: null, cause: 'disk full' })],
    ['transport', 'not_applicable', facts()],
    ['transport', 'pass', facts(upstream('https://up.example/mcp'))],
    ['transport', 'fail', facts(upstream('http://up.example/mcp'))],
    ['config_secrets', 'not_assessed', facts()],
    ['personal_data', 'pass', facts()],
    ['personal_data', 'fail', facts({ 'personalData.modes.standard': 'detect' })],
    ['consent', 'warn', facts({ 'consent.mode': 'log' })],
    ['consent', 'fail', facts({ 'consent.mode': 'off' })],
    ['residency', 'pass', facts({ 'residency.mode': 'enforce' })],
    ['residency', 'warn', facts({ 'residency.mode': 'enforce', 'residency.strict': false })],
    ['residency', 'fail', facts({ 'residency.mode': 'off' })],
    ['lockdown', 'warn', facts({}, { lockdown: { since: now, expiresAt: now + hour } })],
    ['simulate', 'fail', facts({ simulate: true })],
    ['log_level', 'warn', facts({ logLevel: 'debug' })],
    ['log_level', 'fail', facts({ logLevel: 'silent' })],
  ])('%s is %s', (id, status, posture) => {
    expect(statusOf(id, posture)).toBe(status);
  });

  it('says what to do wherever it is not passed', () => {
    for (const { status, next, person } of assessPosture(facts({ logLevel: 'silent', simulate: true })).checks)
      if (status === 'fail' || status === 'warn') expect(next ?? person).not.toBeNull();
  });
});

describe('the score', () => {
  const checks = fc.array(
    fc.record({ status: fc.constantFrom(...controlStatuses), weight: fc.integer({ min: 1, max: 20 }) }),
  );

  it('is a whole number from 0 to 100, or null where nothing could be assessed', () => {
    fc.assert(
      fc.property(checks, (some) => {
        const { score, coverage } = scoreOf(some);
        expect(coverage).toBeGreaterThanOrEqual(0);
        expect(coverage).toBeLessThanOrEqual(100);
        const assessed = some.some(({ status }) => status !== 'not_assessed' && status !== 'not_applicable');
        expect(score === null).toBe(!assessed);
        if (score !== null) expect(score >= 0 && score <= 100 && Number.isInteger(score)).toBe(true);
      }),
    );
  });

  it('never falls when a check is passed that was not', () => {
    fc.assert(
      fc.property(checks, fc.nat(), (some, at) => {
        const index = some.length === 0 ? 0 : at % some.length;
        const better = some.map((check, place) => (place === index ? { ...check, status: 'pass' as const } : check));
        expect(scoreOf(better).score ?? 0).toBeGreaterThanOrEqual(scoreOf(some).score ?? 0);
      }),
    );
  });

  it('does not count what was not assessed as passed', () => {
    const check = (status: (typeof controlStatuses)[number], weight: number) => ({ status, weight });
    const some = [check('fail', 10), check('not_assessed', 30), check('not_applicable', 50)];
    expect(scoreOf(some)).toEqual({ score: 0, coverage: 25 });
    expect(scoreOf([...some, check('warn', 10)])).toEqual({ score: 25, coverage: 40 });
  });

  it('has ids that are each used once', () => {
    expect(new Set(checkDefinitions.map(({ id }) => id)).size).toBe(checkDefinitions.length);
  });
});

describe('addresses outside this machine', () => {
  it.each([
    ['http://127.0.0.1:1/mcp', undefined],
    ['http://localhost/mcp', undefined],
    ['http://localhost.example/mcp', false],
    ['http://127.0.0.1.example/mcp', false],
    ['https://up.example/mcp', true],
  ])('%s: encrypted %s', (url, encrypted) => {
    expect(remoteTargets(configWith(upstream(url)))[0]?.encrypted).toBe(encrypted);
  });

  it.each([
    ['postgres://u@db.example/state', false],
    ['postgres://u@db.example/state?sslmode=require', false],
    ['postgres://u@db.example/state?sslmode=verify-full', true],
    ['postgres://u@localhost/state', undefined],
    ['postgresql:///state?host=/var/run/postgresql', undefined],
  ])('%s: encrypted %s', (url, encrypted) => {
    expect(remoteTargets(configWith({ 'store.postgres': url }))[0]?.encrypted).toBe(encrypted);
  });

  it('names the key, never the address', () => {
    const named = remoteTargets(configWith(upstream('https://user:secret@up.example/mcp?token=abc')));
    expect(named).toEqual([{ name: 'upstream up', encrypted: true }]);
  });
});

describe.skipIf(process.platform === 'win32')('the state folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posture-'));
    await writeFile(join(folder, 'state.db'), '', { mode: 0o644 });
    await mkdir(join(folder, 'spool'), { mode: 0o700 });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is closed where nobody else can enter it, whatever the files in it say', async () => {
    await chmod(folder, 0o700);
    expect(await folderMode(folder)).toEqual({ open: [], looked: 3, cause: null });
  });

  it('is open where others can, with the files that they reach', async () => {
    await chmod(folder, 0o755);
    expect((await folderMode(folder)).open).toEqual(['the folder 0755', 'state.db 0644']);
  });

  it.each([
    [0o710, 'the folder 0710'],
    [0o701, 'the folder 0701'],
  ])('is open with the bits %o', async (mode, shown) => {
    await chmod(folder, mode);
    expect((await folderMode(folder)).open).toContain(shown);
  });

  it('says why nothing can be told', async () => {
    expect((await folderMode(join(folder, 'none'))).cause).toMatch(/cannot be read/);
    expect((await folderMode(folder, 'win32')).cause).toMatch(/Windows/);
  });
});
