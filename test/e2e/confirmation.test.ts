import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cleanEnv, mainPath, type RunningServer, type StartOptions, startServer } from './harness/server.ts';

const run = promisify(execFile);
const running: RunningServer[] = [];
afterAll(() => Promise.all(running.map((server) => server.close())));

async function started(options: StartOptions) {
  const server = await startServer({ args: ['--simulate'], ...options });
  running.push(server);
  return server;
}

/** The person at the command line, on the state of a server. */
async function admin({ state }: RunningServer, ...args: string[]) {
  const { stdout } = await run(process.execPath, [mainPath, 'admin', ...args, '--state-dir', state, '--simulate'], {
    env: cleanEnv,
  });
  return z.looseObject({}).parse(JSON.parse(stdout));
}

const planOf = (answer: { structured: unknown }) =>
  z
    .looseObject({
      applied: z.literal(false),
      confirmation: z.object({
        planId: z.string(),
        token: z.string(),
        expiresAt: z.string(),
        needsPerson: z.boolean(),
      }),
    })
    .parse(answer.structured).confirmation;

const lockdown = { action: 'lockdown', enable: true, reason: 'a leaked key' };
const lift = { action: 'lockdown', enable: false };
const force = { route: 'mcp', reason: 'a test' };
const refused = async (server: RunningServer) =>
  (await server.route({ operation: 'emergency', prompt: 'x', dryRun: true })).status === 'refused';

describe.each(['legacy', 'auto'] as const)('a client that can ask its user, %s', (mode) => {
  it('makes the change when the user says yes', async () => {
    const server = await started({ mode });
    expect((await server.call('security_response', lockdown)).structured).toMatchObject({ applied: true });
    expect(await refused(server)).toBe(true);
    expect((await server.call('security_response', lift)).structured).toMatchObject({ applied: true });
    expect(await refused(server)).toBe(false);
  });

  it('changes nothing when the user says no', async () => {
    const server = await started({ mode, confirms: 'decline' });
    const answer = await server.call('security_response', lockdown);
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain('confirmation_declined');
    expect(await refused(server)).toBe(false);
  });
});

describe('a client that cannot ask', () => {
  it('gets a plan, and makes the change with its token, once', async () => {
    const server = await started({ confirms: 'cannot' });
    const asked = await server.call('force_fallback', force);
    const { token, needsPerson } = planOf(asked);
    expect(needsPerson).toBe(false);
    expect(asked.text).toContain('confirmation_required: nothing was changed.');
    const changed = await server.call('force_fallback', { ...force, reason: 'another', confirm: token });
    expect(changed.text).toContain('confirmation_invalid');
    expect((await server.call('force_fallback', { ...force, confirm: token })).structured).toMatchObject({
      applied: true,
      override: { route: 'mcp' },
    });
    expect((await server.call('force_fallback', { ...force, confirm: token })).text).toContain('confirmation_invalid');
  });

  it('raises a protection by token, and lowers it only when a person has approved', async () => {
    const server = await started({ confirms: 'cannot' });
    const { token } = planOf(await server.call('security_response', lockdown));
    await server.call('security_response', { ...lockdown, confirm: token });
    expect(await refused(server)).toBe(true);

    const asked = await server.call('security_response', lift);
    const plan = planOf(asked);
    expect(plan.needsPerson).toBe(true);
    expect(asked.text).toContain(`hybrid-routing-mcp admin approve ${plan.planId}`);
    const early = await server.call('security_response', { ...lift, confirm: plan.token });
    expect(early.text).toContain('approval_pending');
    expect(await refused(server)).toBe(true);

    expect(await admin(server, 'plans')).toMatchObject({ plans: [{ id: plan.planId, status: 'open' }] });
    expect(await admin(server, 'approve', plan.planId)).toMatchObject({ plans: [{ status: 'approved' }] });
    const done = await server.call('security_response', { ...lift, confirm: plan.token });
    expect(done.structured).toMatchObject({ applied: true });
    expect(await refused(server)).toBe(false);
    const log = await server.call('compliance_report', { report: 'access_log', limit: 3 });
    expect(log.isError).toBe(false);
  });

  it('cannot make a lockdown end sooner by putting a shorter one in its place', async () => {
    const server = await started({ confirms: 'cannot' });
    const long = planOf(await server.call('security_response', { ...lockdown, durationSeconds: 3_600 }));
    await server.call('security_response', { ...lockdown, durationSeconds: 3_600, confirm: long.token });
    const short = planOf(await server.call('security_response', { ...lockdown, durationSeconds: 1 }));
    expect(short.needsPerson).toBe(true);
  });

  it('is refused where the person says no', async () => {
    const server = await started({ confirms: 'cannot' });
    const erase = { action: 'erase_subject', subject: 'someone@example.com' };
    const asked = await server.call('security_response', erase);
    const { planId, token } = planOf(asked);
    // What is stored and shown to others names nobody.
    expect(JSON.stringify(await admin(server, 'plans'))).not.toContain('someone');
    await admin(server, 'reject', planId);
    expect((await server.call('security_response', { ...erase, confirm: token })).text).toContain('plan_rejected');
  });
});

describe('a client on stdio, as the server is started', () => {
  it('reads and routes, and changes nothing', async () => {
    const server = await started({ allow: null });
    for (const [tool, args] of [
      ['force_fallback', force],
      ['force_fallback', { ...force, dryRun: true }],
      ['security_response', lockdown],
      ['system_admin', { action: 'circuit_breaker_reset' }],
    ] as const) {
      const answer = await server.call(tool, args);
      expect(answer.isError).toBe(true);
      expect(answer.text).toContain('insufficient_scope');
      expect(answer.text).toContain('--allow');
    }
    expect((await server.call('compliance_report', { report: 'security_posture' })).isError).toBe(false);
    expect((await server.route({ operation: 'emergency', prompt: 'x' })).status).toBe('answered');
  });

  it('may do what it is allowed, and no more', async () => {
    const server = await started({ allow: 'operate' });
    expect((await server.call('force_fallback', force)).structured).toMatchObject({ applied: true });
    expect((await server.call('security_response', lockdown)).text).toContain('insufficient_scope');
  });
});
