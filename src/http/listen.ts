import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { ConfigError, messageOf } from '../config/errors.ts';
import type { HttpConfig } from '../config/http-schema.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { HttpApp } from './app.ts';
import { answerClientError } from './client-error.ts';
import { Connections } from './connections.ts';
import { serverOf } from './node-server.ts';
import { connectionsWithin } from './open-files.ts';

interface Dependencies {
  app: HttpApp;
  config: HttpConfig;
  logger: Logger;
}

export interface Listening {
  /** Base URL, without a slash at its end: of the listening address itself. */
  url: string;
  port: number;
  /** Open connections. */
  connections(): number;
  /** Takes no new connections, and resolves when the last answer is sent. */
  close(): Promise<void>;
}

const component = 'bedrock-support';

/** Serves an app over HTTP, or HTTPS where it has a certificate. @throws ConfigError naming http.port, http.host or http.tls */
export async function listen({ app, config, logger }: Dependencies): Promise<Listening> {
  const server = serverOf(config);
  const connections = new Connections(connectionsWithin(config.maxConnections, logger));
  connections.watch(server);
  answerRequests(server, app, config);
  await listening(server, config);
  // A connection that could not be taken, as when the files run out, is no reason to end.
  server.on('error', (error) =>
    logger.error({ component, event: 'ERROR', cause: messageOf(error) }, 'ERROR accepting'),
  );
  const port = portOf(server);
  return {
    url: `${config.tls ? 'https' : 'http'}://${urlHost(config.host)}:${port}`,
    port,
    connections: () => connections.count,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        connections.close();
      }),
  };
}

function answerRequests(server: Server, app: HttpApp, { bodyBytes }: HttpConfig): void {
  const serve = getRequestListener(app.fetch, { errorHandler: (thrown) => app.errorAnswer(thrown) });
  const unanswered = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (incoming, outgoing) => {
    unanswered.set(incoming.socket, outgoing);
    outgoing.once('close', () => unanswered.delete(incoming.socket));
    void serve(incoming, outgoing);
  });
  // curl asks before it sends much: what is too long is refused without being sent at all.
  server.on('checkContinue', (incoming, outgoing) => {
    if (Number(incoming.headers['content-length'] ?? 0) <= bodyBytes) outgoing.writeContinue();
    server.emit('request', incoming, outgoing);
  });
  server.on('clientError', (error, socket) =>
    answerClientError(error, socket, unanswered.get(socket)?.headersSent === true),
  );
}

function listening(server: Server, { host, port }: HttpConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenProblem(error, host, port)));
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function listenProblem(error: NodeJS.ErrnoException, host: string, port: number): ConfigError {
  const options = { cause: error };
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigError(
        `http.port ${port} on ${host} is in use by another process`,
        'Set another port (--port), or 0 for a free one.',
        options,
      );
    case 'EACCES':
      return new ConfigError(
        `http.port ${port} may not be listened on by this user`,
        'Set a port from 1024 (--port), and let a proxy or the service manager have the lower one.',
        options,
      );
    default:
      return new ConfigError(
        `http.host ${host} cannot be listened on: ${messageOf(error)}`,
        'Set an address of this machine (--host), such as 127.0.0.1 or 0.0.0.0.',
        options,
      );
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** A host as a URL has it; of every network the one on this machine. */
function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
