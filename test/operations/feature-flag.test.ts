import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { HybridRoutingError } from '../../src/config/errors.ts';
import { featureFlags } from '../../src/operations/feature-flags.ts';
import { routeOperation } from '../../src/operations/route-operation.ts';
import { systemAdmin } from '../../src/operations/system-admin.ts';
import type { Caller } from '../../src/support/caller.ts';
import { adminText } from '../../tools/admin-text.ts';
import { configWith } from '../support-files/config.ts';
import { recordingLogger } from '../support-files/log-lines.ts';
import { pathAnswer, pathRequest } from '../support-files/requests.ts';
import { type ScriptedApp, scriptedApp } from '../support-files/scripted-app.ts';
import { answers } from '../support-files/scripted-path.ts';
import { thrownBy } from '../support-files/thrown.ts';

const caller: Caller = { cancelled: new AbortController().signal };
let app: ScriptedApp;
beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00Z') });
  app = scriptedApp();
});
afterEach(() => void vi.useRealTimers());

async function admin(input: Record<string, unknown>) {
  const parsed = systemAdmin.input.parse({ action: 'feature_flag', ...input });
  const result = await systemAdmin.run(app.context, parsed, caller);
  expect(systemAdmin.output.strict().parse(result)).toEqual(result);
  return result;
}
const undo = ({ next }: Awaited<ReturnType<typeof admin>>) => next[0]?.arguments ?? {};
const off = { flag: 'hedging', enable: false, reason: 'too dear' };
const list = async () => {
  const { flags } = await featureFlags.run(app.context, featureFlags.input.parse({}), caller);
  return flags;
};

describe('feature_flag', () => {
  it('holds for good where no duration is given, and says so', async () => {
    const result = await admin(off);
    expect(result).toMatchObject({
      applied: true,
      before: { hedging: { value: true, default: true, source: 'default' } },
      after: { hedging: { value: false, default: true, source: 'operator', reason: 'too dear', expiresAt: null } },
      effect: { holds: 'for good, until somebody switches it' },
      expiresAt: null,
      scope: 'this_process',
      next: [{ tool: 'system_admin', arguments: { action: 'feature_flag', flag: 'hedging' } }],
    });
    expect(adminText('feature_flag', result)).toMatchInlineSnapshot(`
      "feature_flag: in force (this process alone)
      hedging: {"value":true,"default":true,"source":"default"} -> {"value":false,"default":true,"source":"operator","reason":"too dear","expiresAt":null}
      hedging: while on, a slow emergency also starts the second path (default: routing.hedging)
      holds: for good, until somebody switches it
      Next: system_admin {"action":"feature_flag","flag":"hedging"} - undo: back to the default"
    `);
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(await app.context.flags.isOn('hedging')).toBe(false);
  });

  it('ends by itself where a duration is given', async () => {
    const result = await admin({ ...off, durationSeconds: 60 });
    expect(result.expiresAt).toBe('2026-01-01T00:01:00.000Z');
    expect(await app.context.flags.isOn('hedging')).toBe(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await app.context.flags.isOn('hedging')).toBe(true);
  });

  it('is taken back by its own undo: to the default, or to what was set before', async () => {
    const first = await admin({ ...off, durationSeconds: 600 });
    await vi.advanceTimersByTimeAsync(60_000);
    const second = await admin({ flag: 'hedging', enable: true });
    expect(await app.context.flags.isOn('hedging')).toBe(true);
    const third = await admin(undo(second));
    expect(third.after).toMatchObject({ hedging: { value: false, reason: 'too dear' } });
    expect(third.expiresAt).toBe('2026-01-01T00:10:00.000Z');
    const last = await admin(undo(first));
    expect(last.after).toEqual({ hedging: { value: true, default: true, source: 'default' } });
    expect(app.context.flags.setting('hedging')).toBeNull();
    expect((await admin(undo(last))).after).toMatchObject({ hedging: { value: false, source: 'operator' } });
  });

  it('shows its effect first, and changes nothing then', async () => {
    const shown = await admin({ ...off, durationSeconds: 60, dryRun: true });
    expect(shown).toMatchObject({ applied: false, after: { hedging: { value: false } } });
    expect(await app.context.flags.isOn('hedging')).toBe(true);
    expect(app.audit.of('CONFIGURATION')).toEqual([]);
    await admin(undo(shown));
    expect(await app.context.flags.view('hedging')).toMatchObject({ value: false, reason: 'too dear' });
  });

  it('has its audit row, with the reason cleared of personal data, which is not logged', async () => {
    await admin({ ...off, reason: 'asked for by erika.mustermann@example.com' });
    const [row] = app.audit.of('CONFIGURATION');
    expect(row).toMatchObject({ setting: 'feature_flag', flag: 'hedging', active: { enabled: false }, before: null });
    expect(JSON.stringify(row)).not.toContain('erika');
    expect(app.log.text()).not.toContain('erika');
    expect(app.log.text()).toContain('feature flag changed');
  });

  it.each([
    [{}, 'flag: is missing'],
    [{ flag: 'hedging', durationSeconds: 60 }, 'durationSeconds'],
    [{ flag: 'hedging', path: 'direct' }, 'path: does not go with action feature_flag'],
  ])('refuses %j', async (input, message) => {
    expect(await thrownBy(HybridRoutingError, () => admin(input))).toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining(message),
    });
  });

  it('knows no other flag', () => {
    expect(systemAdmin.input.safeParse({ action: 'feature_flag', flag: 'dark_mode' }).success).toBe(false);
  });
});

describe('the list of flags', () => {
  it('says of each what it does, how it stands and who says so', async () => {
    await admin({ ...off, durationSeconds: 60 });
    const flags = await list();
    expect(flags.map(({ name, value, source, expiresAt }) => [name, value, source, expiresAt])).toEqual([
      ['hedging', false, 'operator', '2026-01-01T00:01:00.000Z'],
      ['active_probes', true, 'default', null],
      ['background_operations', true, 'default', null],
    ]);
    for (const { description } of flags) expect(description.length).toBeGreaterThan(20);
  });
});

describe('what a flag does', () => {
  it('background_operations: none is taken while it is off, and others are', async () => {
    app.paths.direct.script = answers();
    await admin({ flag: 'background_operations', enable: false });
    const route = (background: boolean) => {
      const input = { operation: 'emergency', prompt: 'x', background };
      return routeOperation.run(app.context, routeOperation.input.parse(input), caller);
    };
    expect(await route(true)).toMatchObject({ status: 'refused', error: { code: 'background_off' } });
    expect(await route(false)).toMatchObject({ status: 'answered' });
    expect(app.audit.of('OPERATION')).toHaveLength(2);
    await admin({ flag: 'background_operations' });
    expect(await route(true)).toMatchObject({ status: 'running' });
    await app.background.close();
  });

  it('hedging: a slow emergency has one path alone as soon as it is off', async () => {
    vi.useRealTimers();
    const upstream = { name: 'a', url: 'http://127.0.0.1:9/mcp', tool: 'ask' };
    const config = configWith({ 'mcp.upstreams': [upstream] });
    const real = createApp({ config, logger: recordingLogger().logger, env: {} });
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return pathAnswer({ text: 'direct' });
    };
    vi.spyOn(real.paths.direct, 'call').mockImplementation(slow);
    const second = vi.spyOn(real.paths.mcp, 'call').mockResolvedValue(pathAnswer({ text: 'mcp' }));
    for (let call = 0; call < 20; call += 1) real.health.path('direct').recordCall('emergency', 10, null);
    const routed = async () =>
      (await real.router.route(pathRequest(), { deadlineMs: undefined, ...caller })).answer?.text;
    expect(await routed()).toBe('mcp');
    await systemAdmin.run(real, systemAdmin.input.parse({ action: 'feature_flag', ...off }), caller);
    expect(real.health.component('intelligent-router').details).toEqual({ flags: { hedging: false } });
    expect(await routed()).toBe('direct');
    expect(second).toHaveBeenCalledTimes(1);
    await real.close();
  });

  it('active_probes: paths without traffic are not asked while it is off', async () => {
    const real = createApp({ config: configWith(), logger: recordingLogger().logger, env: {} });
    const probe = vi.spyOn(real.paths.direct, 'probe').mockResolvedValue(undefined);
    real.start();
    const set = (enable: boolean) => real.flags.set('active_probes', { enabled: enable, reason: null, since: 0 }, null);
    void set(false);
    await vi.advanceTimersByTimeAsync(20 * 60_000);
    expect(probe).not.toHaveBeenCalled();
    void set(true);
    await vi.advanceTimersByTimeAsync(20 * 60_000);
    expect(probe).toHaveBeenCalled();
    await real.close();
  });
});
