import { serve } from '@hono/node-server';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** The smallest server that the SDK makes: one tool, over HTTP. Prints its URL. */
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'smallest', version: '1' });
  server.registerTool('health_check', { inputSchema: z.object({}) }, async () => ({
    content: [{ type: 'text', text: 'healthy' }],
    structuredContent: { status: 'healthy' },
  }));
  return server;
});
serve({ fetch: (request) => handler.fetch(request), port: 0, hostname: '127.0.0.1' }, ({ port }) => {
  process.stdout.write(`http://127.0.0.1:${port}/mcp\n`);
});
