import { describe, expect, it } from 'vitest';
import { classOf, type OperationType, operationTypes, type PathName } from '../../src/config/operation-types.ts';
import { decide } from '../../src/routing/decide.ts';
import {
  type ActiveMode,
  type ActiveModes,
  admits,
  drainedPath,
  noModes,
  notices,
  secondsLeft,
} from '../../src/routing/modes.ts';
import { runbookPolicy } from '../../src/routing/policy.ts';
import { localModes } from '../support-files/local-modes.ts';

const mode = (changes: Partial<ActiveMode> = {}): ActiveMode => {
  return { reason: 'a drill', since: 0, expiresAt: 10_000, path: null, ...changes };
};
const refused = (modes: ActiveModes) => operationTypes.filter((type) => admits(modes, classOf(type), type) !== null);

describe('the admission rule of the modes', () => {
  const standard: OperationType[] = ['kiro_communication', 'standard_analysis', 'background_task'];

  it.each([
    { name: 'no mode', modes: noModes, expected: [] },
    { name: 'emergency', modes: { ...noModes, emergency: mode() }, expected: standard },
    { name: 'maintenance', modes: { ...noModes, maintenance: mode() }, expected: ['background_task'] },
    { name: 'a drained path', modes: { ...noModes, maintenance: mode({ path: 'mcp' }) }, expected: [] },
    { name: 'lockdown', modes: { ...noModes, lockdown: mode() }, expected: [...operationTypes] },
  ])('refuses with $name: $expected', ({ modes, expected }) => {
    expect(refused(modes)).toEqual(expected);
  });

  it('names the strictest mode', () => {
    const all = { lockdown: mode(), emergency: mode(), maintenance: mode() };
    expect(admits(all, 'standard', 'background_task')).toEqual({ mode: 'lockdown', active: all.lockdown });
    expect(admits({ ...all, lockdown: null }, 'standard', 'background_task')?.mode).toBe('emergency');
  });
});

describe('modes', () => {
  it('expire by themselves, each on its own', () => {
    let now = 0;
    const modes = localModes(() => now);
    modes.replace('emergency', mode({ expiresAt: 1_000 }));
    modes.replace('maintenance', mode({ expiresAt: 2_000, path: 'direct' }));
    now = 999;
    expect(modes.current().emergency).not.toBeNull();
    now = 1_000;
    expect(modes.current().emergency).toBeNull();
    expect(drainedPath(modes.current())).toBe('direct');
    now = 2_000;
    expect(modes.current()).toEqual(noModes);
  });

  it('are told in a line each, with what is left and why', () => {
    const modes = { ...noModes, emergency: mode(), maintenance: mode({ path: 'mcp', reason: 'new disk' }) };
    expect(notices(modes, 1_500)).toEqual([
      'emergency mode, 9 s left: a drill',
      'maintenance of the mcp path, 9 s left: new disk',
    ]);
    expect(secondsLeft(mode(), 9_999.5)).toBe(1);
  });
});

describe('a drained path', () => {
  const view = (configured: boolean) => ({ configured, status: 'healthy' as const, cause: null });
  const decided = (drained: PathName | null, { direct = true, mcp = true } = {}, forced: PathName | null = null) => {
    const override = forced && { route: forced, reason: 'a test', expiresAt: 1 };
    return decide('emergency', { direct: view(direct), mcp: view(mcp) }, override, runbookPolicy, drained);
  };

  it('is neither first nor fallback, also under an override', () => {
    expect(decided('direct')).toMatchObject({ primary: 'mcp', fallback: null });
    expect(decided('mcp')).toMatchObject({ primary: 'direct', fallback: null });
    expect(decided('direct', {}, 'direct')).toMatchObject({ primary: 'mcp', fallback: null });
    expect(decided('mcp').reasons).toContain('mcp is under maintenance: direct alone');
  });

  it('is used where nothing else is configured', () => {
    expect(decided('direct', { mcp: false })).toMatchObject({ primary: 'direct', fallback: null });
    expect(decided('mcp', { mcp: false })).toMatchObject({ primary: 'direct', fallback: null });
    expect(decided(null)).toMatchObject({ primary: 'direct', fallback: 'mcp' });
  });
});
