import { createMcpHandler, type McpServer } from '@modelcontextprotocol/server';
import type { McpRoute, SseRoute } from './app.ts';
import { HttpError } from './http-error.ts';

/** Stands in until src/http/mcp is there. */
export function createMcpEndpoint({ createServer }: { createServer: () => McpServer }) {
  const handler = createMcpHandler(createServer);
  const mcp: McpRoute = { handle: (request, options) => handler.fetch(request, options) };
  const none = async () => {
    throw new HttpError({ status: 503, code: 'unavailable', message: 'Not there yet', remedy: 'Wait.' });
  };
  const sse: SseRoute = { open: none, message: none };
  return { ...mcp, sse, idle: async () => {}, close: () => handler.close() };
}
