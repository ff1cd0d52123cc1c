import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface SimulatedAws {
  url: string;
  /** TCP connections that were opened so far. */
  connections(): number;
  /** Those of them that are open now. */
  open(): number;
  close(): Promise<void>;
}

/** A real HTTP server on loopback; `answer` gets each request with its whole body. */
export async function serveAws(
  answer: (request: IncomingMessage, body: Buffer, response: ServerResponse) => void,
): Promise<SimulatedAws> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, Buffer.concat(chunks), response));
  });
  server.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The simulator got no TCP port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    connections: () => sockets.size,
    open: () => [...sockets].filter(({ destroyed }) => !destroyed).length,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
