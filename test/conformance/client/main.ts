import type { Client } from '@modelcontextprotocol/client';
import { upstreamSchema } from '../../../src/config/upstream-schema.ts';
import { PathError } from '../../../src/paths/path-error.ts';
import { toolsOfThisProcess } from '../../../src/paths/tool-watch.ts';
import { UpstreamConnection } from '../../../src/paths/upstream-connection.ts';
import { loginOfThisProcess } from '../../../src/paths/upstream-login.ts';
import { agreeing } from './person.ts';
import { type Context, configurationOf, contextOf } from './scenario.ts';

/**
 * MCPRouter's own client, as the conformance suite runs it: `main.ts URL`, with the scenario's name in
 * MCP_CONFORMANCE_SCENARIO and what it adds in MCP_CONFORMANCE_CONTEXT. It does what the mcp path does: it connects, reads
 * the tools, and calls one.
 */
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? '';
const url = process.argv[2] ?? '';
const context = contextOf(process.env.MCP_CONFORMANCE_CONTEXT);
const say = (text: string) => void process.stderr.write(`${text}\n`);

/** The calls that a scenario is about. */
async function callsOf(client: Client, tool: string, { toolCalls }: Context): Promise<void> {
  if (scenario === 'json-schema-2020-12-preservation') {
    const { tools } = await client.listTools();
    const schema = tools.find(({ name }) => name === 'json_schema_2020_12_tool')?.inputSchema;
    await client.callTool({ name: tool, arguments: { schema } });
    return;
  }
  const fallback = [{ name: tool, arguments: scenario === 'tools_call' ? { a: 5, b: 3 } : {} }];
  for (const call of toolCalls ?? fallback) await client.callTool(call);
}

const upstream = upstreamSchema.parse(await configurationOf(scenario, url, context));
const connection = new UpstreamConnection({
  upstream,
  connectTimeoutMs: 110_000,
  maxAnswerBytes: 4_194_304,
  onStateChange: (_, state, cause) => say(`${state} ${cause ?? ''}`),
  knownTools: toolsOfThisProcess(),
  onToolChange: (name) => say(`the tool of ${name} has changed`),
  login: loginOfThisProcess(),
  person: agreeing,
});

try {
  await callsOf(await connection.client(), upstream.tool, context);
} catch (thrown) {
  say(String(thrown));
  // Servers of scenarios about the beginning of a connection have no tools.
  if (!(thrown instanceof PathError && thrown.kind === 'tool_missing')) process.exitCode = 1;
} finally {
  await connection.close();
}
