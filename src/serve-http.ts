import { Console } from 'node:console';
import { openVerifier } from './access/open-verifier.ts';
import { type App, createApp } from './app.ts';
import { isLoopback } from './config/ip.ts';
import type { Config } from './config/schema.ts';
import { adminRoutes } from './http/admin-routes.ts';
import { createHttpApp } from './http/app.ts';
import { httpAccess } from './http/authenticate.ts';
import { type Listening, listen } from './http/listen.ts';
import { createMcpEndpoint } from './http/mcp/mcp-endpoint.ts';
import { openApiRoutes } from './http/openapi.ts';
import { challengeOf, mcpUrl, protectedResourceRoutes } from './http/protected-resource.ts';
import { createServer } from './server.ts';
import { endWith, Shutdown } from './shutdown.ts';
import { useSimulator } from './simulated-config.ts';
import { createLogger, type Logger } from './telemetry/logger.ts';

const component = 'bedrock-support';

/** Serves MCP, health and the operators' routes over HTTP until a signal comes. @throws ConfigError where it cannot listen */
export async function runHttp(configured: Config): Promise<void> {
  // What a library prints goes where the log is.
  globalThis.console = new Console(process.stderr);
  const logger = createLogger(configured);
  const shutdown = new Shutdown({ logger, exit: (status) => process.exit(status) });
  endWith(shutdown);

  const simulator = await useSimulator(configured);
  const app = createApp({ config: simulator.config, logger, env: process.env });
  const closeParts = async () => {
    await Promise.all([app.close(), simulator.close()]);
  };
  try {
    const serving = await serve(app, () => app.intake.stopped);
    shutdown.watch({
      drainMs: configured.drainMs,
      stopAdmitting: () => app.intake.stop(),
      idle: serving.idle,
      abortRunning: () => app.intake.abortRunning(),
      close: async () => {
        await Promise.all([serving.close(), closeParts()]);
      },
    });
    warnOfPlainHttp(configured, logger);
    tell(serving, configured);
  } catch (thrown) {
    await closeParts();
    throw thrown;
  }
  app.start();
  await app.warmUp();
}

interface Served {
  listening: Listening;
  /** Where the first token is, where no other one is configured. */
  firstTokenFile: string | null;
  /** Resolves when no request but an open stream waits for its answer. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

async function serve(app: App, isClosing: () => boolean): Promise<Served> {
  const { config, logger, intake, state, wallClock } = app;
  const now = () => performance.now();
  const { oauth } = config.access;
  // Known when it listens: the port may be any free one.
  let listening: Listening | null = null;
  const resource = () => mcpUrl(config.http.publicUrl ?? listening?.url ?? '');
  const opened = await openVerifier({
    config,
    env: process.env,
    folder: state.folder,
    resource,
    wallClock,
    now,
    logger,
  });
  const access = httpAccess({ verifier: opened.verifier, challenge: challengeOf({ oauth, resource }) });
  // Who is blocked is known before the first request comes.
  await app.ready();
  const mcp = createMcpEndpoint({
    ...app,
    createServer: (serving) => createServer(app, serving),
    config: config.http,
    now,
  });
  const http = createHttpApp({
    context: app,
    access,
    mcp,
    sse: mcp.sse,
    isClosing,
    openRoutes: [
      protectedResourceRoutes({ oauth, resource }),
      openApiRoutes({ url: () => config.http.publicUrl ?? listening?.url ?? '' }),
    ],
    adminRoutes: [adminRoutes({ context: app })],
  });
  const server = await listen({ app: http, config: config.http, logger });
  listening = server;
  return {
    listening: server,
    firstTokenFile: opened.firstTokenFile,
    async idle() {
      await Promise.all([http.idle(), mcp.idle(), intake.idle()]);
    },
    async close() {
      await mcp.close();
      await server.close();
    },
  };
}

function warnOfPlainHttp({ http: { host, tls, publicUrl } }: Config, logger: Logger): void {
  const isLocal = host === 'localhost' || isLoopback(host);
  if (isLocal || tls || publicUrl?.startsWith('https:')) return;
  logger.warn(
    { component, event: 'SECURITY', host },
    'SECURITY tokens and prompts cross the network in the clear: set http.tls, or a proxy with TLS and http.publicUrl',
  );
}

/** One line that a program can wait for, whatever the level of the log. */
function tell({ listening: { url }, firstTokenFile }: Served, { simulate }: Config): void {
  const line = {
    level: 'info',
    time: new Date().toISOString(),
    component,
    event: 'LISTENING',
    url,
    mcp: `${url}/mcp`,
    sse: `${url}/sse`,
    health: `${url}/health`,
    ...(firstTokenFile === null ? {} : { tokenFile: firstTokenFile }),
    ...(simulate ? { simulated: true } : {}),
    msg: 'serving MCP over HTTP',
  };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}
