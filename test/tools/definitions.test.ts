import { countTokens } from 'gpt-tokenizer';
import { describe, expect, it } from 'vitest';
import { tools } from '../../tools/index.ts';
import { connectedClient } from '../support-files/connected-client.ts';
import { scriptedApp } from '../support-files/scripted-app.ts';

const client = await connectedClient(scriptedApp().context);
const listed = (await client.listTools()).tools;

describe('the tool list, as a client sees it', () => {
  it('has every tool once', () => {
    expect(listed.map(({ name }) => name)).toEqual(tools.map(({ name }) => name));
    expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length);
  });

  it.each(listed)('defines $name', (tool) => {
    expect(tool).toMatchSnapshot();
  });

  it.each(listed)('gives $name all five annotations', ({ annotations }) => {
    expect(annotations).toEqual({
      title: expect.any(String),
      readOnlyHint: expect.any(Boolean),
      destructiveHint: expect.any(Boolean),
      idempotentHint: expect.any(Boolean),
      openWorldHint: expect.any(Boolean),
    });
  });

  it.each(listed)('describes each argument of $name, and takes no other', ({ inputSchema }) => {
    const { properties = {} } = inputSchema;
    for (const property of Object.values(properties)) expect(property).toHaveProperty('description');
    expect(inputSchema.additionalProperties).toBe(false);
  });

  it('costs an agent less than 600 tokens a tool', () => {
    expect(countTokens(JSON.stringify(listed)) / listed.length).toBeLessThan(600);
  });
});

it('tells the way in to a client that connects', () => {
  expect(client.getInstructions()).toMatchSnapshot();
});
