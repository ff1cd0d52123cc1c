import { countTokens } from 'gpt-tokenizer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectedClient } from '../support-files/connected-client.ts';
import { PROMPT } from '../support-files/requests.ts';
import { type ScriptedApp, scriptedApp } from '../support-files/scripted-app.ts';
import { answers, broken, fails, fault, ignoresItsSignal, standing } from '../support-files/scripted-path.ts';

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => vi.useRealTimers());

/** The text of an answer, and whether it is an error; no text but a report may cost an agent more than 500 tokens. */
async function asked(app: ScriptedApp, name: string, args: Record<string, unknown> = {}, mostTokens = 500) {
  const client = await connectedClient(app.context);
  const calling = client.callTool({ name, arguments: args }, { timeout: 600_000 });
  await vi.runAllTimersAsync();
  const { content, isError = false, structuredContent } = await calling;
  expect(content).toHaveLength(1);
  const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  expect(countTokens(text)).toBeLessThan(mostTokens);
  return { text, isError, structuredContent };
}

const off = (finding: string) => standing({ configured: false, findings: [finding] });
const emergency = { operation: 'emergency', prompt: PROMPT };
const long = 'connect ECONNREFUSED 127.0.0.1:443 while the service answered nothing at all; '.repeat(20);

/** A mode of the whole router, for an hour from now. */
const modeFor = (reason: string) => ({ reason, since: Date.now(), expiresAt: Date.now() + 3_600_000, path: null });

describe('route_operation', () => {
  const routed = (app: ScriptedApp, args: Record<string, unknown> = emergency) => asked(app, 'route_operation', args);

  it('answers', async () => {
    const app = scriptedApp();
    app.paths.direct.script = answers(1_240);
    expect((await routed(app)).text).toMatchSnapshot();
  });

  it('says that it fell back, and why', async () => {
    const app = scriptedApp();
    app.paths.direct.script = fails(fault('direct', 'throttled', 'ThrottlingException'), 20);
    expect((await routed(app)).text).toMatchSnapshot();
  });

  it('shows the banner of a mode, and refuses what it keeps out', async () => {
    const app = scriptedApp();
    app.modes.replace('emergency', modeFor('region outage'));
    expect((await routed(app)).text).toMatchSnapshot();
    const { text, isError, structuredContent } = await routed(app, { operation: 'background_task', prompt: PROMPT });
    expect(isError).toBe(true);
    expect(text).toMatchSnapshot();
    expect(structuredContent).toMatchObject({ status: 'refused', error: { retryAfterSeconds: 3_600 } });
    expect(app.paths.mcp.calls).toHaveLength(0);
  });

  it('says that the answer is cut, and that it is simulated', async () => {
    const app = scriptedApp({ simulate: true });
    app.paths.mcp.standing = off('None.');
    app.paths.direct.script = answers(45_000, { stopReason: 'max_tokens' });
    const { text } = await routed(app, { operation: 'standard_analysis', prompt: PROMPT, deadlineMs: 600_000 });
    expect(text).toMatchSnapshot();
  });

  it('only decides in a dry run', async () => {
    expect((await routed(scriptedApp(), { ...emergency, dryRun: true })).text).toMatchSnapshot();
  });

  it('fails with both causes and what to do', async () => {
    const app = scriptedApp();
    app.paths.direct.script = fails(fault('direct', 'configuration', 'AccessDeniedException'), 20);
    app.paths.mcp.script = ignoresItsSignal();
    const { text, isError, structuredContent } = await routed(app);
    expect(isError).toBe(true);
    expect(text).toMatchSnapshot();
    expect(structuredContent).toMatchObject({ status: 'failed', attempts: [{ path: 'direct' }, { path: 'mcp' }] });
  });

  it('stays short where causes are long', async () => {
    const app = scriptedApp();
    app.paths.direct.script = fails(fault('direct', 'network', long));
    app.paths.mcp.script = fails(fault('mcp', 'network', long));
    expect((await routed(app)).text).toContain('No path could answer');
    app.paths.mcp.script = answers();
    expect((await routed(app)).text).toContain('Fell back from');
  });

  it("gives the caller's own fault back, without asking the other path", async () => {
    const app = scriptedApp();
    app.paths.direct.script = fails(fault('direct', 'caller', 'guardrail_intervened'));
    const { text, isError } = await routed(app);
    expect(isError).toBe(true);
    expect(text).toMatchSnapshot();
    expect(app.paths.mcp.calls).toHaveLength(0);
  });

  it('names what is missing where no path is configured', async () => {
    const app = scriptedApp();
    app.paths.direct.standing = off('No AWS credentials: sign in.');
    app.paths.mcp.standing = off('No upstream MCP server is configured: set mcp.upstreams.');
    expect((await routed(app)).text).toMatchSnapshot();
  });

  it.each([
    ['no prompt', { operation: 'emergency' }],
    ['an unknown operation', { operation: 'urgent', prompt: PROMPT }],
    ['an unknown field', { ...emergency, priority: 'high' }],
    ['nothing', {}],
    ['many wrong fields', { operation: 1, prompt: '', deadlineMs: 0, dryRun: 'yes' }],
  ])('refuses %s, and names the remedy', async (_, args) => {
    const { text, isError } = await routed(scriptedApp(), args);
    expect(isError).toBe(true);
    expect(text).toMatchSnapshot();
  });
});

describe('health_check', () => {
  const checked = async (app: ScriptedApp, args: Record<string, unknown> = {}) =>
    (await asked(app, 'health_check', args)).text;

  it('is one line where all is well', async () => {
    expect(await checked(scriptedApp())).toMatchInlineSnapshot(`"Status: healthy"`);
  });

  it('names a sick path and the next call', async () => {
    const app = scriptedApp();
    app.paths.direct.standing = broken('AccessDeniedException');
    expect(await checked(app)).toMatchSnapshot();
    expect(await checked(app, { depth: 'detailed', onlyUnhealthy: true })).toMatchSnapshot();
    expect(await checked(app, { depth: 'component', component: 'direct-bedrock' })).toMatchSnapshot();
  });

  it('names a path that was left for its failed and slow calls', async () => {
    const app = scriptedApp();
    const direct = app.health.path('direct');
    for (let call = 0; call < 5; call += 1) direct.recordCall('emergency', 1, 'AccessDeniedException');
    expect(await checked(app)).not.toContain('unhealthy');
    direct.recordCall('emergency', 8_001, null);
    expect(await checked(app)).toMatchSnapshot();
  });

  it('shows components and KPIs', async () => {
    const app = scriptedApp();
    await asked(app, 'route_operation', emergency);
    expect(await checked(app, { depth: 'detailed' })).toMatchSnapshot();
  });

  it('shows the override in force, and how to end it', async () => {
    const app = scriptedApp({ simulate: true });
    app.overrides.replace({ route: 'mcp', reason: 'r', setAt: Date.now(), expiresAt: Date.now() + 60_000 });
    expect(await checked(app)).toMatchSnapshot();
  });

  it('stays short where everything is wrong at length', async () => {
    const app = scriptedApp();
    for (const path of [app.paths.direct, app.paths.mcp]) {
      path.standing = { ...broken(long), findings: [long, long] };
      app.health.path(path.name).recordCall('emergency', 1, long);
    }
    expect(await checked(app, { depth: 'detailed' })).toContain('Status: unhealthy');
  });

  it('names the components where one is missing', async () => {
    expect(await checked(scriptedApp(), { depth: 'component' })).toMatchSnapshot();
  });
});

describe('health_check depth probe', () => {
  const probed = (app: ScriptedApp, args: Record<string, unknown> = {}) =>
    asked(app, 'health_check', { depth: 'probe', ...args });

  it.each([
    ['emergency', 'direct', 1_240],
    ['critical', 'direct', 10_500],
    ['mcp', 'mcp', 40],
  ] as const)('makes one real call: %s by %s in %d ms', async (probe, path, ms) => {
    const app = scriptedApp();
    app.paths[path].script = answers(ms);
    const { text, structuredContent } = await probed(app, { probe });
    expect(text).toMatchSnapshot();
    expect(structuredContent).toMatchObject({ probe: { kind: probe, path, status: 'answered', latencyMs: ms } });
    expect(app.paths.direct.calls.length + app.paths.mcp.calls.length).toBe(1);
    expect(app.metrics.summary().operations).toBe(0);
  });

  it('tells what failed, and what a person has to look at', async () => {
    const app = scriptedApp();
    app.paths.direct.script = fails(fault('direct', 'protocol', 'malformed_json'), 20);
    app.paths.mcp.script = fails(fault('mcp', 'upstream', 'is_error'), 20);
    const { text, isError } = await probed(app);
    // What was probed is sick; the check itself did its work.
    expect(isError).toBe(false);
    expect(text).toMatchSnapshot();
  });

  it('stays short where causes are long', async () => {
    const app = scriptedApp();
    for (const path of [app.paths.direct, app.paths.mcp]) {
      path.standing = { ...broken(long), findings: [long, long] };
      path.script = fails(fault(path.name, 'protocol', long));
    }
    expect((await probed(app)).text).toContain('no_answer');
  });

  it('says that it is simulated where the answer was', async () => {
    const app = scriptedApp();
    app.paths.direct.script = answers(0, { simulated: true });
    expect((await probed(app)).text).toContain('SIMULATED: no real service was called.');
  });
});

describe('health_check depth stability', () => {
  const watched = async (app: ScriptedApp, args: Record<string, unknown> = {}) =>
    (await asked(app, 'health_check', { depth: 'stability', ...args })).text;

  /** Samples of an app in which direct breaks and is mended again so many times, a minute each. */
  function flapping(times: number): ScriptedApp {
    const app = scriptedApp();
    app.history.start();
    for (let time = 0; time < times; time += 1) {
      app.paths.direct.standing = broken(long);
      vi.advanceTimersByTime(30_000);
      app.paths.direct.standing = standing();
      vi.advanceTimersByTime(30_000);
    }
    app.history.stop();
    return app;
  }

  it('claims no more than its samples show', async () => {
    expect(await watched(scriptedApp())).toMatchSnapshot();
  });

  it('is stable where nothing changed', async () => {
    const app = scriptedApp();
    app.history.start();
    vi.advanceTimersByTime(15 * 60_000);
    app.history.stop();
    expect(await watched(app)).toMatchSnapshot();
  });

  it('names each change', async () => {
    expect(await watched(flapping(1), { minutes: 5 })).toMatchSnapshot();
  });

  it('shows the last ten changes of many', async () => {
    const text = await watched(flapping(20), { minutes: 30 });
    expect(text).toContain('Last 30 minutes: unstable; 41 samples');
    expect(text.match(/ -> /g)).toHaveLength(10);
    expect(text).toContain(`${new Date().toISOString()} direct-bedrock: unhealthy -> unknown`);
  });
});

describe('health_check depth report', () => {
  it('gives the daily report under the name of its file', async () => {
    const app = scriptedApp({ simulate: true });
    app.paths.direct.standing = broken('AccessDeniedException');
    app.modes.replace('maintenance', modeFor('new disk'));
    const { text, structuredContent } = await asked(app, 'health_check', { depth: 'report' }, 1_000);
    expect(text).toMatchSnapshot();
    expect(structuredContent).toMatchObject({ file: 'daily-health-20260101.md' });
  });
});

describe('system_admin', () => {
  const administered = (app: ScriptedApp, args: Record<string, unknown>) => asked(app, 'system_admin', args);

  it('puts a mode in force, with its effect and its undo', async () => {
    const app = scriptedApp({ simulate: true });
    const order = { action: 'emergency', enable: true, reason: 'region outage', durationSeconds: 600 };
    expect((await administered(app, { ...order, dryRun: true })).text).toMatchSnapshot();
    expect(app.modes.current().emergency).toBeNull();
    expect((await administered(app, order)).text).toMatchSnapshot();
    expect(app.modes.current().emergency).toMatchObject({ reason: 'region outage' });
    expect((await administered(app, { action: 'emergency', enable: false })).text).toMatchSnapshot();
    expect(app.modes.current().emergency).toBeNull();
  });

  it('drains a path', async () => {
    const app = scriptedApp();
    const order = { action: 'maintenance', enable: true, reason: 'new disk', path: 'mcp' };
    expect((await administered(app, order)).text).toMatchSnapshot();
    expect(app.modes.current().maintenance).toMatchObject({ path: 'mcp' });
  });

  it('changes thresholds, and takes the change back', async () => {
    const app = scriptedApp();
    const before = app.settings.current;
    const thresholds = { mcpLatencyThreshold: 20_000, fallbackAggressiveness: 0.5 };
    expect((await administered(app, { action: 'routing_config', thresholds })).text).toMatchSnapshot();
    expect(app.settings.current).toEqual({ ...before, ...thresholds });
    expect((await administered(app, { action: 'routing_config', rollbackId: 'routing-1' })).text).toMatchSnapshot();
    expect(app.settings.current).toEqual(before);
  });

  it('closes the breakers of a path', async () => {
    const app = scriptedApp();
    app.paths.direct.standing = broken('AccessDeniedException');
    const order = { action: 'circuit_breaker_reset', path: 'direct' };
    expect((await administered(app, { ...order, dryRun: true })).text).toMatchSnapshot();
    expect(app.paths.direct.resets).toBe(0);
    expect((await administered(app, order)).text).toMatchSnapshot();
    expect([app.paths.direct.resets, app.paths.mcp.resets]).toEqual([1, 0]);
  });

  it('stays short where reasons are long', async () => {
    const app = scriptedApp();
    const order = { action: 'maintenance', enable: true, reason: long.slice(0, 500).trim() };
    await administered(app, order);
    expect((await administered(app, order)).text).toContain('in force');
  });

  it.each([
    ['no action', {}],
    ['no enable', { action: 'emergency' }],
    ['no reason', { action: 'maintenance', enable: true }],
    ['an argument of another action', { action: 'circuit_breaker_reset', reason: 'why not' }],
    ['a threshold out of range', { action: 'routing_config', thresholds: { mcpLatencyThreshold: 1 } }],
    ['a rollbackId that is not known', { action: 'routing_config', rollbackId: 'routing-9' }],
  ])('refuses %s, and names the remedy', async (_, args) => {
    const { text, isError } = await administered(scriptedApp(), args);
    expect(isError).toBe(true);
    expect(text).toMatchSnapshot();
  });
});

describe('security_response', () => {
  const responded = (app: ScriptedApp, args: Record<string, unknown>) => asked(app, 'security_response', args);
  const lockdown = { action: 'lockdown', enable: true, reason: 'leaked key' };

  it('shows the effect in a dry run, and changes nothing', async () => {
    const app = scriptedApp();
    expect((await responded(app, { ...lockdown, dryRun: true })).text).toMatchSnapshot();
    expect(app.modes.current().lockdown).toBeNull();
  });

  it('locks down, and lifts it', async () => {
    const app = scriptedApp();
    expect((await responded(app, lockdown)).text).toMatchSnapshot();
    expect((await asked(app, 'health_check')).text).toMatchSnapshot();
    const refused = await asked(app, 'route_operation', emergency);
    expect(refused.isError).toBe(true);
    expect(refused.text).toMatchSnapshot();
    const write = await asked(app, 'system_admin', { action: 'circuit_breaker_reset' });
    expect(write.isError).toBe(true);
    expect(write.text).toMatchSnapshot();
    expect((await responded(app, { action: 'lockdown', enable: false })).text).toMatchSnapshot();
    expect((await asked(app, 'route_operation', emergency)).isError).toBe(false);
  });

  it('wants a reason', async () => {
    const { text, isError } = await responded(scriptedApp(), { action: 'lockdown', enable: true });
    expect(isError).toBe(true);
    expect(text).toMatchSnapshot();
  });
});

describe('force_fallback', () => {
  const forced = (app: ScriptedApp, args: Record<string, unknown>) => asked(app, 'force_fallback', args);
  const toMcp = { route: 'mcp', reason: 'Bedrock is down', durationSeconds: 600 };

  it('shows the effect in a dry run, and changes nothing', async () => {
    const app = scriptedApp();
    expect((await forced(app, { ...toMcp, dryRun: true })).text).toMatchSnapshot();
    expect(app.overrides.current()).toBeNull();
  });

  it('puts an override in force, and lifts it', async () => {
    const app = scriptedApp();
    expect((await forced(app, toMcp)).text).toMatchSnapshot();
    expect(app.overrides.current()).toMatchObject({ route: 'mcp' });
    expect((await forced(app, { route: 'auto' })).text).toMatchSnapshot();
    expect(app.overrides.current()).toBeNull();
  });

  it('wants a reason', async () => {
    const { text, isError } = await forced(scriptedApp(), { route: 'mcp' });
    expect(isError).toBe(true);
    expect(text).toMatchSnapshot();
  });
});

it('cache_optimize claims nothing that nobody measured', async () => {
  const { text, isError } = await asked(scriptedApp({ simulate: true }), 'cache_optimize');
  expect(isError).toBe(false);
  expect(text).toMatchSnapshot();
});

it('a defect is an error with its words and no stack, and is logged', async () => {
  const app = scriptedApp();
  vi.spyOn(app.health, 'overall').mockImplementation(() => {
    throw new TypeError('x is undefined');
  });
  const { text, isError } = await asked(app, 'health_check');
  expect({ text, isError }).toEqual({
    isError: true,
    text: 'internal: health_check failed: x is undefined. Call health_check.',
  });
  expect(app.log.lines()).toEqual([expect.objectContaining({ level: 'error', event: 'ERROR', tool: 'health_check' })]);
});
