import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { type CallToolResult, createMcpHandler, Server, type Tool } from '@modelcontextprotocol/server';

export const plainTool: Tool = {
  name: 'ask',
  description: 'Answers questions.',
  inputSchema: { type: 'object', properties: { prompt: { type: 'string' } } },
};

export interface ScriptedUpstream {
  url: string;
  origin: string;
  /** What its tools are and say; may be changed while it runs. */
  tools: Tool[];
  answer: () => CallToolResult;
  /** Headers of each request to /mcp. */
  headers: IncomingHttpHeaders[];
  /** Tells subscribers that the tools are others. */
  tellToolsChanged(): void;
  close(): Promise<void>;
}

/** @returns true where it has answered the request itself */
export type Before = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

/** A real MCP server over HTTP whose tools and answers a test writes. @param before sees each request first */
export async function scriptedUpstream(before: Before = () => false): Promise<ScriptedUpstream> {
  const headers: IncomingHttpHeaders[] = [];
  const handler = createMcpHandler(() => {
    const server = new Server(
      { name: 'scripted', version: '1.0.0' },
      { capabilities: { tools: { listChanged: true } } },
    );
    server.setRequestHandler('tools/list', () => ({ tools: upstream.tools }));
    server.setRequestHandler('tools/call', () => upstream.answer());
    return server;
  });
  const answer = toNodeHandler(handler);
  const server = createServer(async (request, response) => {
    if (request.url === '/mcp') headers.push(request.headers);
    if (await before(request, response)) return;
    const { method = 'GET', url = '/' } = request;
    await answer(Object.assign(request, { method, url }), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('The server has no port');
  const origin = `http://127.0.0.1:${address.port}`;
  const upstream: ScriptedUpstream = {
    url: `${origin}/mcp`,
    origin,
    tools: [plainTool],
    answer: () => ({ content: [{ type: 'text', text: 'All is well' }] }),
    headers,
    tellToolsChanged: () => handler.notify.toolsChanged(),
    async close() {
      await handler.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return upstream;
}
