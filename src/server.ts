import { McpServer } from '@modelcontextprotocol/server';
import { registerPrompts } from '../prompts/index.ts';
import { registerResources } from '../resources/index.ts';
import { tools } from '../tools/index.ts';
import type { OperationContext } from './operations/operation.ts';
import { version } from './version.ts';

const instructions =
  'Routes AI operations between AWS Bedrock (direct) and an upstream MCP server (mcp). Call route_operation for an ' +
  'answer, health_check for status and for what is missing. In an incident start with the prompt incident_triage.';

/** A server with every tool, resource and prompt: one for each connection. */
export function createServer(context: OperationContext): McpServer {
  const server = new McpServer({ name: 'hybrid-routing-mcp', title: 'Hybrid Routing', version }, { instructions });
  for (const tool of tools) tool.register(server, context);
  registerResources(server, context);
  registerPrompts(server, context);
  return server;
}
