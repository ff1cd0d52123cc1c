import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerEventBus } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { openVerifier } from '../../src/access/open-verifier.ts';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/config/load.ts';
import { createHttpApp } from '../../src/http/app.ts';
import { httpAccess } from '../../src/http/authenticate.ts';
import { listen } from '../../src/http/listen.ts';
import { createMcpEndpoint } from '../../src/http/mcp/mcp-endpoint.ts';
import { createServer } from '../../src/server.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { registerAskingTools } from './fixtures/asking-tools.ts';
import { registerContentTools } from './fixtures/content-tools.ts';
import { registerInputRequired, verify } from './fixtures/input-required.ts';
import { registerTestPrompts, registerTestResources } from './fixtures/resources-and-prompts.ts';
import { says } from './fixtures/samples.ts';

export const token = 'hrm_conformance-token-0123456789abcdefghijklmnop';

/**
 * The product as it serves over HTTP (server factory, HTTP app with its gates, authentication, sessions), with the tools,
 * resources and prompts beside its own that the suite asks for.
 */
export async function startTestServer() {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  const flags = { 'http.port': 0, 'http.rateLimit.requestsPerMinute': 0, 'store.folder': folder, logLevel: 'silent' };
  const env = { HYBRID_ROUTING_ADMIN_TOKEN: token };
  const config = loadConfig({ flags, env });
  const logger = createLogger(config);
  const app = createApp({ config, logger, env });
  const now = () => performance.now();
  const { verifier } = await openVerifier({ ...app, env, folder, resource: () => '', now });
  const access = httpAccess({ verifier, challenge: null });
  await app.ready();
  const held: { bus?: ServerEventBus } = {};
  const mcp = createMcpEndpoint({
    ...app,
    config: config.http,
    now,
    createServer(serving) {
      const options = { capabilities: { logging: {} }, requestState: { verify } };
      const server = createServer(app, { ...serving, options });
      registerContentTools(server);
      registerAskingTools(server);
      registerInputRequired(server);
      registerTestResources(server);
      registerTestPrompts(server);
      for (const list of ['tool', 'prompt'] as const) {
        const about = { description: 'Tells of a changed list', inputSchema: z.object({}) };
        server.registerTool(`test_trigger_${list}_change`, about, async () => {
          held.bus?.publish({ kind: list === 'tool' ? 'tools_list_changed' : 'prompts_list_changed' });
          return says('told');
        });
      }
      return server;
    },
  });
  held.bus = mcp.bus;
  const http = createHttpApp({ context: app, access, mcp, sse: mcp.sse, isClosing: () => false });
  const listening = await listen({ app: http, config: config.http, logger });
  return {
    port: listening.port,
    async close() {
      await mcp.close();
      await listening.close();
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
