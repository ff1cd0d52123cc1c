import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { HybridRoutingError } from '../../src/config/errors.ts';
import { forceFallback } from '../../src/operations/force-fallback.ts';
import { patient, type ScriptedApp, scriptedApp } from '../support-files/scripted-app.ts';
import { thrownBy } from '../support-files/thrown.ts';

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => vi.useRealTimers());

const forced = ({ context }: ScriptedApp, input: z.input<typeof forceFallback.input>) =>
  forceFallback.run(context, forceFallback.input.parse(input), patient());

describe('force_fallback', () => {
  it('puts an override in force for the time that it is told', async () => {
    const app = scriptedApp();
    const forcing = await forced(app, { route: 'mcp', reason: 'test', durationSeconds: 60 });
    expect(forcing).toMatchObject({ applied: true, previous: null, override: { route: 'mcp', remainingSeconds: 60 } });
    expect(forcing.effect).toMatchObject({ emergency: 'mcp, then direct' });
    vi.advanceTimersByTime(59_999);
    expect(app.overrides.current()).not.toBeNull();
    vi.advanceTimersByTime(1);
    expect(app.overrides.current()).toBeNull();
  });

  it('holds for an hour unless told, or as configured', async () => {
    const hour = await forced(scriptedApp(), { route: 'mcp', reason: 'test' });
    expect(hour.override?.expiresAt).toBe('2026-01-01T01:00:00.000Z');
    const short = await forced(scriptedApp({ 'routing.overrideSeconds': 5 }), { route: 'mcp', reason: 'test' });
    expect(short.override?.remainingSeconds).toBe(5);
  });

  it('wants a reason for a path, and none for going back', async () => {
    const app = scriptedApp();
    const error = await thrownBy(HybridRoutingError, () => forced(app, { route: 'direct' }));
    expect(error).toMatchObject({ code: 'invalid_input', message: 'reason: is missing' });
    expect(app.overrides.current()).toBeNull();
    expect(await forced(app, { route: 'auto' })).toMatchObject({ override: null, undo: null });
  });

  it('can be undone by the call that it names, there and back', async () => {
    const app = scriptedApp();
    const { undo } = await forced(app, { route: 'mcp', reason: 'test', durationSeconds: 60 });
    expect(undo).toMatchObject({ tool: 'force_fallback', arguments: { route: 'auto' } });
    vi.advanceTimersByTime(10_000);
    const back = await forced(app, forceFallback.input.parse(undo?.arguments));
    expect(app.overrides.current()).toBeNull();
    expect(back.previous).toMatchObject({ route: 'mcp', remainingSeconds: 50 });
    await forced(app, forceFallback.input.parse(back.undo?.arguments));
    expect(app.overrides.current()).toMatchObject({ route: 'mcp', reason: 'test' });
  });

  it('changes nothing in a dry run, and says what it would do', async () => {
    const app = scriptedApp();
    const plan = await forced(app, { route: 'mcp', reason: 'test', dryRun: true });
    expect(plan).toMatchObject({ applied: false, undo: null, override: { route: 'mcp' } });
    expect(plan.effect).toMatchObject({ emergency: 'mcp, then direct' });
    expect(app.overrides.current()).toBeNull();
    expect(app.log.lines()).toEqual([]);
  });

  it("logs the change, and nothing of the operator's words", async () => {
    const app = scriptedApp();
    await forced(app, { route: 'mcp', reason: 'hunter2' });
    expect(app.log.lines()).toEqual([expect.objectContaining({ level: 'warn', route: 'mcp', seconds: 3_600 })]);
    expect(app.log.text()).not.toContain('hunter2');
  });

  it.each([
    { route: 'nowhere' },
    { route: 'mcp', reason: '  a ' },
    { route: 'mcp', reason: 'x'.repeat(501) },
    { route: 'mcp', reason: 'test', durationSeconds: 0 },
    { route: 'mcp', reason: 'test', durationSeconds: 86_401 },
  ])('refuses %j', (input) => {
    expect(forceFallback.input.safeParse(input).success).toBe(false);
  });
});
