import { countTokens } from 'gpt-tokenizer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectedClient } from '../support-files/connected-client.ts';
import { PROMPT } from '../support-files/requests.ts';
import { type ScriptedApp, scriptedApp } from '../support-files/scripted-app.ts';
import { answers, fails, fault, ignoresItsSignal } from '../support-files/scripted-path.ts';

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => vi.useRealTimers());

/** The text of an answer, and whether it is an error; no text may cost an agent more than 500 tokens. */
async function asked(app: ScriptedApp, name: string, args: Record<string, unknown> = {}) {
  const client = await connectedClient(app.context);
  const calling = client.callTool({ name, arguments: args }, { timeout: 600_000 });
  await vi.runAllTimersAsync();
  const { content, isError = false, structuredContent } = await calling;
  expect(content).toHaveLength(1);
  const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  expect(countTokens(text)).toBeLessThan(500);
  return { text, isError, structuredContent };
}

const off = (finding: string) => ({ configured: false, findings: [finding], details: {} });
const emergency = { operation: 'emergency', prompt: PROMPT };
const long = 'connect ECONNREFUSED 127.0.0.1:443 while the service answered nothing at all; '.repeat(20);

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
    const error = { errorClass: 'configuration', message: 'AccessDeniedException' } as const;
    app.health.record('direct', { durationMs: 1, error });
    expect(await checked(app)).toMatchSnapshot();
    expect(await checked(app, { depth: 'detailed', onlyUnhealthy: true })).toMatchSnapshot();
    expect(await checked(app, { depth: 'component', component: 'direct-bedrock' })).toMatchSnapshot();
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
      path.standing = { configured: true, findings: [long, long], details: {} };
      app.health.record(path.name, { durationMs: 1, error: { errorClass: 'configuration', message: long } });
    }
    expect(await checked(app, { depth: 'detailed' })).toContain('Status: unhealthy');
  });

  it('names the components where one is missing', async () => {
    expect(await checked(scriptedApp(), { depth: 'component' })).toMatchSnapshot();
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

it.each(['cache_optimize', 'compliance_report'])('%s claims nothing that nobody measured', async (name) => {
  const { text, isError } = await asked(scriptedApp({ simulate: true }), name);
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
