import { beforeEach, describe, expect, it, vi } from 'vitest';
import { HybridRoutingError } from '../../src/config/errors.ts';
import { systemAdmin } from '../../src/operations/system-admin.ts';
import { adminText } from '../../tools/admin-text.ts';
import { type ScriptedApp, scriptedApp } from '../support-files/scripted-app.ts';
import { thrownBy } from '../support-files/thrown.ts';

let app: ScriptedApp;
beforeEach(() => {
  app = scriptedApp();
});

async function restart(input: Record<string, unknown>) {
  const parsed = systemAdmin.input.parse({ action: 'restart_service', ...input });
  const result = await systemAdmin.run(app.context, parsed, { cancelled: new AbortController().signal });
  expect(systemAdmin.output.strict().parse(result)).toEqual(result);
  return result;
}
function leaveBoth() {
  for (const name of ['direct', 'mcp'] as const) {
    for (let call = 0; call < 20; call += 1) app.health.path(name).recordCall('standard', 5, 'down');
  }
}
const done = () => {
  const { direct, mcp } = app.paths;
  const left = ['direct', 'mcp'] as const;
  return {
    restarts: [direct.restarts, mcp.restarts],
    resets: [direct.resets, mcp.resets],
    left: left.filter((name) => app.health.path(name).isLeft),
  };
};

describe('restart_service', () => {
  beforeEach(leaveBoth);

  it.each([
    ['direct-bedrock', { restarts: [1, 0], resets: [0, 0], left: ['direct', 'mcp'] }],
    ['mcp-router', { restarts: [0, 1], resets: [0, 0], left: ['direct', 'mcp'] }],
    ['intelligent-router', { restarts: [0, 0], resets: [1, 1], left: [] }],
    ['hybrid-routing', { restarts: [1, 1], resets: [1, 1], left: [] }],
  ])('of %s restarts that alone', async (service, expected) => {
    await restart({ service });
    expect(done()).toEqual(expected);
  });

  it('says whom it reaches, that no process is restarted, and what a person does for that', async () => {
    const result = await restart({ service: 'mcp-router' });
    expect(result).toMatchObject({ applied: true, scope: 'this_process', expiresAt: null });
    expect(adminText('restart_service', result)).toMatchInlineSnapshot(`
      "restart_service: in force (this process alone)
      mcp-router: {} -> {}
      mcp-router: new sessions and processes of upstreams; calls to a process are cut off, and fall back
      processes: none is restarted; for new tasks a person runs: aws ecs update-service --cluster CLUSTER --service SERVICE --force-new-deployment
      Next: health_check {"depth":"detailed"} - see whether it works"
    `);
    expect(app.audit.of('CONFIGURATION')).toMatchObject([{ setting: 'restart', service: 'mcp-router' }]);
  });

  it('of the router gives retries and hedges their budgets again', async () => {
    const reset = vi.spyOn(app.router, 'resetBudgets');
    await restart({ service: 'mcp-router' });
    expect(reset).not.toHaveBeenCalled();
    await restart({ service: 'intelligent-router' });
    expect(reset).toHaveBeenCalledTimes(1);
  });

  it('shows its effect first', async () => {
    const shown = await restart({ service: 'hybrid-routing', dryRun: true });
    expect(shown.applied).toBe(false);
    expect(done()).toEqual({ restarts: [0, 0], resets: [0, 0], left: ['direct', 'mcp'] });
    expect(app.audit.of('CONFIGURATION')).toEqual([]);
    expect(shown.next[0]?.arguments).toEqual({ action: 'restart_service', service: 'hybrid-routing' });
  });

  it('asks which', async () => {
    expect(await thrownBy(HybridRoutingError, () => restart({}))).toMatchObject({
      code: 'invalid_input',
      message: 'service: is missing',
    });
    expect(systemAdmin.input.safeParse({ action: 'restart_service', service: 'nginx' }).success).toBe(false);
  });
});
