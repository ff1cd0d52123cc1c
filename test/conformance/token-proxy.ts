import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { z } from 'zod';

interface Options {
  port: number;
  token: string;
}

/** Adds the authorization that the suite cannot send; everything else passes as it is, Host and Origin too. */
export async function startTokenProxy({ port, token }: Options) {
  const server = createServer((incoming, outgoing) => {
    const { method, url: path, rawHeaders } = incoming;
    const headers = [...rawHeaders, 'Authorization', `Bearer ${token}`];
    const forwarded = request({ host: '127.0.0.1', port, method, path, headers, setHost: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      outgoing.flushHeaders();
      answer.pipe(outgoing);
    });
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `http://localhost:${address.port}/mcp`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
