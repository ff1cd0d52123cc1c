import { describe, expect, it } from 'vitest';
import { componentNames } from '../../src/health/components.ts';
import { readChapters } from '../../src/runbook/chapters.ts';
import { connectedClient } from '../support-files/connected-client.ts';
import { scriptedApp } from '../support-files/scripted-app.ts';
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
    expect(uris.sort()).toEqual([...health, 'metrics://live', 'runbook://index', ...sections].sort());
  });

  it('metrics://live is JSON', async () => {
    expect(JSON.parse(await textOf('metrics://live'))).toMatchObject({ scope: 'this_process' });
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
