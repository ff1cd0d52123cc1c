import { describe, expect, it } from 'vitest';
import { operationTypes } from '../../src/config/operation-types.ts';
import { componentNames } from '../../src/health/components.ts';
import { readChapters } from '../../src/runbook/chapters.ts';
import { connectedClient } from '../support-files/connected-client.ts';
import { scriptedApp } from '../support-files/scripted-app.ts';
import { broken } from '../support-files/scripted-path.ts';
import { thrownBy } from '../support-files/thrown.ts';

const client = await connectedClient(scriptedApp().context);

async function textOf(uri: string): Promise<string> {
  const { contents } = await client.readResource({ uri });
  return contents.map((content) => ('text' in content ? content.text : '')).join('');
}

describe('resources', () => {
  it('are listed, every chapter of the runbook among them', async () => {
    const uris = (await client.listResources()).resources.map(({ uri }) => uri);
    const sections = readChapters().map(({ slug }) => `runbook://section/${slug}`);
    const health = ['health://overview', ...componentNames.map((name) => `health://component/${name}`)];
    const policies = operationTypes.map((type) => `routing://policy/${type}`);
    const rest = ['health://topology', 'metrics://live', 'metrics://slo', 'alerts://active', 'config://routing'];
    const all = [...health, ...rest, 'routing://policy', ...policies, 'runbook://index', ...sections];
    expect(uris.sort()).toEqual(all.sort());
  });

  it('metrics://live is JSON', async () => {
    expect(JSON.parse(await textOf('metrics://live'))).toMatchObject({ scope: 'this_process' });
  });

  it.each(['metrics://slo', 'alerts://active', 'health://topology', 'config://routing', 'routing://policy'])(
    '%s is JSON',
    async (uri) => {
      expect(JSON.parse(await textOf(uri))).toEqual(expect.any(Object));
    },
  );

  it('tells how an operation type is routed, and knows no other type', async () => {
    const emergency = { class: 'emergency', route: 'direct', targetMs: 5_000, slaMs: 10_000 };
    expect(JSON.parse(await textOf('routing://policy/emergency'))).toMatchObject(emergency);
    expect((await thrownBy(Error, () => textOf('routing://policy/none'))).message).toMatch(/not found/i);
  });

  it('alerts of both paths that cannot answer are P0 first, with the call to make next', async () => {
    const app = scriptedApp();
    app.paths.direct.standing = broken('no access');
    app.paths.mcp.standing = broken('no access');
    const other = await connectedClient(app.context);
    const { contents } = await other.readResource({ uri: 'alerts://active' });
    const [content] = contents;
    expect(JSON.parse(content && 'text' in content ? content.text : '')).toMatchObject({
      alerts: [
        { name: 'System Health', severity: 'P0', next: { tool: 'health_check' } },
        { name: 'direct-bedrock', severity: 'P1' },
        { name: 'mcp-router', severity: 'P1' },
      ],
    });
  });

  it('routing://policy is the seven operation types, and one each', async () => {
    const policy = JSON.parse(await textOf('routing://policy'));
    expect(policy.operations.map(({ operation }: { operation: string }) => operation)).toEqual([...operationTypes]);
    const emergency = JSON.parse(await textOf('routing://policy/emergency'));
    expect(emergency).toMatchObject({ class: 'emergency', route: 'direct', targetMs: 5_000, slaMs: 10_000 });
    expect((await thrownBy(Error, () => textOf('routing://policy/none'))).message).toMatch(/not found/i);
  });

  it('metrics://slo is target and SLA of each class, and null where nothing was measured', async () => {
    const { classes } = JSON.parse(await textOf('metrics://slo'));
    expect(classes).toMatchObject([
      { class: 'emergency', targetMs: 5_000, slaMs: 10_000, p95Ms: null, withinSla: null },
      { class: 'critical', targetMs: 10_000, slaMs: 15_000 },
      { class: 'standard', targetMs: 30_000, slaMs: 60_000 },
    ]);
  });

  it('config://routing is what is in force, and how it is changed', async () => {
    expect(JSON.parse(await textOf('config://routing'))).toMatchObject({
      thresholds: { fallbackAggressiveness: 0.7 },
      leavesAPathAt: { badCallsOfLast20: 6 },
      flags: expect.arrayContaining([expect.objectContaining({ name: 'hedging' })]),
      change: { tool: 'system_admin' },
    });
  });

  it('health://topology and alerts://active are JSON', async () => {
    const { components } = JSON.parse(await textOf('health://topology'));
    expect(Object.keys(components).sort()).toEqual([...componentNames].sort());
    expect(JSON.parse(await textOf('alerts://active'))).toMatchObject({ alerts: [] });
  });

  it('operation types can be completed', async () => {
    const ref = { type: 'ref/resource', uri: 'routing://policy/{operation}' } as const;
    const { completion } = await client.complete({ ref, argument: { name: 'operation', value: 'meta' } });
    expect(completion.values).toEqual(['meta_monitor']);
  });

  it('health://overview and each health://component are JSON', async () => {
    expect(JSON.parse(await textOf('health://overview'))).toMatchObject({ status: 'healthy', components: {} });
    for (const name of componentNames) {
      const only = expect.objectContaining({ components: { [name]: expect.anything() } });
      expect(JSON.parse(await textOf(`health://component/${name}`))).toEqual(only);
    }
  });

  it('the index leads to every chapter, and each can be read', async () => {
    const index = await textOf('runbook://index');
    for (const { slug, text } of readChapters()) {
      expect(index).toContain(`(runbook://section/${slug})`);
      expect(await textOf(`runbook://section/${slug}`)).toBe(text);
    }
  });

  it.each(['none', '..%2F..%2Fpackage', '__proto__'])('there is no chapter "%s"', async (slug) => {
    expect((await thrownBy(Error, () => textOf(`runbook://section/${slug}`))).message).toMatch(/not found/i);
  });

  it('slugs can be completed', async () => {
    const ref = { type: 'ref/resource', uri: 'runbook://section/{slug}' } as const;
    const { completion } = await client.complete({ ref, argument: { name: 'slug', value: 'over' } });
    expect(completion.values).toEqual(['overview']);
  });
});
