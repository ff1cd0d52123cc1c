import { countTokens } from 'gpt-tokenizer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type App, createApp } from '../../src/app.ts';
import { HybridRoutingError } from '../../src/config/errors.ts';
import { operationTypes } from '../../src/config/operation-types.ts';
import { forceFallback } from '../../src/operations/force-fallback.ts';
import { healthCheck } from '../../src/operations/health-check.ts';
import { routeOperation } from '../../src/operations/route-operation.ts';
import { securityResponse } from '../../src/operations/security-response.ts';
import { systemAdmin } from '../../src/operations/system-admin.ts';
import type { Caller, CallerIdentity } from '../../src/support/caller.ts';
import { adminText } from '../../tools/admin-text.ts';
import { configWith } from '../support-files/config.ts';
import { recordingLogger } from '../support-files/log-lines.ts';
import { operationRequest } from '../support-files/requests.ts';
import { thrownBy } from '../support-files/thrown.ts';

const upstream = { name: 'a', url: 'http://127.0.0.1:9/mcp', tool: 'ask' };
const caller = { cancelled: new AbortController().signal };
const log = recordingLogger();
let app: App;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00Z') });
  app = createApp({ config: configWith({ 'mcp.upstreams': [upstream] }), logger: log.logger, env: {} });
});
afterEach(async () => {
  await app.close();
  vi.useRealTimers();
});

async function admin(input: Record<string, unknown>) {
  const result = await systemAdmin.run(app, systemAdmin.input.parse(input), caller);
  expect(systemAdmin.output.strict().parse(result)).toEqual(result);
  expect(countTokens(adminText(result.action, result))).toBeLessThan(500);
  return result;
}
async function security(input: Record<string, unknown>) {
  const result = await securityResponse.run(app, securityResponse.input.parse(input), caller);
  expect(securityResponse.output.strict().parse(result)).toEqual(result);
  return result;
}
/** Dry, so that nothing is called: what is refused is refused all the same. */
const route = (operation: string) =>
  routeOperation.run(app, routeOperation.input.parse({ operation, prompt: 'x', dryRun: true }), caller);
const health = () => healthCheck.run(app, healthCheck.input.parse({}), caller);
const refusedTypes = async () => {
  const results = await Promise.all(operationTypes.map(async (type) => ({ type, ...(await route(type)) })));
  return results.filter(({ status }) => status === 'refused').map(({ type }) => type);
};
const standard = ['kiro_communication', 'standard_analysis', 'background_task'];

describe('emergency mode', () => {
  const enable = { action: 'emergency', enable: true, reason: 'region outage' };

  it('refuses standard operations, with when to come again, until it expires', async () => {
    const result = await admin(enable);
    expect(result).toMatchObject({
      applied: true,
      scope: 'shared',
      before: { emergency: null },
      after: { emergency: { reason: 'region outage', since: '2026-01-01T00:00:00.000Z' } },
      expiresAt: '2026-01-01T01:00:00.000Z',
      effect: { emergency: 'direct, then mcp', background_task: 'refused (emergency)' },
      next: [{ tool: 'system_admin', arguments: { action: 'emergency', enable: false }, why: 'undo' }],
    });
    expect(await refusedTypes()).toEqual(standard);
    vi.advanceTimersByTime(600_000);
    const refused = await route('standard_analysis');
    expect(refused.error).toMatchObject({ code: 'emergency_mode', retryAfterSeconds: 3_000 });
    expect(refused.error?.remedy).toContain('Retry after 3000 s');
    expect(refused.notices).toEqual(['emergency mode, 3000 s left: region outage']);
    vi.advanceTimersByTime(3_000_000);
    expect(await refusedTypes()).toEqual([]);
    expect((await health()).notices).toEqual([]);
  });

  it('ends by its undo, whose undo is the mode as it was', async () => {
    const { next } = await admin({ ...enable, durationSeconds: 100 });
    vi.advanceTimersByTime(40_000);
    const ended = await admin(next[0]?.arguments ?? {});
    expect(await refusedTypes()).toEqual([]);
    const back = { action: 'emergency', enable: true, reason: 'region outage', durationSeconds: 60 };
    expect(ended.next).toMatchObject([{ arguments: back }]);
    await admin(ended.next[0]?.arguments ?? {});
    expect(await refusedTypes()).toEqual(standard);
  });

  it('is shown first by a dry run, whose next call applies it', async () => {
    const shown = await admin({ ...enable, dryRun: true });
    expect(shown).toMatchObject({ applied: false, effect: { standard_analysis: 'refused (emergency)' } });
    expect(await refusedTypes()).toEqual([]);
    await admin(shown.next[0]?.arguments ?? {});
    expect(await refusedTypes()).toEqual(standard);
  });

  it.each([
    [{ action: 'emergency' }, 'enable: is missing'],
    [{ action: 'emergency', enable: true }, 'reason: is missing'],
    [{ ...enable, path: 'mcp' }, 'path: does not go with action emergency'],
    [{ action: 'maintenance', enable: true, reason: 'disk', rollbackId: 'routing-1' }, 'rollbackId: does not go'],
  ])('refuses %j', async (input, message) => {
    const error = await thrownBy(HybridRoutingError, () => admin(input));
    expect(error.message).toContain(message);
  });
});

describe('maintenance mode', () => {
  it('puts a banner on every answer and refuses background tasks', async () => {
    await admin({ action: 'maintenance', enable: true, reason: 'new disk', durationSeconds: 90 });
    const banner = ['maintenance mode, 90 s left: new disk'];
    expect((await route('emergency')).notices).toEqual(banner);
    expect((await health()).notices).toEqual(banner);
    expect(await refusedTypes()).toEqual(['background_task']);
    expect((await route('background_task')).error).toMatchObject({ code: 'maintenance_mode', retryAfterSeconds: 90 });
  });

  it('drains one path alone', async () => {
    const order = { action: 'maintenance', enable: true, reason: 'new key', path: 'direct' };
    expect((await admin({ ...order, dryRun: true })).effect.emergency).toBe('mcp, then none');
    expect((await route('emergency')).decision.primary).toBe('direct');
    await admin(order);
    expect((await route('emergency')).decision).toMatchObject({ primary: 'mcp', fallback: null });
    expect(await refusedTypes()).toEqual([]);
    expect((await health()).notices).toEqual(['maintenance of the direct path, 3600 s left: new key']);
    await admin({ action: 'maintenance', enable: false });
    expect((await route('emergency')).decision).toMatchObject({ primary: 'direct', fallback: 'mcp' });
  });

  it('drains no path by "both": that would leave none', async () => {
    const order = { action: 'maintenance', enable: true, reason: 'new key', path: 'both' };
    expect((await thrownBy(HybridRoutingError, () => admin(order))).message).toContain('path');
  });
});

describe('lockdown', () => {
  const enable = { action: 'lockdown', enable: true, reason: 'leaked key' };

  it('refuses every operation and write; health and the lift go on', async () => {
    await security(enable);
    expect(await refusedTypes()).toEqual([...operationTypes]);
    expect((await route('emergency')).error).toMatchObject({ code: 'lockdown_mode', retryAfterSeconds: 3_600 });
    const forced = forceFallback.input.parse({ route: 'mcp', reason: 'a test' });
    for (const write of [
      () => forceFallback.run(app, forced, caller),
      () => admin({ action: 'emergency', enable: false }),
    ]) {
      expect((await thrownBy(HybridRoutingError, write)).code).toBe('lockdown_mode');
    }
    expect((await health()).notices).toEqual(['lockdown mode, 3600 s left: leaked key']);
    expect(log.lines().at(-1)).toMatchObject({ event: 'SECURITY', mode: 'lockdown', enabled: true });
    expect(log.text()).not.toContain('leaked key');
    await security({ action: 'lockdown', enable: false });
    expect(await refusedTypes()).toEqual([]);
  });

  it('does not stop the probes of a health check', async () => {
    await security(enable);
    const request = operationRequest({ dryRun: true });
    expect((await app.support.run(request, { ...caller, probe: true })).status).toBe('answered');
  });
});

describe('routing_config', () => {
  const change = { action: 'routing_config', thresholds: { mcpLatencyThreshold: 9_000, fallbackAggressiveness: 0.9 } };

  it('answers the difference, what it means and the call that takes it back', async () => {
    const before = app.settings.current;
    const changed = await admin(change);
    expect(changed).toMatchObject({
      before,
      after: { ...before, ...change.thresholds },
      effect: { mcp: 'left at 2 of its last 20 calls failed or over 9000 ms' },
      rollbackId: 'routing-1',
      next: [{ tool: 'system_admin', arguments: { action: 'routing_config', rollbackId: 'routing-1' }, why: 'undo' }],
    });
    expect(app.settings.current).toEqual(changed.after);
    const undone = await admin(changed.next[0]?.arguments ?? {});
    expect(app.settings.current).toEqual(before);
    await admin(undone.next[0]?.arguments ?? {});
    expect(app.settings.current).toEqual(changed.after);
  });

  it('changes nothing on a dry run, neither forward nor back', async () => {
    const before = app.settings.current;
    const shown = await admin({ ...change, dryRun: true });
    expect(shown).toMatchObject({ applied: false, rollbackId: null, after: { mcpLatencyThreshold: 9_000 } });
    expect(app.settings.current).toEqual(before);
    const { rollbackId, after } = await admin(shown.next[0]?.arguments ?? {});
    expect((await admin({ action: 'routing_config', rollbackId, dryRun: true })).after).toEqual(before);
    expect(app.settings.current).toEqual(after);
  });

  it.each([
    [{ action: 'routing_config' }, 'thresholds: is missing'],
    [{ ...change, rollbackId: 'routing-1' }, 'given together'],
    [{ action: 'routing_config', rollbackId: 'routing-9' }, 'routing-9 is not known'],
    [{ ...change, path: 'mcp' }, 'path: does not go'],
  ])('refuses %j', async (input, message) => {
    expect((await thrownBy(HybridRoutingError, () => admin(input))).message).toContain(message);
  });

  it.each([
    {},
    { mcpLatencyThreshold: 99 },
    { fallbackAggressiveness: 1.1 },
    { directBedrockLatencyThreshold: 60_001 },
  ])('has the ranges of the configuration: %j', (thresholds) => {
    expect(systemAdmin.input.safeParse({ action: 'routing_config', thresholds }).success).toBe(false);
  });
});

describe('circuit_breaker_reset', () => {
  it('closes the breakers of the named path and forgets why it was left', async () => {
    for (let call = 0; call < 20; call += 1) app.health.path('mcp').recordCall('standard', 5, 'down');
    for (let call = 0; call < 20; call += 1) app.health.path('direct').recordCall('standard', 5, 'down');
    const [mcp, direct] = [vi.spyOn(app.paths.mcp, 'resetBreakers'), vi.spyOn(app.paths.direct, 'resetBreakers')];
    const reset = await admin({ action: 'circuit_breaker_reset', path: 'mcp' });
    expect([mcp.mock.calls.length, direct.mock.calls.length]).toEqual([1, 0]);
    expect(reset).toMatchObject({ before: { a: 'closed' }, after: { a: 'closed' }, next: [{ tool: 'health_check' }] });
    expect(app.health.path('mcp').isLeft).toBe(false);
    expect(app.health.path('direct').isLeft).toBe(true);
  });

  it('shows its effect first', async () => {
    for (let call = 0; call < 20; call += 1) app.health.path('mcp').recordCall('standard', 5, 'down');
    const shown = await admin({ action: 'circuit_breaker_reset', dryRun: true });
    expect(Object.keys(shown.after)).toEqual(['bedrock', 'a']);
    expect(app.health.path('mcp').isLeft).toBe(true);
    await admin(shown.next[0]?.arguments ?? {});
    expect(app.health.path('mcp').isLeft).toBe(false);
  });
});

describe('a token of an agent, which raises a protection', () => {
  const identity: CallerIdentity = {
    transport: 'http',
    client: null,
    principal: 'a',
    scopes: ['security'],
    address: null,
  };
  const byToken = { ...caller, identity, confirmed: { how: 'token' } };
  const lockdown = (durationSeconds: number, who: Caller) =>
    securityResponse.run(
      app,
      securityResponse.input.parse({ action: 'lockdown', enable: true, reason: 'a leak', durationSeconds }),
      who,
    );

  it('does not put a shorter lockdown in the place of a person’s', async () => {
    await lockdown(86_400, caller);
    const error = await thrownBy(HybridRoutingError, () => lockdown(1, byToken));
    expect(error.code).toBe('confirmation_invalid');
    vi.advanceTimersByTime(60_000);
    expect(app.modes.current().lockdown).not.toBeNull();
    expect(await lockdown(86_400, byToken)).toMatchObject({ applied: true });
  });

  it('ends none that began after it was taken', async () => {
    await lockdown(600, caller);
    const lift = securityResponse.input.parse({ action: 'lockdown', enable: false });
    const error = await thrownBy(HybridRoutingError, () => securityResponse.run(app, lift, byToken));
    expect(error.code).toBe('confirmation_invalid');
    expect(app.modes.current().lockdown).not.toBeNull();
    const approved = { ...byToken, confirmed: { how: 'approval' } };
    await securityResponse.run(app, lift, approved);
    expect(app.modes.current().lockdown).toBeNull();
  });
});
