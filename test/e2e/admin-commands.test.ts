import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { routedActions } from '../../src/operations/registry.ts';
import { cleanEnv, mainPath, type RunningServer, startServer, until } from './harness/server.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'hybrid-admin-'));
const state = join(folder, 'state');
let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ args: ['--simulate'], env: { HYBRID_ROUTING_STORE_FOLDER: state } });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const failedSchema = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });

async function command(...args: string[]) {
  try {
    const { stdout, stderr } = await run(process.execPath, [mainPath, ...args], { env: cleanEnv });
    return { code: 0, stdout, stderr };
  } catch (thrown) {
    return failedSchema.parse(thrown);
  }
}
const admin = (...args: string[]) => command('admin', ...args, '--state-dir', state);
const json = ({ stdout }: { stdout: string }) => z.looseObject({}).parse(JSON.parse(stdout));
const overview = async () =>
  z
    .looseObject({ override: z.looseObject({ route: z.string() }).nullable(), notices: z.array(z.string()) })
    .parse((await server.call('health_check')).structured);

describe('admin commands', () => {
  it('are the routes, under the same words', async () => {
    const words = routedActions.map(({ route }) =>
      route.path.split('/').filter((word) => word !== '' && !word.startsWith('{')),
    );
    const groups = new Set(words.map(([, group = '']) => group));
    const { stdout } = await command('admin', '--help');
    for (const group of groups) expect(stdout).toMatch(new RegExp(`^  ${group}\\b`, 'm'));
    const help = await command('admin', 'security', 'block-ip', '--help');
    expect(help.stdout).toContain('--ip <value>');
    expect(help.stdout).toContain('--dry-run');
    expect(help.stdout).not.toContain('--enable');
  });

  it('change what a running server obeys, and take it back', async () => {
    expect(json(await admin('routing', 'force-mcp', '--reason', 'a test', '--duration-seconds', '60'))).toMatchObject({
      applied: true,
      scope: 'shared',
      override: { remainingSeconds: 60 },
    });
    await until('the server obeys', async () => (await overview()).override?.route === 'mcp');
    expect(json(await admin('routing', 'auto'))).toMatchObject({ applied: true });
    await until('the server obeys', async () => (await overview()).override === null);
  });

  it('lock down and lift, whatever the server’s client may do', async () => {
    expect(json(await admin('security', 'lockdown', '--reason', 'a leaked key'))).toMatchObject({ applied: true });
    await until('it is locked down', async () =>
      (await overview()).notices.some((line) => line.startsWith('lockdown')),
    );
    expect(json(await admin('security', 'lockdown', 'lift'))).toMatchObject({ applied: true });
    await until('it is lifted', async () => (await overview()).notices.length === 0);
  });

  it('reset the breakers of a running server', async () => {
    expect(json(await admin('circuit-breaker', 'reset'))).toMatchObject({ applied: true, scope: 'shared' });
    await until('the server has reset', () => true);
  });

  it('switch a feature flag of a running server, list the flags, and set it back', async () => {
    const flags = async () => {
      const { structured } = await server.call('health_check', { depth: 'detailed' });
      const { components } = z
        .looseObject({ components: z.record(z.string(), z.looseObject({ details: z.looseObject({}) })) })
        .parse(structured);
      return components['intelligent-router']?.details.flags;
    };
    const order = ['--enable', 'false', '--reason', 'a test', '--duration-seconds', '60'];
    expect(json(await admin('feature-flags', 'background_operations', ...order))).toMatchObject({
      applied: true,
      scope: 'shared',
    });
    await until('the server obeys', async () => (await flags()) !== undefined);
    expect(await flags()).toEqual({ background_operations: false });
    const background = { operation: 'background_task', prompt: 'x', background: true };
    expect(await server.route(background)).toMatchObject({ status: 'refused', error: { code: 'background_off' } });
    expect(json(await admin('feature-flags', 'list')).flags).toContainEqual(
      expect.objectContaining({ name: 'background_operations', value: false, source: 'operator', reason: 'a test' }),
    );
    expect(json(await admin('feature-flags', 'background_operations'))).toMatchObject({ applied: true });
    await until('the server obeys', async () => (await flags()) === undefined);
    expect(['running', 'answered']).toContain((await server.route(background)).status);
  });

  it('restart the components inside a running server', async () => {
    const { pid } = server;
    const order = json(await admin('services', 'restart', 'hybrid-routing'));
    expect(order).toMatchObject({ applied: true, scope: 'shared' });
    expect(JSON.stringify(order.effect)).toContain('aws ecs update-service');
    await until('the server has restarted them', () => server.stderr().includes('restarted by an operator'));
    expect(await server.route({ operation: 'emergency', prompt: 'x' })).toMatchObject({ status: 'answered' });
    expect(server.pid).toBe(pid);
  });

  it('show the effect alone with --dry-run', async () => {
    const shown = json(await admin('emergency', 'enable', '--reason', 'a test', '--dry-run'));
    expect(shown).toMatchObject({ applied: false, effect: { background_task: 'refused (emergency)' } });
    expect((await overview()).notices).toEqual([]);
  });

  it('give reports, and are in the access log themselves', async () => {
    const log = json(await admin('security', 'access-log', '--limit', '5'));
    expect(JSON.stringify(log.rows)).toContain('"transport":"cli"');
  });

  it.each([
    [['routing', 'config', '--thresholds', '{"fallbackAggressiveness":7}'], 'fallbackAggressiveness is 7'],
    [['routing', 'config', '--thresholds', '{'], 'thresholds'],
    [['security', 'block-ip', '--ip', '127.0.0.1'], 'loopback'],
    [['approve', 'P-0000-0000'], 'no plan has this id'],
    [['security', 'access-log', '--limit', 'many'], 'limit is "many"'],
  ])('refuse %j, and say what is wrong', async (args, message) => {
    const { code, stderr, stdout } = await admin(...args);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('say so where there is no state', async () => {
    const { code, stderr } = await command('admin', 'plans', '--state-dir', '/dev/null/state');
    expect(code).toBe(1);
    expect(stderr).toContain('hybrid-routing-mcp:');
  });
});
