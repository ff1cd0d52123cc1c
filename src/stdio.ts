import { Console } from 'node:console';
import type { McpRequestContext, McpServer } from '@modelcontextprotocol/server';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { type App, createApp } from './app.ts';
import { messageOf } from './config/errors.ts';
import type { Config } from './config/schema.ts';
import { CountingTransport } from './counting-transport.ts';
import { LocalSubscriptions } from './operations/local-subscriptions.ts';
import { createServer } from './server.ts';
import { endWith, Shutdown } from './shutdown.ts';
import { useSimulator } from './simulated-config.ts';
import { createLogger } from './telemetry/logger.ts';

// A message over the transport's limit ends the connection; this is far over what `limits.promptBytes` may admit, so that
// a prompt that is too long gets an answer that says so.
const maxMessageBytes = 128 * 1_024 * 1_024;

/** Serves MCP on stdin and stdout until stdin closes or a signal comes. */
export async function runStdio(configured: Config): Promise<void> {
  // stdout belongs to the protocol: whatever a library prints goes to stderr.
  globalThis.console = new Console(process.stderr);
  const logger = createLogger(configured);
  const shutdown = new Shutdown({ logger, exit: (status) => process.exit(status) });
  listen(shutdown);

  const simulator = await useSimulator(configured);
  const app = createApp({ config: simulator.config, logger, env: process.env });
  const stdio = new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: maxMessageBytes });
  const transport = new CountingTransport(stdio, () => void shutdown.end('the connection is closed'));
  const handle = serveStdio((request) => connectedServer(app, request), {
    transport,
    onerror: (error) => logger.warn({ component: 'bedrock-support', cause: messageOf(error) }, 'protocol error'),
  });
  shutdown.watch({
    drainMs: configured.drainMs,
    stopAdmitting: () => app.intake.stop(),
    idle: async () => {
      await Promise.all([transport.idle(), app.background.idle()]);
    },
    abortRunning: () => app.intake.abortRunning(),
    close: async () => {
      await Promise.all([handle.close(), app.close(), simulator.close()]);
    },
  });

  logger.info({ component: 'bedrock-support', simulate: configured.simulate }, 'serving MCP on stdio');
  app.start();
  await app.warmUp();
}

/**
 * A server for the connection, which hears of changes. Of what a client of 2026-07-28 wants to be told the SDK keeps the book:
 * it is told of everything, and passes on what was asked for.
 */
function connectedServer(app: App, { era }: McpRequestContext): McpServer {
  const tell = (uri: string) => void server.server.sendResourceUpdated({ uri }).catch(() => {}); // the client has gone
  const subscriptions = new LocalSubscriptions({ listen: (hear) => app.changes.listen(hear), tell });
  const server = createServer(app, { subscriptions });
  const leave = era === 'modern' ? app.changes.listen(tell) : () => {};
  server.server.onclose = () => {
    subscriptions.close();
    leave();
  };
  return server;
}

/** What ends the server beside signals and errors that nothing caught: a client that has gone. */
function listen(shutdown: Shutdown): void {
  endWith(shutdown);
  // The transport tells of a closed stdin; an error on either side may still come when it listens no more.
  const gone = () => void shutdown.end('the client has gone');
  process.stdin.on('error', gone);
  process.stdout.on('error', gone);
}
