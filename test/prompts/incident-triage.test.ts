import { countTokens } from 'gpt-tokenizer';
import { expect, it } from 'vitest';
import { connectedClient } from '../support-files/connected-client.ts';
import { scriptedApp } from '../support-files/scripted-app.ts';
import { broken } from '../support-files/scripted-path.ts';

async function triage(app = scriptedApp(), args: Record<string, string> = {}): Promise<string> {
  const client = await connectedClient(app.context);
  const { messages } = await client.getPrompt({ name: 'incident_triage', arguments: args });
  return messages.map(({ content }) => (content.type === 'text' ? content.text : '')).join('');
}

it('is listed with its argument', async () => {
  const client = await connectedClient(scriptedApp().context);
  expect((await client.listPrompts()).prompts).toMatchSnapshot();
});

it('tells what the server knows now', async () => {
  const app = scriptedApp({ simulate: true });
  app.paths.direct.standing = broken('no access');
  app.overrides.replace({ route: 'mcp', reason: 'r', setAt: 0, expiresAt: Date.UTC(2099, 0, 1) });
  const text = await triage(app, { symptom: 'slow answers' });
  expect(text).toMatchSnapshot();
  expect(countTokens(text)).toBeLessThan(1_000);
});

it('does without a symptom', async () => {
  expect(await triage()).not.toContain('Reported symptom');
});
