import { Console } from 'node:console';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { createApp } from './app.ts';
import { messageOf } from './config/errors.ts';
import type { Config } from './config/schema.ts';
import { createServer } from './server.ts';
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
  const simulator = await useSimulator(configured);
  const app = createApp({ config: simulator.config, logger, env: process.env });
  const transport = new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: maxMessageBytes });
  const handle = serveStdio(() => createServer(app), {
    transport,
    onerror: (error) => logger.warn({ component: 'bedrock-support', cause: messageOf(error) }, 'protocol error'),
  });

  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    await handle.close();
    await Promise.all([app.close(), simulator.close()]);
    process.exit(0);
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  process.stdin.once('end', end).once('close', end);
  process.stdout.once('error', end);

  logger.info({ component: 'bedrock-support', simulate: configured.simulate }, 'serving MCP on stdio');
  await app.warmUp();
}
